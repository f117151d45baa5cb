/**
 * A visit: one browser tab's stay, which outlives the connections that carry it. It is what a run remembers as its
 * `connection`, what `api.session` speaks to, and what `onSessionStart` and `onSessionStop` are about.
 *
 *   new ──first route opened, or two seconds──▶ here ◀──resumed──┐
 *    │                                           └──connection lost──▶ away ──two minutes, session over──▶ ended
 *    └──resumed an earlier visit, or connection lost: never was
 *
 * A client that says goodbye by itself is not waited for.
 */
import type { Socket } from 'socket.io';
import type { JsonObject } from '../schemas/json.ts';
import type { ClientToServer, OpenRequest, ServerToClient } from '../schemas/socket.ts';
import type { Tree, Watcher } from '../views/page.ts';
import type { Caller } from './caller.ts';
import type { Ends } from './ends.ts';

export interface SocketData {
  caller: Caller;
  /** Whose connection it is now. Another connection may have taken the visit over: then there is none. */
  visit: Visit | undefined;
}

export type EdgeSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

export interface Visit {
  readonly id: string;
  readonly environmentId: number;
  caller: Caller;
  phase: 'new' | 'here' | 'away' | 'ended';
  /** While it is `new` or `here`. */
  socket: EdgeSocket | undefined;
  state: JsonObject;
  /** By name; with their watchers while it is `here`. */
  readonly routes: Map<string, OpenRoute>;
  /** Routes that are being opened and will count. */
  opening: number;
  /** Presses whose runs' ends are waited for; abort one to wait no more. */
  readonly followed: Map<string, AbortController>;
  /** Of runs, as long as the browser may not have heard of them. */
  readonly ends: Ends;
  /** Aborts when it has ended. */
  readonly over: AbortController;
  /** When what it waits for will happen by itself: beginning while `new`, ending while `away`. */
  timer: NodeJS.Timeout | undefined;
  /** Settles when the listeners of its beginning are on their way. */
  begun: Promise<void>;
}

/** What the client asked for, as far as it names the route. */
export type RouteRequest = Pick<Required<OpenRequest>, 'kind' | 'path' | 'query'>;

export interface OpenRoute {
  readonly visit: Visit;
  /** `page:/orders?status=paid` */
  readonly name: string;
  readonly request: RouteRequest;
  /** Goes before each code of this route on this connection. */
  readonly key: string;
  /** With it the route may be opened again from where it was. */
  readonly resume: string;
  /** None while the visit is away. */
  watcher: Watcher | undefined;
  /** Those that the watcher was opened with. */
  roles: string;
  /** The trees last sent, oldest first. Which of them the client has, it does not say: it looks at the answer's `base`. */
  readonly recent: Tree[];
}
