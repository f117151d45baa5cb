/** Users in the platform's database. Each belongs to one environment, which is part of every look-up by id or address. */
import type mongoose from 'mongoose';
import { pageById, type Page, type PageOf } from '../../schemas/list.ts';
import type { InviteDocument, UserDocument } from './document.ts';

/** What may be set; a new password or `disabled: true` also ends the sessions that are there, by the generation. */
export type UserChange = Partial<Pick<UserDocument, 'name' | 'roles' | 'disabled' | 'password'>>;

export interface UserStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly insert: (user: UserDocument) => Promise<'inserted' | 'email_taken'>;
  readonly find: (environmentId: number, id: string) => Promise<UserDocument | null>;
  readonly findByEmail: (environmentId: number, emailKey: string) => Promise<UserDocument | null>;
  readonly findByInvite: (environmentId: number, inviteHash: string) => Promise<UserDocument | null>;
  /** Oldest first. */
  readonly list: (environmentId: number, page: Page) => Promise<PageOf<UserDocument>>;
  /** The user as it is then, or null. */
  readonly change: (environmentId: number, id: string, change: UserChange) => Promise<UserDocument | null>;
  /** Changes a password where it is still the given one. */
  readonly replacePassword: (id: string, old: string, next: string) => Promise<UserDocument | null>;
  /** Replaces an invitation that is there. */
  readonly invite: (environmentId: number, id: string, invite: InviteDocument) => Promise<UserDocument | null>;
  /** Uses up an invitation that still stands: null for the second who tries. */
  readonly acceptInvite: (accepted: AcceptedInvite) => Promise<UserDocument | null>;
  readonly markJoined: (environmentId: number, id: string, at: Date) => Promise<void>;
  readonly touch: (id: string, at: Date) => Promise<void>;
  /** The user that was there, or null. */
  readonly remove: (environmentId: number, id: string) => Promise<UserDocument | null>;
}

export interface AcceptedInvite {
  readonly environmentId: number;
  readonly inviteHash: string;
  readonly at: Date;
  readonly password: string;
  readonly name: string | undefined;
}

export function createUserStore(connection: mongoose.Connection): UserStore {
  const users = connection.collection<UserDocument>('users');
  const after = { returnDocument: 'after' } as const;

  return {
    ensureIndexes: async () => {
      await users.createIndexes([
        { key: { environment_id: 1, email_key: 1 }, unique: true, name: 'by_email' },
        { key: { environment_id: 1, _id: 1 }, name: 'by_environment' },
        { key: { 'invite.hash': 1 }, name: 'by_invite' },
      ]);
    },
    insert: async (user) => {
      try {
        await users.insertOne({ ...user });
        return 'inserted';
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 11000) return 'email_taken';
        throw error;
      }
    },
    find: (environmentId, id) => users.findOne({ _id: id, environment_id: environmentId }),
    findByEmail: (environmentId, emailKey) => users.findOne({ environment_id: environmentId, email_key: emailKey }),
    findByInvite: (environmentId, hash) => users.findOne({ environment_id: environmentId, 'invite.hash': hash }),
    list: async (environmentId, { limit, after: position }) => {
      const found = await users
        .find({ environment_id: environmentId, ...(position !== undefined && { _id: { $gt: position } }) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      return pageById(found, limit);
    },
    change: (environmentId, id, change) => {
      const endsSessions = change.password !== undefined || change.disabled === true;
      const update = { $set: change, ...(endsSessions && { $inc: { generation: 1 } }) };
      return users.findOneAndUpdate({ _id: id, environment_id: environmentId }, update, after);
    },
    replacePassword: (id, old, next) =>
      users.findOneAndUpdate(
        { _id: id, password: old, disabled: false },
        { $set: { password: next, invite: null }, $inc: { generation: 1 } },
        after,
      ),
    invite: (environmentId, id, invite) =>
      users.findOneAndUpdate({ _id: id, environment_id: environmentId }, { $set: { invite } }, after),
    acceptInvite: ({ environmentId, inviteHash, at, password, name }) =>
      users.findOneAndUpdate(
        {
          environment_id: environmentId,
          'invite.hash': inviteHash,
          'invite.expires_at': { $gt: at },
          disabled: false,
        },
        { $set: { password, invite: null, ...(name !== undefined && { name }) }, $inc: { generation: 1 } },
        after,
      ),
    markJoined: async (environmentId, id, at) => {
      await users.updateOne({ _id: id, environment_id: environmentId, joined_at: null }, { $set: { joined_at: at } });
    },
    touch: async (id, at) => {
      await users.updateOne({ _id: id }, { $max: { last_seen_at: at } });
    },
    remove: (environmentId, id) => users.findOneAndDelete({ _id: id, environment_id: environmentId }),
  };
}
