/** What stands in a tree where something cannot be shown: the component `problem`, or `{ error }` in JSON. */
import type { Json } from '../../schemas/json.ts';
import type { RouteKind } from '../../schemas/view.ts';

export interface ProblemBox {
  readonly title: string;
  readonly detail?: string | undefined;
  /** JSON Pointer within what the view returned, or within its find. */
  readonly path?: string | undefined;
  readonly stack?: string | undefined;
}

export function problemBox(kind: RouteKind, { title, detail, path, stack }: ProblemBox): Json {
  if (kind === 'json') return { error: { title, ...(detail !== undefined && { detail }) } };
  return {
    _type: 'problem',
    title,
    ...(detail !== undefined && { detail }),
    ...(path !== undefined && { path }),
    ...(stack !== undefined && { stack }),
  };
}
