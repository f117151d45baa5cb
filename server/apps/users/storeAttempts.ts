/**
 * How often signing in has failed, by account and by address, in the platform's database: a restart gives nobody new
 * tries. A count is changed only where it is still the one that was read, so tries of one moment all count.
 */
import type mongoose from 'mongoose';

export interface AttemptDocument {
  /** `account:…` or `address:…`. */
  readonly _id: string;
  readonly count: number;
  /** Nobody gets a try before; null while tries are free. */
  readonly blocked_until: Date | null;
  /** Forgotten then. */
  readonly expires_at: Date;
}

export interface AttemptStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly find: (id: string) => Promise<AttemptDocument | null>;
  /** False where it is no longer as it was read. */
  readonly replace: (read: AttemptDocument | null, next: AttemptDocument) => Promise<boolean>;
  readonly remove: (id: string) => Promise<void>;
  /** Removes up to `limit` that were to be forgotten before, for the retention. */
  readonly deleteFinishedBefore: (ms: number, limit: number) => Promise<number>;
}

export function createAttemptStore(connection: mongoose.Connection): AttemptStore {
  const attempts = connection.collection<AttemptDocument>('sign_in_attempts');

  return {
    ensureIndexes: async () => {
      await attempts.createIndexes([{ key: { expires_at: 1 }, name: 'by_end' }]);
    },
    find: (id) => attempts.findOne({ _id: id }),
    replace: async (read, { _id: id, ...next }) => {
      if (read !== null) {
        const asRead = { _id: id, count: read.count, expires_at: read.expires_at };
        return (await attempts.updateOne(asRead, { $set: next })).matchedCount === 1;
      }
      try {
        await attempts.insertOne({ _id: id, ...next });
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 11000) return false;
        throw error;
      }
    },
    remove: async (id) => {
      await attempts.deleteOne({ _id: id });
    },
    deleteFinishedBefore: async (ms, limit) => {
      const over = await attempts
        .find({ expires_at: { $lt: new Date(ms) } }, { projection: { _id: 1 } })
        .limit(limit)
        .toArray();
      if (over.length > 0) await attempts.deleteMany({ _id: { $in: over.map(({ _id }) => _id) } });
      return over.length;
    },
  };
}
