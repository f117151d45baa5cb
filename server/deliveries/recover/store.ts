/** Recoveries in the database: the collection `recoveries` of the platform's database. */
import type mongoose from 'mongoose';
import { insertEach } from '../../db/commands.ts';
import type { RecoveryStatus } from '../../schemas/delivery.ts';
import { pageById, type Page, type PageOf } from '../../schemas/list.ts';
import type { RecoveryDocument } from './document.ts';

export const RECOVERIES_COLLECTION = 'recoveries';

export interface RecoveryFilter {
  readonly rule?: string;
  readonly status?: RecoveryStatus;
}

export interface RecoveryStore {
  readonly ensureIndexes: () => Promise<void>;
  /** Rejects with DuplicateKeyError when its rule has one that is not at its end. */
  readonly insert: (recovery: RecoveryDocument) => Promise<void>;
  readonly get: (environmentId: number, id: string) => Promise<RecoveryDocument | null>;
  /** Newest first. */
  readonly list: (environmentId: number, filter: RecoveryFilter, page: Page) => Promise<PageOf<RecoveryDocument>>;
  /** Changes one that is in one of the given states and answers it as it is then; null when it is not. */
  readonly change: (
    environmentId: number,
    id: string,
    from: readonly RecoveryDocument['status'][],
    update: object,
  ) => Promise<RecoveryDocument | null>;
}

export function createRecoveryStore(connection: mongoose.Connection): RecoveryStore {
  const recoveries = connection.collection<RecoveryDocument>(RECOVERIES_COLLECTION);

  return {
    ensureIndexes: async () => {
      await recoveries.createIndexes([
        { key: { active_of: 1 }, unique: true, sparse: true, name: 'active' },
        { key: { environment_id: 1, _id: -1 }, name: 'by_environment' },
        { key: { rule_id: 1, _id: -1 }, name: 'by_rule' },
      ]);
    },

    insert: async (recovery) => {
      const [fault] = await insertEach(connection, RECOVERIES_COLLECTION, [recovery]);
      if (fault !== undefined) throw fault;
    },

    get: (environmentId, id) => recoveries.findOne({ _id: id, environment_id: environmentId }),

    list: async (environmentId, { rule, status }, page) => {
      const found = await recoveries
        .find({
          environment_id: environmentId,
          ...(rule !== undefined && { rule_id: rule }),
          ...(status !== undefined && { status: status === 'running' ? { $in: ['queued', 'running'] } : status }),
          ...(page.after !== undefined && { _id: { $lt: page.after } }),
        } as object)
        .sort({ _id: -1 })
        .limit(page.limit + 1)
        .toArray();
      return pageById(found, page.limit);
    },

    change: (environmentId, id, from, update) =>
      recoveries.findOneAndUpdate({ _id: id, environment_id: environmentId, status: { $in: [...from] } }, update, {
        returnDocument: 'after',
      }),
  };
}
