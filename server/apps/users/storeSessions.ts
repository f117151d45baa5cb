/** Sessions in the platform's database. */
import type mongoose from 'mongoose';
import type { SessionDocument } from './document.ts';

export interface SessionStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly insert: (session: SessionDocument) => Promise<void>;
  readonly findByHash: (environmentId: number, hash: string) => Promise<SessionDocument | null>;
  /** Newest first. */
  readonly listOf: (environmentId: number, userId: string) => Promise<readonly SessionDocument[]>;
  readonly touch: (id: string, times: Pick<SessionDocument, 'last_seen_at' | 'expires_at'>) => Promise<void>;
  /** Removes those of the user, all or the given ones, but for the one that is to stay. Gives the ids of the removed. */
  readonly remove: (environmentId: number, userId: string, which?: WhichSessions) => Promise<readonly string[]>;
  /** Removes up to `limit` sessions whose time was over before, for the retention. */
  readonly deleteFinishedBefore: (ms: number, limit: number) => Promise<number>;
}

export interface WhichSessions {
  readonly ids?: readonly string[];
  readonly except?: string;
}

export function createSessionStore(connection: mongoose.Connection): SessionStore {
  const sessions = connection.collection<SessionDocument>('sessions');

  return {
    ensureIndexes: async () => {
      await sessions.createIndexes([
        { key: { hash: 1 }, unique: true, name: 'by_hash' },
        { key: { user_id: 1, _id: 1 }, name: 'by_user' },
        { key: { expires_at: 1 }, name: 'by_end' },
      ]);
    },
    insert: async (session) => {
      await sessions.insertOne({ ...session });
    },
    findByHash: (environmentId, hash) => sessions.findOne({ hash, environment_id: environmentId }),
    listOf: (environmentId, userId) =>
      sessions.find({ user_id: userId, environment_id: environmentId }).sort({ _id: -1 }).toArray(),
    touch: async (id, times) => {
      await sessions.updateOne({ _id: id }, { $set: times });
    },
    remove: async (environmentId, userId, { ids, except } = {}) => {
      const found = await sessions
        .find({ user_id: userId, environment_id: environmentId }, { projection: { _id: 1 } })
        .toArray();
      const chosen = found.map(({ _id }) => _id).filter((id) => id !== except && (ids?.includes(id) ?? true));
      if (chosen.length > 0) await sessions.deleteMany({ _id: { $in: chosen } });
      return chosen;
    },
    deleteFinishedBefore: async (ms, limit) => {
      const over = await sessions
        .find({ expires_at: { $lt: new Date(ms) } }, { projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      if (over.length > 0) await sessions.deleteMany({ _id: { $in: over.map(({ _id }) => _id) } });
      return over.length;
    },
  };
}
