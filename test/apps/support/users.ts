/** Users with everything behind them real: the embedded engine, the stores, the services. Hashes are cheap unless asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInvites } from '../../../server/apps/users/invite.ts';
import { createManageUsers } from '../../../server/apps/users/manage.ts';
import { createPasswords, type Passwords } from '../../../server/apps/users/passwords.ts';
import { createSessions, type SessionsEnded } from '../../../server/apps/users/sessions.ts';
import { createSignIn } from '../../../server/apps/users/signIn.ts';
import { createUserStore } from '../../../server/apps/users/store.ts';
import { createAttemptStore } from '../../../server/apps/users/storeAttempts.ts';
import { createSessionStore } from '../../../server/apps/users/storeSessions.ts';
import { createTries } from '../../../server/apps/users/tries.ts';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../../server/db/embedded/start.ts';
import { createIdMaker } from '../../../server/lib/ids.ts';
import type { User, Visitor } from '../../../server/schemas/user.ts';

export const START_MS = Date.parse('2026-01-31T09:30:00Z');
export const PASSWORD = 'correct horse battery staple';

export interface UsersEngine {
  /** A database of its own. */
  readonly open: () => Promise<Database>;
  readonly stop: () => Promise<void>;
}

export async function startUsersEngine(): Promise<UsersEngine> {
  const dataDir = mkdtempSync(join(tmpdir(), 'earshot-users-'));
  const engine: Embedded = await startEmbedded({ dataDir });
  let databases = 0;
  return {
    open: () => connectDatabase({ url: engine.url, name: `users_${databases++}` }),
    stop: async () => {
      await engine.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

export interface UsersOptions {
  readonly isHttps?: boolean;
  readonly passwords?: Passwords;
}

/** The services over one database, as one process has them; more of them stand for more processes, or for a restart. */
export async function aUsersProcess(database: Database, options: UsersOptions = {}) {
  const { isHttps = false, passwords = createPasswords({ cost: 4, waitingAtMost: 1_000 }) } = options;
  let nowMs = START_MS;
  const clock = { now: () => nowMs };
  const newId = createIdMaker(clock.now);
  const lines: Record<string, unknown>[] = [];
  const write = (members: object, msg?: string): void => void lines.push({ ...members, msg });
  const log = { info: write, warn: write } as never;
  const stores = {
    users: createUserStore(database.platform),
    sessions: createSessionStore(database.platform),
    attempts: createAttemptStore(database.platform),
  };
  for (const store of Object.values(stores)) await store.ensureIndexes();
  let lookUps = 0;
  const counting = {
    ...stores.sessions,
    findByHash: (environmentId: number, hash: string) => {
      lookUps++;
      return stores.sessions.findByHash(environmentId, hash);
    },
  };
  const tries = createTries({ store: stores.attempts, clock });
  const sessions = createSessions({ store: counting, users: stores.users, isHttps, newId, clock, log });
  const makeInvite = createInvites({ serverUrl: () => 'http://localhost:4000', clock });
  const users = createManageUsers({ store: stores.users, sessions, makeInvite, newId, clock });
  const signIn = createSignIn({ users: stores.users, sessions, passwords, tries, clock, log });
  const ended: SessionsEnded[] = [];
  const changed: User[] = [];
  sessions.onEnded((each) => ended.push(each));
  sessions.onChanged((each) => changed.push(each));
  const pass = (ms: number): void => void (nowMs += ms);
  return {
    stores,
    tries,
    sessions,
    users,
    signIn,
    ended,
    changed,
    lines,
    pass,
    now: clock.now,
    lookUps: () => lookUps,
  };
}

export type UsersProcess = Awaited<ReturnType<typeof aUsersProcess>>;

export function aVisitor(given: Partial<Visitor> = {}): Visitor {
  return { environmentId: 1, address: '192.0.2.1', userAgent: 'a browser', ...given };
}

/** The secret of an invitation's link. */
export function secretOf({ invite_url: url }: { readonly invite_url: string }): string {
  return url.slice(url.indexOf('#') + 1);
}

/** What a browser sends back of a `set-cookie`. */
export function sentBack(cookie: string): string {
  return cookie.slice(0, cookie.indexOf(';'));
}

/** Invites somebody who then sets `PASSWORD`; gives the user and the cookie. */
export async function aMember({ users, signIn }: UsersProcess, email = 'ada@example.com', environmentId = 1) {
  const invited = await users.create(environmentId, { email });
  return signIn.acceptInvite(aVisitor({ environmentId }), { invite: secretOf(invited), password: PASSWORD });
}
