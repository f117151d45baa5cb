/**
 * A route of the management surface, described once: the wiring, the authorisation, the checks of its input, the
 * OpenAPI page and the table tests are all read off this description.
 */
import type { Static, TSchema } from 'typebox';
import type { ErrorCode } from '../lib/errors.ts';
import type { Access, Scope } from '../schemas/token.ts';
import type { Identity, Visitor } from '../schemas/user.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * Who may call: anybody, the operator (from loopback, or with any token), a page of our own in a browser, such a page
 * with somebody signed in, or a token with the scope. A cookie counts for `browser` and `session` only.
 */
export type RouteAuth = 'public' | 'operator' | 'browser' | 'session' | Scope;

export interface Answer {
  readonly status: number;
  /** An object is sent as JSON, a string as it is with `contentType`; undefined sends nothing. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ResponseSpec {
  readonly description: string;
  readonly schema?: TSchema;
  /** Default `application/json`. */
  readonly contentType?: string;
}

type StaticOf<T> = T extends TSchema ? Static<T> : undefined;
/** Whose request it is, by kind of route. A token is optional for the operator; with one, only its own environment is shown. */
interface AccessByAuth {
  readonly public: undefined;
  readonly operator: Access | undefined;
  readonly browser: Visitor;
  readonly session: Visitor & { readonly session: Identity };
}
type AccessOf<A extends RouteAuth> = A extends keyof AccessByAuth ? AccessByAuth[A] : Access;

export interface RouteContext<A extends RouteAuth, P, Q, B> {
  readonly access: AccessOf<A>;
  readonly params: StaticOf<P>;
  readonly query: StaticOf<Q>;
  readonly body: StaticOf<B>;
  readonly requestId: string;
}

export interface RouteSpec<A extends RouteAuth, P, Q, B> {
  readonly method: Method;
  /** Express 5 syntax: `/app/webhooks/:uuid`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly auth: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** A body may be left out; `{}` is then parsed in its place. */
  readonly bodyOptional?: boolean;
  /** Default `application/json`. */
  readonly bodyType?: string;
  /** Keys such as `__proto__` reach the handler, which has to refuse them or take them for data; else they are dropped. */
  readonly keepsAllKeys?: boolean;
  /** May be part of a transaction, which its access then names. */
  readonly takesTransaction?: boolean;
  /** A body worth copying, for the documentation. */
  readonly example?: unknown;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Error codes of its own, beside those that every route of its kind can answer. */
  readonly errors?: readonly ErrorCode[];
  // A method, not a property: its parameter is then compared loosely, which lets a table hold all routes.
  handle(context: RouteContext<A, P, Q, B>): Promise<Answer> | Answer;
}

export type Route = RouteSpec<RouteAuth, TSchema | undefined, TSchema | undefined, TSchema | undefined>;

/** A route as the documentation needs it: also of those that are not served through the table. */
export type RouteDoc = Omit<Route, 'handle'>;

/** Checks the description against its handler and gives back the plain form that a table can hold. */
export function defineRoute<
  const A extends RouteAuth,
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(spec: RouteSpec<A, P, Q, B>): Route {
  return spec;
}
