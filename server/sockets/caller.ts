/**
 * Who is at the other end of a connection: a token's bearer, a person with a session, or a guest. Found out once, when
 * it connects. A token or a session that is wrong is never taken for a guest's: the former is told so, and the latter is
 * a guest's only because a browser sends its cookie whether or not it is still worth something.
 */
import { AppError } from '../lib/errors.ts';
import { environmentNamed } from '../schemas/app.ts';
import type { SocketAuth } from '../schemas/socket.ts';
import type { Access } from '../schemas/token.ts';
import type { User, Who } from '../schemas/user.ts';
import { GUEST, PROGRAM, USER } from '../schemas/view.ts';
import type { SocketsDeps } from './ports.ts';

export interface Caller {
  /** The same for connections that may take over each other's routes: one session, one token, or guests. */
  readonly identity: string;
  readonly who: Who;
  readonly user: User | null;
  readonly sessionId: string | null;
  readonly token: { readonly id: string; readonly text: string } | null;
}

export type Identify = (handshake: {
  readonly auth: SocketAuth;
  readonly cookie: string | undefined;
}) => Promise<Caller>;

/** Throws `unauthorized` for a token that is unknown, expired or revoked. */
export function createIdentify({ authenticate, sessions }: Pick<SocketsDeps, 'authenticate' | 'sessions'>): Identify {
  return async function identify({ auth, cookie }) {
    if (auth.token !== undefined) {
      const access = await authenticate(auth.token);
      if (access === undefined) {
        throw new AppError('unauthorized', { detail: 'The token in "auth" is unknown, expired or revoked.' });
      }
      if (access.transaction !== undefined) {
        throw new AppError('forbidden', { detail: 'The token of a transaction opens documents only.' });
      }
      return programOf(access, auth.token);
    }
    const { id } = environmentNamed(auth.environment ?? 'production');
    const found = await sessions.look(cookie, id);
    return found === undefined ? guestOf(id) : userOf(id, found.sessionId, found.user);
  };
}

export function userOf(environmentId: number, sessionId: string, user: User): Caller {
  return {
    identity: `${environmentId}:session:${sessionId}`,
    who: { environmentId, userId: user.id, roles: [...new Set([GUEST, USER, ...user.roles])], mayRun: true },
    user,
    sessionId,
    token: null,
  };
}

function programOf({ environmentId, tokenId, scopes }: Access, text: string): Caller {
  const mayRun = scopes.some((scope) => scope !== 'read');
  return {
    identity: `${environmentId}:token:${tokenId}`,
    who: { environmentId, userId: null, roles: [GUEST, USER, PROGRAM], mayRun },
    user: null,
    sessionId: null,
    token: { id: tokenId, text },
  };
}

function guestOf(environmentId: number): Caller {
  return {
    identity: `${environmentId}:guest`,
    who: { environmentId, userId: null, roles: [GUEST], mayRun: true },
    user: null,
    sessionId: null,
    token: null,
  };
}

export function isGuest({ sessionId, token }: Caller): boolean {
  return sessionId === null && token === null;
}
