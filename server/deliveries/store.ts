/**
 * Deliveries in the database: the collection `deliveries` of the platform's database, its indexes, and every question
 * asked of it. Each index is paid for by every delivery, so those that most deliveries have no part in are partial.
 */
import type mongoose from 'mongoose';
import { createBatcher } from '../db/batch.ts';
import { insertEach } from '../db/commands.ts';
import { firstIdAt } from '../lib/ids.ts';
import { QUEUE_PLACE } from '../queue/entry.ts';
import { environments } from '../schemas/app.ts';
import type { DeliveryStatus } from '../schemas/delivery.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import type { DeliveryDocument } from './document.ts';
import { firstIdsOf } from './id.ts';
import { laneOf } from './lanes.ts';
import { listQuery, orderKeysOf, SUMMARY_FIELDS, type DeliveryFilter } from './storeQuery.ts';

export const DELIVERIES_COLLECTION = 'deliveries';

/** Deliveries are inserted together, but never so many that one batch keeps the next one waiting for long. */
const INSERT_BATCH = { maxItems: 200, maxInFlight: 2 };
const CANCEL_STEP = 500;
const SUMMARY = { projection: SUMMARY_FIELDS };
const FAILED: readonly DeliveryStatus[] = ['dead', 'dropped', 'canceled'];

/** A delivery without what was sent and answered. */
export type DeliveryHead = Omit<DeliveryDocument, 'attempts'> & {
  readonly attempts?: readonly { readonly attempt: number }[];
};

/** Which deliveries of a rule a recovery goes through, oldest first. */
export interface OfRule {
  readonly status: DeliveryStatus;
  /** Ids of events: from the first on, and before the second. */
  readonly fromEvent: string;
  readonly beforeEvent: string;
  /** Ids of deliveries: after the first, and before the second. */
  readonly after: string;
  readonly before: string;
}

export interface DeliveryStore {
  readonly ensureIndexes: () => Promise<void>;
  /** Resolves when the delivery is on disk. Rejects with DuplicateKeyError when it was there already. */
  readonly insert: (delivery: DeliveryDocument) => Promise<void>;
  /** Inserts that are not on disk yet. */
  readonly pendingInserts: () => number;
  readonly get: (environmentId: number, id: string) => Promise<DeliveryDocument | null>;
  /** Newest first. By event type, a page may be short, or empty, and yet have a next one. */
  readonly list: (environmentId: number, filter: DeliveryFilter, page: Page) => Promise<PageOf<DeliveryHead>>;
  readonly ofEvent: (environmentId: number, eventId: string) => Promise<readonly DeliveryHead[]>;
  /** All deliveries of these events to the rule; `firstIds` are the ids of the first ones. */
  readonly ofRuleAndEvents: (
    ruleId: string,
    eventIds: readonly string[],
    firstIds: readonly string[],
  ) => Promise<readonly DeliveryHead[]>;
  readonly ofRule: (ruleId: string, which: OfRule, limit: number) => Promise<readonly DeliveryHead[]>;
  /** Changes a delivery that is in one of the given states, and answers what it was before; null when it is not. */
  readonly change: (
    environmentId: number,
    id: string,
    from: readonly DeliveryStatus[],
    update: object,
  ) => Promise<DeliveryDocument | null>;
  /** Deliveries of the rule that are not at their end. */
  readonly waitingCount: (ruleId: string) => Promise<number>;
  /** Ends everything of a deleted rule that has not begun, step by step, and answers how many. */
  readonly cancelOfRule: (environmentId: number, ruleId: string, now: Date) => Promise<number>;
  /** Deletes up to `limit` finished deliveries made before the given time and answers how many. */
  readonly deleteFinishedBefore: (ms: number, limit: number) => Promise<number>;
}

/** `pageReads`: how many deliveries one page of a list may go through where no index serves. */
export function createDeliveryStore(connection: mongoose.Connection, { pageReads = 20_000 } = {}): DeliveryStore {
  const deliveries = connection.collection<DeliveryDocument>(DELIVERIES_COLLECTION);
  const inserts = createBatcher<DeliveryDocument, undefined>({
    ...INSERT_BATCH,
    send: (batch) => insertEach(connection, DELIVERIES_COLLECTION, batch),
  });

  async function cancelAll(query: object, now: Date): Promise<number> {
    let canceled = 0;
    for (;;) {
      const found = await deliveries
        .find(query, { projection: { _id: 1 } })
        .limit(CANCEL_STEP)
        .toArray();
      if (found.length === 0) return canceled;
      const { modifiedCount } = await deliveries.updateMany(
        { _id: { $in: found.map(({ _id }) => _id) }, status: { $in: ['queued', 'waiting'] } },
        cancellation({ code: 'rule_deleted', message: 'Its rule was deleted before it was sent.' }, now),
      );
      canceled += modifiedCount;
    }
  }

  /**
   * All deliveries of an event, oldest first, without an index of the event that every delivery would pay for: the first
   * ones have ids within the event's millisecond, the others carry `again_of`.
   */
  async function findOfEvent(eventId: string, query: object): Promise<DeliveryHead[]> {
    const [first, again] = await Promise.all([
      deliveries
        .find<DeliveryHead>({ $and: [query, { _id: firstIdsOf(eventId), event_id: eventId }] }, SUMMARY)
        .hint({ _id: 1 })
        .toArray(),
      deliveries
        .find<DeliveryHead>({ $and: [query, { again_of: eventId }] }, SUMMARY)
        .hint('by_event')
        .toArray(),
    ]);
    return [...first, ...again].sort((a, b) => (a._id < b._id ? -1 : 1));
  }

  /** No index goes by event type: a page ends after so many deliveries of any type, however few were of that one. */
  async function edgeOf(environmentId: number, filter: DeliveryFilter, after?: string): Promise<string | null> {
    if (filter.event_type === undefined || filter.event !== undefined) return null;
    const { event_type: _type, status: _status, ...indexed } = filter;
    const edge = await deliveries
      .find(listQuery(environmentId, indexed, after), { projection: { _id: 1 } })
      .sort({ _id: -1 })
      .skip(pageReads)
      .limit(1)
      .next();
    return edge?._id ?? null;
  }

  return {
    ensureIndexes: async () => {
      await deliveries.createIndexes([
        { key: { environment_id: 1, _id: -1 }, name: 'by_environment' },
        { key: { rule_id: 1, _id: -1 }, name: 'by_rule' },
        // Most deliveries succeed; those that wait are found by their lane.
        {
          key: { environment_id: 1, status: 1, _id: -1 },
          partialFilterExpression: { status: { $in: [...FAILED] } },
          name: 'by_failure',
        },
        { key: { again_of: 1 }, sparse: true, name: 'by_event' },
        {
          key: { order_key: 1, event_id: 1 },
          partialFilterExpression: { order_key: { $exists: true } },
          name: 'order',
        },
        { key: { order_head: 1 }, unique: true, sparse: true, name: 'order_head' },
      ]);
    },

    insert: async (delivery) => {
      await inserts.add(delivery);
    },

    pendingInserts: inserts.pending,

    get: (environmentId, id) => deliveries.findOne({ _id: id, environment_id: environmentId }),

    list: async (environmentId, filter, page) => {
      const edge = await edgeOf(environmentId, filter, page.after);
      const query = listQuery(environmentId, filter, page.after);
      const found =
        filter.event === undefined
          ? await deliveries
              .find<DeliveryHead>(edge === null ? query : { $and: [query, { _id: { $gte: edge } }] }, SUMMARY)
              .sort({ _id: -1 })
              .limit(page.limit + 1)
              .toArray()
          : (await findOfEvent(filter.event, query)).reverse();
      const items = found.slice(0, page.limit);
      return { items, next: found.length > page.limit ? (items.at(-1)?._id ?? null) : edge };
    },

    ofEvent: (environmentId, eventId) => findOfEvent(eventId, { environment_id: environmentId }),

    ofRuleAndEvents: async (ruleId, eventIds, firstIds) => {
      const [first, again] = await Promise.all([
        deliveries.find<DeliveryHead>({ _id: { $in: [...firstIds] } }, SUMMARY).toArray(),
        deliveries.find<DeliveryHead>({ again_of: { $in: [...eventIds] }, rule_id: ruleId }, SUMMARY).toArray(),
      ]);
      return [...first, ...again];
    },

    ofRule: (ruleId, which, limit) =>
      deliveries
        .find<DeliveryHead>(
          {
            rule_id: ruleId,
            status: which.status,
            _id: { $gt: which.after, $lt: which.before },
            event_id: { $gte: which.fromEvent, $lt: which.beforeEvent },
          },
          SUMMARY,
        )
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),

    change: (environmentId, id, from, update) =>
      deliveries.findOneAndUpdate({ _id: id, environment_id: environmentId, status: { $in: [...from] } }, update, {
        returnDocument: 'before',
      }),

    waitingCount: async (ruleId) => {
      const lanes = environments.map(({ id }) => laneOf(id, ruleId));
      const [inLanes, inOrder] = await Promise.all([
        deliveries.countDocuments({ lane: { $in: lanes } }),
        deliveries.countDocuments({ order_key: orderKeysOf(ruleId) }),
      ]);
      return inLanes + inOrder;
    },

    cancelOfRule: async (environmentId, ruleId, now) =>
      // What waits in order first: otherwise it would be promoted into the lane meanwhile.
      (await cancelAll({ order_key: orderKeysOf(ruleId), environment_id: environmentId }, now)) +
      (await cancelAll({ lane: laneOf(environmentId, ruleId), status: 'queued' }, now)),

    deleteFinishedBefore: async (ms, limit) => {
      const old = await deliveries
        .find(
          { _id: { $lt: firstIdAt('dlv', ms) }, lane: { $exists: false }, status: { $ne: 'waiting' } },
          { projection: { _id: 1 } },
        )
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      if (old.length === 0) return 0;
      const { deletedCount } = await deliveries.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
      return deletedCount;
    },
  };
}

/** What cancelling writes: with its places in queue and order the delivery leaves whoever may hold it. */
export function cancellation(error: DeliveryDocument['error'], now: Date): object {
  const gone = [...QUEUE_PLACE, 'order_key', 'order_head'];
  return {
    $set: { status: 'canceled', finished_at: now, ...(error !== undefined && { error }) },
    $unset: Object.fromEntries(gone.map((name) => [name, ''])),
  };
}
