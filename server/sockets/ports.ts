/** What sockets ask of the rest of the server. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { Logger } from '../lib/log.ts';
import type { StartRun } from '../runs/start.ts';
import type { RunWaiters } from '../runs/waiters.ts';
import type { Problem } from '../schemas/problem.ts';
import type { Access } from '../schemas/token.ts';
import type { User } from '../schemas/user.ts';
import type { LivePages } from '../views/page.ts';
import type { SocketLimits } from './limits.ts';

type Identify = (
  cookieHeader: string | undefined,
  environmentId: number,
) => Promise<{ readonly sessionId: string; readonly user: User } | undefined>;

/** Browsers that are signed in. */
export interface SessionsPort {
  /** Who is signed in by the cookies of a request; undefined for nobody, and for a session that is over. */
  readonly look: Identify;
  /** The same, for what a person does: it keeps the session from ending unused. */
  readonly identify: Identify;
  /** Tells of sessions that ended: signed out, revoked, or those of a user who was disabled. */
  readonly onEnded: (heard: (ended: { readonly sessionIds: readonly string[] }) => void) => void;
}

export interface UsersPort {
  /** Once `onUserFirstJoin` has succeeded. Safe to call twice. */
  readonly markJoined: (environmentId: number, userId: string) => Promise<void>;
  /** Tells of a user whose roles, name or status changed. */
  readonly onChanged: (heard: (user: User) => void) => void;
}

export interface SocketsDeps {
  readonly pages: LivePages;
  /** After the author's views or manifest were read anew, so that each browser is told its routes again. */
  readonly onPagesChange: (heard: () => void) => void;
  readonly startRun: StartRun;
  readonly waiters: Pick<RunWaiters, 'follow'>;
  readonly hasListener: (name: string) => boolean;
  readonly authenticate: (token: string) => Promise<Access | undefined>;
  readonly sessions: SessionsPort;
  readonly users: UsersPort;
  /** Whether this server answers for that Host. */
  readonly isKnownHost: (host: string | undefined) => boolean;
  /** Whether an Origin is this server's own, as the browser sees it. */
  readonly isOwnOrigin: (origin: string, host: string | undefined) => boolean;
  /** Other sites whose pages may connect, such as `https://shop.example`. */
  readonly allowedOrigins: readonly string[];
  readonly addressOf: (req: IncomingMessage) => string;
  /** Shown the headers of each handshake. */
  readonly observe: (headers: IncomingHttpHeaders) => void;
  /** The body of an error, as HTTP tells it. */
  readonly problemOf: (error: unknown, instance: string) => { readonly body: Problem; readonly isBug: boolean };
  readonly version: string;
  /** Whether problems of views are told to browsers. */
  readonly isDevelopment: boolean;
  readonly newId: NewId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<SocketLimits>;
}
