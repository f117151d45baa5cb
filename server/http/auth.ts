/**
 * Who is calling. Under `/app` the token alone decides app and environment; nothing in a path, query, cookie or body can
 * change them. A page in a browser says which environment it shows, and its cookie who sits before it.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '../lib/errors.ts';
import type { Access, Scope } from '../schemas/token.ts';
import type { Visitor } from '../schemas/user.ts';
import type { ReadVisitor } from './visitor.ts';
import type { Route, RouteAuth } from './route.ts';

export interface AuthDeps {
  /** Finds what a token opens; undefined for one that is unknown, expired or revoked. */
  readonly authenticate: (token: string) => Promise<Access | undefined>;
  /** True for a request that came straight from this machine. */
  readonly isFromHere: (req: IncomingMessage) => boolean;
  readonly readVisitor: ReadVisitor;
}

/** Names the transaction of a request, for callers who send it beside their token; its own token says it alone. */
export const TRANSACTION_HEADER = 'x-transaction';

export function createAuthorizer({ authenticate, isFromHere, readVisitor }: AuthDeps) {
  /** Gives the access of the caller, undefined where none is needed; throws 400, 401 or 403. */
  return async function authorize(
    req: IncomingMessage,
    needed: RouteAuth,
    { takesTransaction = false }: Pick<Route, 'takesTransaction'> = {},
  ): Promise<Access | Visitor | undefined> {
    if (needed === 'public') return undefined;
    if (needed === 'browser' || needed === 'session') {
      const visitor = await readVisitor(req);
      if (needed === 'session' && visitor.session === undefined) {
        throw new AppError('unauthorized', { detail: 'Sign in first; the session may have ended.' });
      }
      return visitor;
    }
    const token = bearerToken(req);
    if (token === undefined) {
      if (needed === 'operator' && isFromHere(req)) return undefined;
      throw new AppError('unauthorized', { detail: 'Send a token of this app as "Authorization: Bearer ear_…".' });
    }
    const access = await authenticate(token);
    if (access === undefined) {
      throw new AppError('unauthorized', { detail: 'This token is unknown, expired or revoked.' });
    }
    if (needed !== 'operator' && !isAllowed(access.scopes, needed)) {
      throw new AppError('forbidden', { detail: `This needs the scope "${needed}"; the token has ${listed(access)}.` });
    }
    if (takesTransaction) return withTransaction(req, access);
    if (access.transaction === undefined) return access;
    throw new AppError('forbidden', { detail: 'The token of a transaction opens documents only.' });
  };
}

function withTransaction(req: IncomingMessage, access: Access): Access {
  const [given, ...others] = req.headersDistinct[TRANSACTION_HEADER] ?? [];
  if (others.length > 0) throw new AppError('duplicate_header', { detail: `${TRANSACTION_HEADER} must appear once.` });
  if (given === undefined) return access;
  if (access.transaction !== undefined && access.transaction !== given) {
    throw new AppError('invalid_input', {
      detail: `${TRANSACTION_HEADER} names another transaction than the token of the request.`,
      errors: [{ in: 'header', path: `/${TRANSACTION_HEADER}`, message: 'must be left out beside such a token' }],
    });
  }
  return { ...access, transaction: given };
}

/** Each scope includes the ones before it. */
const RANK: Readonly<Record<Scope, number>> = { read: 0, write: 1, admin: 2 };

export function isAllowed(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.some((scope) => RANK[scope] >= RANK[needed]);
}

function bearerToken(req: IncomingMessage): string | undefined {
  // Node's joined `headers` silently drops a second Authorization: two proxies could then see two different callers.
  const values = req.headersDistinct.authorization ?? [];
  if (values.length > 1) {
    throw new AppError('duplicate_header', { detail: 'Authorization must appear once.' });
  }
  const [value] = values;
  if (value === undefined) return undefined;
  const match = /^Bearer +([^\s]+) *$/i.exec(value);
  if (match?.[1] === undefined) {
    throw new AppError('unauthorized', { detail: 'Authorization must be "Bearer" and a token.' });
  }
  return match[1];
}

function listed(access: Access): string {
  return access.scopes.map((scope) => `"${scope}"`).join(', ');
}
