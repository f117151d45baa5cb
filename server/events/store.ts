/** Events in the database: the collection `events` of the platform's database, its indexes, and every question asked of it. */
import type mongoose from 'mongoose';
import { createBatcher } from '../db/batch.ts';
import { insertEach } from '../db/commands.ts';
import { firstIdAt } from '../lib/ids.ts';
import { pageById, type Page, type PageOf } from '../schemas/list.ts';
import type { DataEvent, EventDocument, EventPlace } from './document.ts';

export const EVENTS_COLLECTION = 'events';

/** Like runs: together, but never so many that one batch keeps the next one waiting for long. */
const INSERT_BATCH = { maxItems: 200, maxInFlight: 2 };

export interface EventFilter {
  readonly type?: string;
  readonly tenant_id?: string;
  readonly since?: Date;
  readonly until?: Date;
}

export interface EventStore {
  readonly ensureIndexes: () => Promise<void>;
  /** Resolves when the event is on disk. Rejects with DuplicateKeyError when another event has its idempotency. */
  readonly insert: (event: EventDocument) => Promise<void>;
  /** Inserts within somebody's transaction. */
  readonly insertWithin: (session: mongoose.ClientSession, events: readonly EventDocument[]) => Promise<void>;
  readonly findByIdempotency: (idempotency: string) => Promise<EventDocument | null>;
  /** Lets go of a key whose window is over, so that a new event may take it. */
  readonly releaseIdempotency: (id: string) => Promise<void>;
  readonly get: (environmentId: number, id: string) => Promise<EventDocument | null>;
  readonly getMany: (ids: readonly string[]) => Promise<readonly EventDocument[]>;
  /** Newest first. */
  readonly list: (environmentId: number, filter: EventFilter, page: Page) => Promise<PageOf<EventDocument>>;
  /** Oldest first, for those who go through all of them. */
  readonly walk: (
    environmentId: number,
    range: { readonly since: Date; readonly until: Date; readonly after?: string; readonly limit: number },
  ) => Promise<readonly EventDocument[]>;
  /** Ids from the given one on, oldest first; the index alone is read. */
  readonly idsFrom: (from: string, limit: number) => Promise<readonly string[]>;
  /** Those of the given events that tell of documents. */
  readonly dataEvents: (ids: readonly string[]) => Promise<readonly DataEvent[]>;
  /** The same, and no more than where it was. */
  readonly dataPlaces: (ids: readonly string[]) => Promise<readonly EventPlace[]>;
  /** Whether an event from before the given one is still to be routed. */
  readonly isUnroutedBefore: (environmentId: number, id: string) => Promise<boolean>;
  /** Deletes up to `limit` routed events accepted before the given time and answers how many. */
  readonly deleteFinishedBefore: (ms: number, limit: number) => Promise<number>;
}

/** All events of an environment wait in one lane. */
export function eventLane(environmentId: number): string {
  return `${String(environmentId)}:`;
}

export function createEventStore(connection: mongoose.Connection): EventStore {
  const events = connection.collection<EventDocument>(EVENTS_COLLECTION);
  const inserts = createBatcher<EventDocument, undefined>({
    ...INSERT_BATCH,
    send: (batch) => insertEach(connection, EVENTS_COLLECTION, batch),
  });

  return {
    ensureIndexes: async () => {
      await events.createIndexes([
        { key: { idempotency: 1 }, unique: true, sparse: true, name: 'idempotency' },
        { key: { environment_id: 1, type: 1, _id: -1 }, name: 'by_type' },
        {
          key: { environment_id: 1, tenant_id: 1, _id: -1 },
          partialFilterExpression: { tenant_id: { $exists: true } },
          name: 'by_tenant',
        },
      ]);
    },

    insert: async (event) => {
      await inserts.add(event);
    },

    insertWithin: async (session, documents) => {
      await events.insertMany([...documents], { session });
    },

    findByIdempotency: (idempotency) => events.findOne({ idempotency }),

    releaseIdempotency: async (id) => {
      await events.updateOne({ _id: id }, { $unset: { idempotency: '' } });
    },

    get: (environmentId, id) => events.findOne({ _id: id, environment_id: environmentId }),

    getMany: (ids) => events.find({ _id: { $in: [...ids] } }).toArray(),

    list: async (environmentId, filter, page) => {
      const found = await events
        .find(queryOf(environmentId, filter, page.after))
        .sort({ _id: -1 })
        .limit(page.limit + 1)
        .toArray();
      return pageById(found, page.limit);
    },

    walk: (environmentId, { since, until, after, limit }) =>
      events
        .find({
          _id: {
            $gte: firstIdAt('evt', since.getTime()),
            $lt: firstIdAt('evt', until.getTime()),
            ...(after !== undefined && { $gt: after }),
          },
          environment_id: environmentId,
        })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),

    idsFrom: async (from, limit) => {
      const found = events.find({ _id: { $gte: from } }, { projection: { _id: 1 }, sort: { _id: 1 }, limit });
      return (await found.toArray()).map(({ _id }) => _id);
    },

    dataEvents: (ids) =>
      events
        .find<DataEvent>(isOfData(ids), { projection: { ...PLACE, type: 1, data: 1, previous: 1, form: 1 } })
        .toArray(),

    dataPlaces: (ids) => events.find<EventPlace>(isOfData(ids), { projection: PLACE }).toArray(),

    isUnroutedBefore: async (environmentId, id) => {
      const earlier = { lane: eventLane(environmentId), _id: { $lt: id } };
      return (await events.findOne(earlier, { projection: { _id: 1 }, hint: 'queue' })) !== null;
    },

    deleteFinishedBefore: async (ms, limit) => {
      const old = await events
        .find({ _id: { $lt: firstIdAt('evt', ms) }, lane: { $exists: false } }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      if (old.length === 0) return 0;
      const { deletedCount } = await events.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
      return deletedCount;
    },
  };
}

const PLACE = { environment_id: 1, source: 1 } as const;

function isOfData(ids: readonly string[]): object {
  return { _id: { $in: [...ids] }, 'source.type': 'data' };
}

function queryOf(environmentId: number, filter: EventFilter, after: string | undefined): object {
  const id = {
    ...(filter.since && { $gte: firstIdAt('evt', filter.since.getTime()) }),
    ...(after !== undefined && { $lt: after }),
  };
  const before = filter.until && firstIdAt('evt', filter.until.getTime());
  return {
    environment_id: environmentId,
    ...(filter.type !== undefined && { type: filter.type }),
    ...(filter.tenant_id !== undefined && { tenant_id: filter.tenant_id }),
    ...(Object.keys(id).length > 0 && { _id: id }),
    ...(before !== undefined && { $and: [{ _id: { $lt: before } }] }),
  };
}
