/**
 * What browsers and the server say to each other over Socket.io, both directions. A client opens routes; the server
 * sends each route's tree once and then patches (RFC 6902). `base` and `revision` say what a patch leads from and to:
 * a client whose own revision is not `base` has missed one and asks for the whole by opening the route again.
 */
import { Type, type Static } from 'typebox';
import type { Json } from './json.ts';
import type { Problem } from './problem.ts';
import type { RouteKind } from './view.ts';

const closed = { additionalProperties: false };

export const PatchOp = Type.Union([
  Type.Object({ op: Type.Literal('add'), path: Type.String(), value: Type.Unsafe<Json>({}) }),
  Type.Object({ op: Type.Literal('replace'), path: Type.String(), value: Type.Unsafe<Json>({}) }),
  Type.Object({ op: Type.Literal('remove'), path: Type.String() }),
]);
export type PatchOp = Static<typeof PatchOp>;

/** What `auth` of the handshake may hold. A session travels as a cookie, never here. */
export const SocketAuth = Type.Object(
  {
    token: Type.Optional(Type.String({ maxLength: 200, description: 'A token of the management API.' })),
    environment: Type.Optional(Type.Union([Type.Literal('production'), Type.Literal('sandbox')])),
  },
  closed,
);
export type SocketAuth = Static<typeof SocketAuth>;

export const OpenRequest = Type.Object(
  {
    kind: Type.Optional(Type.Union([Type.Literal('page'), Type.Literal('json')], { default: 'page' })),
    path: Type.String({ pattern: '^/', maxLength: 2_000 }),
    query: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2_000 }), {
        maxProperties: 50,
        default: {},
      }),
    ),
    resume: Type.Optional(Type.String({ maxLength: 100, description: '`resume` of the answer before, once.' })),
    revision: Type.Optional(
      Type.Integer({
        description: 'With `resume`: of the tree at hand, since a cut connection may have lost patches.',
      }),
    ),
  },
  closed,
);
export type OpenRequest = Static<typeof OpenRequest>;

export const CloseRequest = Type.Object({ route: Type.String({ maxLength: 8_000 }) }, closed);
export type CloseRequest = Static<typeof CloseRequest>;

export const RunRequest = Type.Object(
  {
    route: Type.String({ maxLength: 8_000 }),
    code: Type.String({ maxLength: 200 }),
    event: Type.Optional(Type.Unsafe<Json>({})),
    press: Type.String({ minLength: 8, maxLength: 64, description: 'Made by the client: the same press runs once.' }),
  },
  closed,
);
export type RunRequest = Static<typeof RunRequest>;

export interface Failed {
  readonly ok: false;
  readonly problem: Problem;
}

/** The name of an open route on this connection; `patch`, `fresh` and `gone` carry it. */
interface Opened {
  readonly ok: true;
  readonly route: string;
  readonly revision: number;
  /** Goes before each listener's code: `${key}.${code}`. Without it a code is worth nothing. */
  readonly key: string;
  /** Give it to `open` after a reconnect, with the tree still at hand. Good for two minutes and one use. */
  readonly resume: string;
  readonly title: string | null;
}
export type OpenAnswer =
  | Failed
  | (Opened & { readonly ui: Json })
  /** After `resume`: what changed since. */
  | (Opened & { readonly base: number; readonly ops: readonly PatchOp[] });

export type RunAnswer =
  Failed | { readonly ok: true; /** `run_…` */ readonly run: string; readonly duplicate: boolean };

/** How a run that this connection started ended, or its attempt: `retrying` is told, and told again at the end. */
export interface RunEnded {
  readonly run: string;
  readonly press: string;
  readonly status: 'succeeded' | 'retrying' | 'dead' | 'canceled';
  readonly result?: Json;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The first thing a connection is told, and told again when it changes. */
export interface Hello {
  readonly environment: 'production' | 'sandbox';
  readonly user: { readonly id: string; readonly name: string; readonly email: string } | null;
  readonly roles: readonly string[];
  /** Paths of the routes this connection may open, by kind. */
  readonly routes: Readonly<Record<RouteKind, readonly string[]>>;
  /** Titles of those pages that have one, by path. */
  readonly titles?: Readonly<Record<string, string>>;
  /** The server's clock when this was said, in milliseconds since 1970: times are told as it counts. */
  readonly now: number;
  /** Of the server; a client built for another one reloads. */
  readonly version: string;
  /** Problems with views and manifest, in development only. */
  readonly problems: readonly string[];
}

export type ToastTone = 'info' | 'success' | 'warning' | 'error';

export interface ServerToClient {
  hello: (hello: Hello) => void;
  patch: (patch: {
    readonly route: string;
    readonly base: number;
    readonly revision: number;
    readonly ops: readonly PatchOp[];
  }) => void;
  /** The whole tree anew, where a patch would be larger. */
  fresh: (tree: { readonly route: string; readonly revision: number; readonly ui: Json }) => void;
  /** The route is closed by the server: the session ended, a role was taken, the route is no more. */
  gone: (end: { readonly route: string; readonly problem: Problem }) => void;
  ended: (end: RunEnded) => void;
  navigate: (to: { readonly to: string; readonly replace?: boolean }) => void;
  toast: (toast: { readonly text: string; readonly tone?: ToastTone }) => void;
  download: (file: { readonly name: string; readonly text: string; readonly type?: string }) => void;
}

export interface ClientToServer {
  open: (request: OpenRequest, answer: (answer: OpenAnswer) => void) => void;
  close: (request: CloseRequest) => void;
  run: (request: RunRequest, answer: (answer: RunAnswer) => void) => void;
}
