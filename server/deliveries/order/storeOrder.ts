/**
 * What deliveries in order ask the database. A key's head carries `order_head`, and a unique index over it forbids a
 * second one: however many processes promote at once, one of them wins.
 */
import type mongoose from 'mongoose';
import type { DeliveryDocument } from '../document.ts';
import { DELIVERIES_COLLECTION } from '../store.ts';

export interface OrderStore {
  /** The waiting delivery of the key with the smallest event id. */
  readonly firstWaiting: (orderKey: string) => Promise<DeliveryDocument | null>;
  /** Those of the keys that have a head. */
  readonly withHead: (orderKeys: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Makes a waiting delivery the head of its key. `taken`: the key has one; `gone`: it waits no more. */
  readonly makeHead: (
    waiting: DeliveryDocument,
    place: Readonly<Record<string, unknown>>,
  ) => Promise<DeliveryDocument | 'taken' | 'gone'>;
  /** Keys with waiting deliveries that come after the given one, by looking at a bounded number of them. */
  readonly waitingKeys: (after: string) => Promise<readonly string[]>;
}

const DUPLICATE_KEY = 11000;

/** `keysStep`: how many deliveries `waitingKeys` looks at. */
export function createOrderStore(connection: mongoose.Connection, { keysStep = 500 } = {}): OrderStore {
  const deliveries = connection.collection<DeliveryDocument>(DELIVERIES_COLLECTION);

  return {
    firstWaiting: (orderKey) => deliveries.findOne({ order_key: orderKey }, { sort: { event_id: 1 } }),

    withHead: async (orderKeys) => {
      const heads = await deliveries
        .find({ order_head: { $in: [...orderKeys] } }, { projection: { order_head: 1 } })
        .toArray();
      return new Set(heads.flatMap(({ order_head }) => (order_head === undefined ? [] : [order_head])));
    },

    makeHead: async ({ _id, order_key }, place) => {
      try {
        const head = await deliveries.findOneAndUpdate(
          { _id, status: 'waiting', order_key: order_key ?? '' },
          { $set: { ...place, order_head: order_key ?? '' }, $unset: { order_key: '' } } as object,
          { returnDocument: 'after' },
        );
        return head ?? 'gone';
      } catch (error) {
        if (isDuplicate(error)) return 'taken';
        throw error;
      }
    },

    waitingKeys: async (after) => {
      const found = await deliveries
        .find({ order_key: { $gt: after } }, { projection: { order_key: 1 } })
        .sort({ order_key: 1, event_id: 1 })
        .limit(keysStep)
        .toArray();
      return [...new Set(found.flatMap(({ order_key }) => (order_key === undefined ? [] : [order_key])))];
    },
  };
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY;
}
