/** A database with the collections of deliveries, and builders of what goes in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded } from '../../server/db/embedded/start.ts';
import type { DeliveryDocument } from '../../server/deliveries/document.ts';
import { deliveryIdOf } from '../../server/deliveries/id.ts';
import { createDeliveryStore, DELIVERIES_COLLECTION, type DeliveryStore } from '../../server/deliveries/store.ts';
import { createOrderStore, type OrderStore } from '../../server/deliveries/order/storeOrder.ts';
import { viewOf, type EventDocument } from '../../server/events/document.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import { createLeases, type Leases } from '../../server/queue/leases.ts';
import type { ReadyRule } from '../../server/rules/ready.ts';

export interface TestStore {
  readonly database: Database;
  readonly store: DeliveryStore;
  readonly order: OrderStore;
  readonly leasesOf: (owner: string) => Leases<DeliveryDocument>;
  readonly all: () => Promise<DeliveryDocument[]>;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openTestStore(): Promise<TestStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-deliveries-'));
  const engine = await startEmbedded({ dataDir });
  const database = await connectDatabase({ url: engine.url });
  const store = createDeliveryStore(database.platform);
  const leasesOf = (owner: string) =>
    createLeases<DeliveryDocument>({ connection: database.platform, collection: DELIVERIES_COLLECTION, owner });
  await store.ensureIndexes();
  await leasesOf('nobody').ensureIndexes();
  const collection = database.platform.collection<DeliveryDocument>(DELIVERIES_COLLECTION);
  return {
    database,
    store,
    order: createOrderStore(database.platform),
    leasesOf,
    all: () => collection.find({}).sort({ _id: 1 }).toArray(),
    clear: async () => {
      await collection.deleteMany({});
    },
    close: async () => {
      await database.close();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let nowMs = Date.parse('2026-05-01T00:00:00Z');
export const newTestId = createIdMaker(() => nowMs++);

export function anEvent(change: Partial<EventDocument> = {}): EventDocument {
  return {
    _id: newTestId('evt'),
    status: 'running',
    attempt: 1,
    environment_id: 2,
    type: 'invoices.created',
    data: '{}',
    occurred_at: new Date(1_000),
    created_at: new Date(1_000),
    source: { type: 'api' },
    ...change,
  };
}

export const viewsOf = (event: EventDocument) => [event, viewOf(event)] as const;

export function aRule(change: Partial<ReadyRule> = {}): ReadyRule {
  return {
    id: newTestId('rul'),
    environmentId: 2,
    revision: 1,
    name: null,
    isEnabled: true,
    events: ['*'],
    passes: () => true,
    transform: null,
    format: 'standard',
    target: { type: 'url', url: 'https://example.com/', headers: {} },
    method: 'POST',
    timeoutMs: 1_000,
    maxInFlight: 50,
    rate: null,
    orderBy: null,
    scheduleMs: [0, 10],
    keys: [],
    failingSince: null,
    createdAt: new Date(0),
    ...change,
  };
}

/** A delivery at its end, made when its event was. */
export function aDelivery(change: Partial<DeliveryDocument> = {}): DeliveryDocument {
  const event_id = change.event_id ?? newTestId('evt');
  const rule_id = change.rule_id ?? 'rul_1';
  return {
    _id: deliveryIdOf(event_id, rule_id),
    status: 'delivered',
    attempt: 1,
    environment_id: 2,
    rule_id,
    event_id,
    event_type: 'invoices.created',
    created_at: new Date(1_000),
    ...change,
  };
}
