/** A user with one session, in environment 1; the manager and the sign-in behind the routes, and who a cookie stands for. */
import type { SignInManager } from '../../../server/http/routes/auth.ts';
import type { UserManager } from '../../../server/http/routes/users.ts';
import { AppError } from '../../../server/lib/errors.ts';
import type { Page, PageOf } from '../../../server/schemas/list.ts';
import type { Identity, Session, User } from '../../../server/schemas/user.ts';

const AT = '2026-01-31T09:30:00.000Z';

export const USER_ID = 'usr_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const SESSION_ID = 'ses_01h8xgj4c2v6qkz0m3n5p7r9t1';
/** Of somebody signed in, as a browser of environment 1 sends it. */
export const COOKIE = 'earshot=signed-in';
export const NEW_COOKIE = 'earshot=new; Path=/; HttpOnly; SameSite=Lax';

export function aUser(given: Partial<User> = {}): User {
  return {
    id: USER_ID,
    environment_id: 1,
    email: 'ada@example.com',
    name: 'Ada',
    roles: ['manager'],
    status: 'active',
    created_at: AT,
    joined_at: null,
    last_seen_at: AT,
    ...given,
  };
}

function aSession(given: Partial<Session> = {}): Session {
  const times = { created_at: AT, last_seen_at: AT, expires_at: AT };
  return { id: SESSION_ID, user_id: USER_ID, ...times, user_agent: 'a browser', address: '127.0.0.1', ...given };
}

export function testIdentify(cookie: string | undefined, environmentId: number): Promise<Identity | undefined> {
  const isKnown = cookie === COOKIE && environmentId === 1;
  return Promise.resolve(isKnown ? { sessionId: SESSION_ID, user: aUser() } : undefined);
}

/** `pageOf` gives lists of one thing. */
export function fakeUsers(pageOf: <T>(environmentId: number, page: Page, item: T) => Promise<PageOf<T>>): {
  readonly users: UserManager;
  readonly signIn: SignInManager;
} {
  const absent = () => Promise.reject(new AppError('not_found', { detail: 'no' }));
  const only = <T>(environmentId: number, id: string, thing: T): Promise<T> =>
    environmentId === 1 && id === USER_ID ? Promise.resolve(thing) : absent();
  const invited = { user: aUser(), invite_url: 'http://localhost:4000/_earshot/invite#secret', expires_at: AT };
  const signedIn = { user: aUser(), cookie: NEW_COOKIE };
  return {
    users: {
      create: () => Promise.resolve(invited),
      invite: (environmentId, id) => only(environmentId, id, invited),
      list: (environmentId, page) => pageOf(environmentId, page, aUser()),
      get: (environmentId, id) => only(environmentId, id, aUser()),
      patch: (environmentId, id) => only(environmentId, id, aUser()),
      remove: (environmentId, id) => only(environmentId, id, undefined),
      sessions: (environmentId, id) => only(environmentId, id, [aSession()]),
      endSessions: (environmentId, id, sessionId = SESSION_ID) =>
        sessionId === SESSION_ID ? only(environmentId, id, undefined) : absent(),
    },
    signIn: {
      signIn: () => Promise.resolve(signedIn),
      signOut: () => Promise.resolve('earshot=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'),
      acceptInvite: () => Promise.resolve(signedIn),
      changePassword: () => Promise.resolve(signedIn),
      sessions: () => Promise.resolve([aSession({ is_current: true })]),
      endSession: (_visitor, id) => (id === SESSION_ID ? Promise.resolve() : absent()),
    },
  };
}
