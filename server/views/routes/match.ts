/** Which route of the manifest a path opens for somebody. The first that fits wins, of those the person may open. */
import { AppError } from '../../lib/errors.ts';
import type { Json } from '../../schemas/json.ts';
import type { Who } from '../../schemas/user.ts';
import { GUEST, PROGRAM, USER, type RouteKind, type ViewRoute } from '../../schemas/view.ts';
import type { CompiledRoute, RouteTable } from './table.ts';
import { paramsOf, queryOf } from './values.ts';

export interface Wanted {
  readonly kind: RouteKind;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export interface Matched {
  readonly route: CompiledRoute;
  /** As it is written in one way only: no slash at the end, what has to be encoded encoded. */
  readonly path: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly query: Readonly<Record<string, Json>>;
}

/** Throws `not_found`, `unauthorized` or `forbidden`. */
export function matchRoute(table: RouteTable, wanted: Wanted, who: Who): Matched {
  const parts = partsOf(wanted.path);
  const fitting = table[wanted.kind].flatMap((route): Matched[] => {
    const params = paramsAt(route, parts);
    if (params === undefined) return [];
    const path = `/${parts.map(encodeURIComponent).join('/')}`;
    return [{ route, path, params, query: {} }];
  });
  const open = fitting.find(({ route }) => isOpenTo(route.route, who));
  if (open !== undefined) return { ...open, query: queryOf(wanted.query, open.route.query) };
  if (fitting.length === 0) {
    throw new AppError('not_found', { detail: `No route leads to ${wanted.path.slice(0, 200)}.` });
  }
  if (who.userId === null) throw new AppError('unauthorized', { detail: 'Sign in to see this.' });
  throw new AppError('forbidden', { detail: 'Your roles do not open this.' });
}

export function isMatched(table: RouteTable, kind: RouteKind, path: string): boolean {
  try {
    const parts = partsOf(path);
    return table[kind].some((route) => paramsAt(route, parts) !== undefined);
  } catch {
    return false;
  }
}

export function isOpenTo({ roles = [USER] }: ViewRoute, who: Who): boolean {
  return who.roles.includes(PROGRAM) || roles.some((role) => role === GUEST || who.roles.includes(role));
}

function partsOf(path: string): readonly string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (trimmed === '') return [];
  try {
    return trimmed.split('/').map(decodeURIComponent);
  } catch (cause) {
    throw new AppError('not_found', { detail: `The path ${path.slice(0, 200)} is not encoded as a URL is.`, cause });
  }
}

function paramsAt(
  { segments, params: schema }: CompiledRoute,
  parts: readonly string[],
): Matched['params'] | undefined {
  if (segments.length !== parts.length) return undefined;
  const texts: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i]!;
    if (segment.type === 'param') {
      if (part === '') return undefined;
      texts[segment.name] = part;
    } else if (segment.text !== part) return undefined;
  }
  return paramsOf(texts, schema);
}
