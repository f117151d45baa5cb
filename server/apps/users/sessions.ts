/**
 * Signed-in browsers. A session begins at sign-in with a new secret (32 random bytes in a cookie, stored as a hash),
 * lasts while it is used at least every 12 hours, and 30 days at most. It ends by signing out, by being revoked, with a
 * new password, and when its user is disabled or deleted; `onEnded` tells those who keep connections open.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { NewId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/log.ts';
import { createLru } from '../../lib/lru.ts';
import type { Identity, Session, User } from '../../schemas/user.ts';
import { clearedCookie, cookieText, readCookie, type CookieScope } from './cookie.ts';
import { sessionOf, userOf, type SessionDocument, type UserDocument } from './document.ts';
import type { UserStore } from './store.ts';
import type { SessionStore, WhichSessions } from './storeSessions.ts';

export interface SessionsDeps {
  readonly store: SessionStore;
  readonly users: Pick<UserStore, 'find' | 'touch'>;
  /** True where PUBLIC_URL is https: the cookie then has the prefix `__Host-` and is never sent in the clear. */
  readonly isHttps: boolean;
  readonly newId: NewId;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

export interface SessionsEnded {
  readonly environmentId: number;
  readonly userId: string;
  readonly sessionIds: readonly string[];
}

export interface Sessions {
  /** Undefined for a guest. Answers are kept for less than a second, and forgotten at once when something ends here. */
  readonly identify: (cookieHeader: string | undefined, environmentId: number) => Promise<Identity | undefined>;
  /** The same, and no use of the session: an open tab that nobody sits at keeps none alive. */
  readonly look: (cookieHeader: string | undefined, environmentId: number) => Promise<Identity | undefined>;
  /** Gives the text of `set-cookie`. */
  readonly begin: (
    user: UserDocument,
    from: { readonly address: string; readonly userAgent: string },
  ) => Promise<string>;
  /** Those that are not over, newest first. */
  readonly listOf: (environmentId: number, userId: string) => Promise<readonly Session[]>;
  /** Ends those of the user, all or the chosen ones, and tells of it. Gives the ids of the ended. */
  readonly end: (environmentId: number, userId: string, which?: WhichSessions) => Promise<readonly string[]>;
  /** To be told when a user has another name or other roles. */
  readonly changed: (user: User) => void;
  readonly clearedCookie: (environmentId: number) => string;
  /** Both give the way to unsubscribe. What is called must not throw. */
  readonly onEnded: (tell: (ended: SessionsEnded) => void) => () => void;
  readonly onChanged: (tell: (user: User) => void) => () => void;
}

export const IDLE_MS = 12 * 60 * 60_000;
export const LONGEST_MS = 30 * 24 * 60 * 60_000;
/** Of one user; the oldest end when there are more. */
export const SESSIONS_OF_USER = 50;
const TOUCH_EVERY_MS = 60_000;
const KEEP_MS = 800;
const KEEP_AT_MOST = 5_000;

interface Found {
  readonly session: SessionDocument;
  readonly user: UserDocument;
}

interface Kept {
  readonly found: Promise<Found | undefined>;
  readonly untilMs: number;
}

export function createSessions({ store, users, isHttps, newId, clock, log }: SessionsDeps): Sessions {
  const kept = createLru<string, Kept>(KEEP_AT_MOST);
  const touchedMs = createLru<string, number>(KEEP_AT_MOST);
  const endedTold = new Set<(ended: SessionsEnded) => void>();
  const changedTold = new Set<(user: User) => void>();
  const scopeOf = (environmentId: number): CookieScope => ({ environmentId, isHttps });

  async function lookUp(environmentId: number, hash: string): Promise<Found | undefined> {
    const session = await store.findByHash(environmentId, hash);
    if (session === null) return undefined;
    const user = await users.find(environmentId, session.user_id);
    if (user === null || user.disabled || user.generation !== session.generation) return undefined;
    return { session, user };
  }

  /** Requests of one moment share one look-up. */
  async function find(environmentId: number, hash: string): Promise<Found | undefined> {
    const key = `${environmentId} ${hash}`;
    const known = kept.get(key);
    if (known !== undefined && known.untilMs > clock.now()) return known.found;
    const fresh = { found: lookUp(environmentId, hash), untilMs: clock.now() + KEEP_MS };
    kept.set(key, fresh);
    try {
      const found = await fresh.found;
      if (found === undefined) kept.delete(key);
      return found;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  }

  /** Undefined where there is none, and where it is over. */
  async function present(cookieHeader: string | undefined, environmentId: number): Promise<Found | undefined> {
    const secret = readCookie(cookieHeader, scopeOf(environmentId));
    const found = secret === undefined ? undefined : await find(environmentId, hashOf(secret));
    return found !== undefined && found.session.expires_at.getTime() > clock.now() ? found : undefined;
  }

  /** At most once a minute a session, and nobody waits for it. */
  function touch({ session, user }: Found): void {
    const nowMs = clock.now();
    const lastMs = touchedMs.get(session._id) ?? session.last_seen_at.getTime();
    if (nowMs - lastMs < TOUCH_EVERY_MS) return;
    touchedMs.set(session._id, nowMs);
    const times = { last_seen_at: new Date(nowMs), expires_at: endOf(session.created_at, nowMs) };
    Promise.all([store.touch(session._id, times), users.touch(user._id, times.last_seen_at)]).catch((error: unknown) =>
      log.warn({ err: error, sessionId: session._id }, 'session.not_touched'),
    );
  }

  async function end(environmentId: number, userId: string, which?: WhichSessions): Promise<readonly string[]> {
    const sessionIds = await store.remove(environmentId, userId, which);
    kept.clear();
    if (sessionIds.length > 0) for (const tell of endedTold) tell({ environmentId, userId, sessionIds });
    return sessionIds;
  }

  return {
    async identify(cookieHeader, environmentId) {
      const found = await present(cookieHeader, environmentId);
      if (found !== undefined) touch(found);
      return found && identityOf(found);
    },

    async look(cookieHeader, environmentId) {
      const found = await present(cookieHeader, environmentId);
      return found && identityOf(found);
    },

    async begin(user, { address, userAgent }) {
      const secret = randomBytes(32).toString('base64url');
      const now = new Date(clock.now());
      await store.insert({
        _id: newId('ses'),
        environment_id: user.environment_id,
        user_id: user._id,
        hash: hashOf(secret),
        generation: user.generation,
        created_at: now,
        last_seen_at: now,
        expires_at: endOf(now, now.getTime()),
        user_agent: userAgent.slice(0, 300),
        address,
      });
      await users.touch(user._id, now);
      const tooMany = (await store.listOf(user.environment_id, user._id)).slice(SESSIONS_OF_USER);
      if (tooMany.length > 0) await end(user.environment_id, user._id, { ids: tooMany.map(({ _id }) => _id) });
      return cookieText(secret, scopeOf(user.environment_id), LONGEST_MS);
    },

    listOf: async (environmentId, userId) => {
      const all = await store.listOf(environmentId, userId);
      return all.filter(({ expires_at: at }) => at.getTime() > clock.now()).map(sessionOf);
    },

    end,
    changed(user) {
      kept.clear();
      for (const tell of changedTold) tell(user);
    },
    clearedCookie: (environmentId) => clearedCookie(scopeOf(environmentId)),
    onEnded: (tell) => subscribe(endedTold, tell),
    onChanged: (tell) => subscribe(changedTold, tell),
  };
}

function identityOf({ session, user }: Found): Identity {
  return { sessionId: session._id, user: userOf(user) };
}

function subscribe<T>(all: Set<T>, one: T): () => void {
  all.add(one);
  return () => void all.delete(one);
}

function endOf(createdAt: Date, nowMs: number): Date {
  return new Date(Math.min(createdAt.getTime() + LONGEST_MS, nowMs + IDLE_MS));
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
