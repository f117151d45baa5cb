/** What the management API may do with users and their sessions. */
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { NewId } from '../../lib/ids.ts';
import type { Page, PageOf } from '../../schemas/list.ts';
import type { Invited, Session, User, UserCreate, UserPatch } from '../../schemas/user.ts';
import { emailKeyOf, userOf, type UserDocument } from './document.ts';
import type { MadeInvite, MakeInvite } from './invite.ts';
import type { Sessions } from './sessions.ts';
import type { UserStore } from './store.ts';

export interface ManageUsersDeps {
  readonly store: Pick<UserStore, 'insert' | 'find' | 'list' | 'change' | 'invite' | 'markJoined' | 'remove'>;
  readonly sessions: Pick<Sessions, 'listOf' | 'end' | 'changed'>;
  readonly makeInvite: MakeInvite;
  readonly newId: NewId;
  readonly clock: Clock;
}

/** The environment comes first in every call; a user of another one is `not_found`. */
export interface ManageUsers {
  /** `conflict` where the address is taken. */
  readonly create: (environmentId: number, input: UserCreate) => Promise<Invited>;
  /** Makes a new link; `conflict` for a disabled user. */
  readonly invite: (environmentId: number, id: string) => Promise<Invited>;
  readonly list: (environmentId: number, page: Page) => Promise<PageOf<User>>;
  readonly get: (environmentId: number, id: string) => Promise<User>;
  readonly patch: (environmentId: number, id: string, change: UserPatch) => Promise<User>;
  readonly remove: (environmentId: number, id: string) => Promise<void>;
  readonly sessions: (environmentId: number, id: string) => Promise<readonly Session[]>;
  /** One session, or all of the user. */
  readonly endSessions: (environmentId: number, id: string, sessionId?: string) => Promise<void>;
  /** Once `onUserFirstJoin` has succeeded. */
  readonly markJoined: (environmentId: number, id: string) => Promise<void>;
}

export function createManageUsers({ store, sessions, makeInvite, newId, clock }: ManageUsersDeps): ManageUsers {
  const get = async (environmentId: number, id: string): Promise<UserDocument> =>
    there(await store.find(environmentId, id));

  return {
    async create(environmentId, { email, name = nameFrom(email), roles = [] }) {
      const invite = makeInvite(environmentId);
      const user: UserDocument = {
        _id: newId('usr'),
        environment_id: environmentId,
        email,
        email_key: emailKeyOf(email),
        name,
        roles,
        password: null,
        disabled: false,
        generation: 1,
        invite: invite.stored,
        created_at: new Date(clock.now()),
        joined_at: null,
        last_seen_at: null,
      };
      if ((await store.insert(user)) === 'inserted') return invited(user, invite);
      throw new AppError('conflict', { detail: 'A user of this environment has this e-mail address already.' });
    },

    async invite(environmentId, id) {
      if ((await get(environmentId, id)).disabled) {
        throw new AppError('conflict', { detail: 'The user is disabled. Set `disabled` to false first.' });
      }
      const invite = makeInvite(environmentId);
      return invited(there(await store.invite(environmentId, id, invite.stored)), invite);
    },

    list: async (environmentId, page) => {
      const { items, next } = await store.list(environmentId, page);
      return { items: items.map(userOf), next };
    },

    get: async (environmentId, id) => userOf(await get(environmentId, id)),

    async patch(environmentId, id, change) {
      if (Object.keys(change).length === 0) return userOf(await get(environmentId, id));
      const user = userOf(there(await store.change(environmentId, id, change)));
      if (change.disabled === true) await sessions.end(environmentId, id);
      sessions.changed(user);
      return user;
    },

    async remove(environmentId, id) {
      there(await store.remove(environmentId, id));
      await sessions.end(environmentId, id);
    },

    async sessions(environmentId, id) {
      await get(environmentId, id);
      return sessions.listOf(environmentId, id);
    },

    async endSessions(environmentId, id, sessionId) {
      await get(environmentId, id);
      const ended = await sessions.end(environmentId, id, sessionId === undefined ? {} : { ids: [sessionId] });
      if (sessionId !== undefined && ended.length === 0) throw new AppError('not_found');
    },

    markJoined: (environmentId, id) => store.markJoined(environmentId, id, new Date(clock.now())),
  };
}

function there(user: UserDocument | null): UserDocument {
  if (user !== null) return user;
  throw new AppError('not_found', { detail: 'There is no such user in this environment.' });
}

function invited(user: UserDocument, { stored, url }: MadeInvite): Invited {
  return { user: userOf(user), invite_url: url, expires_at: stored.expires_at.toISOString() };
}

/** `ada.lovelace@example.com` → `ada.lovelace`. */
function nameFrom(email: string): string {
  return email.slice(0, email.lastIndexOf('@')).slice(0, 100);
}
