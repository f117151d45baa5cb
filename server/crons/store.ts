/** Crons in the database: the collection `crons` of the platform's database, its indexes, and every question asked of it. */
import type mongoose from 'mongoose';
import type { CronFilter } from '../schemas/cron.ts';
import { pageById, type Page, type PageOf } from '../schemas/list.ts';
import { isCronId, type CronDocument } from './document.ts';

export const CRONS_COLLECTION = 'crons';
const DUPLICATE_KEY = 11000;

/** What the calendar needs of a cron that has a tick to come. */
export type TickingCron = Pick<CronDocument, '_id' | 'name' | 'listener_name' | 'schedule' | 'timezone'> & {
  readonly next_at: Date;
};

/** What a person's change writes, and the members it takes away. */
export interface CronChange {
  readonly set: Partial<CronDocument>;
  readonly unset: readonly string[];
}

/** The environment comes first in every call: there is no way to ask without it. */
export interface CronStore {
  /** The queue's own index is made with its leases. */
  readonly ensureIndexes: () => Promise<void>;
  /** False when the name is taken. */
  readonly insert: (environmentId: number, cron: CronDocument) => Promise<boolean>;
  readonly count: (environmentId: number) => Promise<number>;
  /** By its name or its id. */
  readonly get: (environmentId: number, name: string) => Promise<CronDocument | null>;
  /** Oldest first. */
  readonly list: (environmentId: number, filter: CronFilter, page: Page) => Promise<PageOf<CronDocument>>;
  /**
   * Writes the change and takes the lease away, unless the cron was changed or claimed since it was read (`stale`), is
   * gone (`stale` too), or the name it gets is taken.
   */
  readonly change: (
    environmentId: number,
    read: CronDocument,
    change: CronChange,
  ) => Promise<CronDocument | 'stale' | 'taken'>;
  readonly setLastRun: (
    environmentId: number,
    id: string,
    lastRun: NonNullable<CronDocument['last_run']>,
  ) => Promise<void>;
  readonly remove: (environmentId: number, name: string) => Promise<boolean>;
  /** The active crons whose next tick comes no later than that, by the time of that tick, then by id. */
  readonly ticking: (environmentId: number, until: Date) => AsyncIterable<TickingCron>;
}

export function createCronStore(connection: mongoose.Connection): CronStore {
  const crons = connection.collection<CronDocument>(CRONS_COLLECTION);

  return {
    ensureIndexes: async () => {
      await crons.createIndexes([
        { key: { environment_id: 1, name: 1 }, unique: true, name: 'by_name' },
        { key: { environment_id: 1, _id: 1 }, name: 'by_position' },
        { key: { environment_id: 1, listener_name: 1, _id: 1 }, name: 'by_listener' },
        { key: { environment_id: 1, next_at: 1, _id: 1 }, name: 'by_next' },
      ]);
    },

    insert: async (environmentId, cron) => {
      try {
        await crons.insertOne({ ...cron, environment_id: environmentId });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },

    count: (environmentId) => crons.countDocuments({ environment_id: environmentId }),

    get: (environmentId, name) => crons.findOne(one(environmentId, name)),

    list: async (environmentId, { listener_name, state }, { limit, after }) => {
      const found = await crons
        .find({
          environment_id: environmentId,
          ...(listener_name !== undefined && { listener_name }),
          ...(state !== undefined && { status: state === 'paused' ? 'paused' : { $in: ['queued', 'running'] } }),
          ...(after !== undefined && { _id: { $gt: after } }),
        })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      return pageById(found, limit);
    },

    change: async (environmentId, read, { set, unset }) => {
      try {
        const changed = await crons.findOneAndUpdate(
          { _id: read._id, environment_id: environmentId, attempt: read.attempt },
          {
            $set: set,
            $inc: { attempt: 1 },
            ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((name) => [name, ''])) }),
          } as object,
          { returnDocument: 'after' },
        );
        return changed ?? 'stale';
      } catch (error) {
        if (isDuplicate(error)) return 'taken';
        throw error;
      }
    },

    setLastRun: async (environmentId, id, lastRun) => {
      await crons.updateOne({ _id: id, environment_id: environmentId }, { $set: { last_run: lastRun } });
    },

    remove: async (environmentId, name) => (await crons.deleteOne(one(environmentId, name))).deletedCount === 1,

    ticking: (environmentId, until) =>
      crons
        .find(
          { environment_id: environmentId, next_at: { $lte: until } },
          { projection: { name: 1, listener_name: 1, schedule: 1, timezone: 1, next_at: 1 } },
        )
        .sort({ next_at: 1, _id: 1 })
        .batchSize(500) as AsyncIterable<CronDocument> as AsyncIterable<TickingCron>,
  };
}

function one(environmentId: number, name: string): object {
  return { environment_id: environmentId, ...(isCronId(name) ? { _id: name } : { name }) };
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY;
}
