/** Runs in the database: the collection `runs` of the platform's database, its indexes, and every question asked of it. */
import type mongoose from 'mongoose';
import { createBatcher } from '../db/batch.ts';
import { insertEach } from '../db/commands.ts';
import { firstIdAt } from '../lib/ids.ts';
import { pageById, type Page, type PageOf } from '../schemas/list.ts';
import type { RunFilter } from '../schemas/runView.ts';
import type { RunDocument } from './document.ts';
import { environments } from '../schemas/app.ts';
import { gateLanesOf, lanesOf, openLane, openLanes, openLanesOf } from './lanes.ts';

export const RUNS_COLLECTION = 'runs';

/** Runs are inserted together, but never so many that one batch keeps the next one waiting for long. */
const INSERT_BATCH = { maxItems: 200, maxInFlight: 2 };

/** What a list shows does not need the bytes. */
const SUMMARY_FIELDS = { event: 0, events: 0, props: 0, request: 0, logs: 0, result: 0, attempts: 0 };

/** How much waits in one environment. */
export interface QueueReading {
  readonly depth: number;
  readonly oldestDueAt: Date | null;
}

export interface RunStore {
  readonly ensureIndexes: () => Promise<void>;
  /** Resolves when the run is on disk. Rejects with DuplicateKeyError when another run has one of its dedupe keys. */
  readonly insert: (run: RunDocument) => Promise<void>;
  /** Inserts that are not on disk yet. */
  readonly pendingInserts: () => number;
  readonly findByWaitingKey: (key: string) => Promise<RunDocument | null>;
  readonly findByDedupeKeys: (keys: readonly string[]) => Promise<RunDocument | null>;
  /** Lets go of keys whose window is over, so that a new run may take them. */
  readonly releaseDedupeKeys: (runId: string) => Promise<void>;
  readonly get: (environmentId: number, id: string) => Promise<RunDocument | null>;
  readonly list: (environmentId: number, filter: RunFilter, page: Page) => Promise<PageOf<RunDocument>>;
  /** Changes a run that is in one of the given states; null when it is not, or not there. */
  readonly change: (
    environmentId: number,
    id: string,
    from: readonly RunDocument['status'][],
    update: object,
  ) => Promise<RunDocument | null>;
  readonly readQueue: (environmentId: number) => Promise<QueueReading>;
  /** Runs that are due, or wait at a gate; those that are to come later are not counted. */
  readonly backlog: (now: Date) => Promise<number>;
  /** Puts what waits in lanes that are claimed from no more, as those of earlier versions, into the open ones. */
  readonly reopenLanes: () => Promise<void>;
  /** How many runs of a cron are queued or running, and how many of them have not begun. */
  readonly readCron: (cronId: string) => Promise<{ readonly open: number; readonly waiting: number }>;
  readonly statusesOf: (ids: readonly string[]) => Promise<ReadonlyMap<string, RunDocument['status']>>;
  /** Deletes up to `limit` runs that were finished before the given time and answers how many. */
  readonly deleteFinishedBefore: (ms: number, limit: number) => Promise<number>;
}

export function createRunStore(connection: mongoose.Connection): RunStore {
  const runs = connection.collection<RunDocument>(RUNS_COLLECTION);
  const inserts = createBatcher<RunDocument, undefined>({
    ...INSERT_BATCH,
    send: (batch) => insertEach(connection, RUNS_COLLECTION, batch),
  });

  return {
    ensureIndexes: async () => {
      await runs.createIndexes([
        { key: { dedupe_keys: 1 }, unique: true, sparse: true, name: 'dedupe' },
        { key: { waiting_key: 1 }, unique: true, sparse: true, name: 'waiting' },
        // Most runs succeed; those that wait are found by their lane, and an index of the rest costs them nothing.
        {
          key: { environment_id: 1, status: 1, _id: -1 },
          partialFilterExpression: { status: { $in: ['dead', 'canceled'] } },
          name: 'by_failure',
        },
        { key: { environment_id: 1, action: 1, _id: -1 }, name: 'by_action' },
        { key: { webhook: 1, _id: -1 }, sparse: true, name: 'by_webhook' },
        { key: { cron: 1, _id: -1 }, sparse: true, name: 'by_cron' },
        {
          key: { cron: 1 },
          partialFilterExpression: { cron: { $exists: true }, lane: { $exists: true } },
          name: 'open_of_cron',
        },
        {
          key: { environment_id: 1, _id: -1 },
          partialFilterExpression: { 'trigger.type': 'job' },
          name: 'jobs',
        },
      ]);
    },

    insert: async (run) => {
      await inserts.add(run);
    },

    pendingInserts: inserts.pending,

    findByWaitingKey: (key) => runs.findOne({ waiting_key: key }),

    findByDedupeKeys: (keys) => runs.findOne({ dedupe_keys: { $in: [...keys] } }),

    releaseDedupeKeys: async (runId) => {
      await runs.updateOne({ _id: runId }, { $unset: { dedupe_keys: '' } });
    },

    get: (environmentId, id) => runs.findOne({ _id: id, environment_id: environmentId }),

    list: async (environmentId, filter, page) => {
      const found = await runs
        .find(queryOf(environmentId, filter, page.after), { projection: SUMMARY_FIELDS })
        .sort({ _id: -1 })
        .limit(page.limit + 1)
        .toArray();
      return pageById(found, page.limit);
    },

    change: (environmentId, id, from, update) =>
      runs.findOneAndUpdate({ _id: id, environment_id: environmentId, status: { $in: [...from] } }, update, {
        returnDocument: 'after',
      }),

    readQueue: async (environmentId) => {
      const [depth, oldest] = await Promise.all([
        runs.countDocuments({ lane: lanesOf(environmentId) }, { hint: 'queue' }),
        Promise.all(
          openLanesOf(environmentId).map((lane) =>
            runs.findOne({ lane }, { sort: { due_at: 1 }, projection: { due_at: 1 } }),
          ),
        ),
      ]);
      const times = oldest.flatMap((run) => (run?.due_at === undefined ? [] : [run.due_at.getTime()]));
      return { depth, oldestDueAt: times.length === 0 ? null : new Date(Math.min(...times)) };
    },

    backlog: async (now) => {
      const counts = await Promise.all([
        ...openLanes.map((lane) => runs.countDocuments({ lane, due_at: { $lte: now } }, { hint: 'queue' })),
        ...environments.map(({ id }) => runs.countDocuments({ lane: gateLanesOf(id) }, { hint: 'queue' })),
      ]);
      return counts.reduce((sum, count) => sum + count, 0);
    },

    reopenLanes: async () => {
      for (const { id } of environments) {
        const { $gte: firstGate } = gateLanesOf(id);
        await runs.updateMany(
          { lane: { $gt: openLane(id), $lt: firstGate, $nin: [...openLanes] } },
          { $set: { lane: openLane(id) } },
        );
      }
    },

    readCron: async (cronId) => {
      const open = await runs
        .find({ cron: cronId, lane: { $exists: true } }, { projection: { status: 1 }, hint: 'open_of_cron' })
        .toArray();
      return { open: open.length, waiting: open.filter(({ status }) => status === 'queued').length };
    },

    statusesOf: async (ids) => {
      const found = await runs.find({ _id: { $in: [...ids] } }, { projection: { status: 1 } }).toArray();
      return new Map(found.map(({ _id, status }) => [_id, status]));
    },

    deleteFinishedBefore: async (ms, limit) => {
      const old = await runs
        .find(
          // What was made long ago and waited long is kept from its end on.
          { _id: { $lt: firstIdAt('run', ms) }, lane: { $exists: false }, finished_at: { $lt: new Date(ms) } },
          { projection: { _id: 1 } },
        )
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      if (old.length === 0) return 0;
      const { deletedCount } = await runs.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
      return deletedCount;
    },
  };
}

function queryOf(environmentId: number, filter: RunFilter, after: string | undefined): object {
  const id = {
    ...(after !== undefined && { $lt: after }),
    ...(filter.since && { $gte: firstIdAt('run', filter.since.getTime()) }),
  };
  const before = filter.until && firstIdAt('run', filter.until.getTime());
  return {
    environment_id: environmentId,
    ...(filter.status && { status: filter.status }),
    ...(filter.status && isWaiting(filter.status) && { lane: lanesOf(environmentId) }),
    ...(filter.action !== undefined && { action: filter.action }),
    ...(filter.webhook !== undefined && { webhook: filter.webhook }),
    ...(filter.cron !== undefined && { cron: filter.cron }),
    ...(filter.trigger !== undefined && { 'trigger.type': filter.trigger }),
    ...(Object.keys(id).length > 0 && { _id: id }),
    ...(before !== undefined && { $and: [{ _id: { $lt: before } }] }),
  };
}

/** Only what is queued or running has a place in a lane. */
function isWaiting(status: RunDocument['status']): boolean {
  return status === 'queued' || status === 'running';
}
