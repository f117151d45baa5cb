/** Wires who may look: users, their sessions, and signing in. */
import { createInvites } from '../apps/users/invite.ts';
import { createManageUsers } from '../apps/users/manage.ts';
import { createPasswords } from '../apps/users/passwords.ts';
import { createSessions } from '../apps/users/sessions.ts';
import { createSignIn } from '../apps/users/signIn.ts';
import { createTries } from '../apps/users/tries.ts';
import type { Storage } from './storage.ts';
import { isHttps, type Tools } from './tools.ts';

export function wireUsers(tools: Tools, { stores }: Storage) {
  const { clock, newId, log, address } = tools;
  const sessions = createSessions({
    store: stores.sessions,
    users: stores.users,
    isHttps: isHttps(tools),
    newId,
    clock,
    log,
  });
  const makeInvite = createInvites({ serverUrl: () => address.url, clock });
  return {
    sessions,
    users: createManageUsers({ store: stores.users, sessions, makeInvite, newId, clock }),
    signIn: createSignIn({
      users: stores.users,
      sessions,
      passwords: createPasswords(),
      tries: createTries({ store: stores.signInAttempts, clock }),
      clock,
      log,
    }),
  };
}

export type Users = ReturnType<typeof wireUsers>;
