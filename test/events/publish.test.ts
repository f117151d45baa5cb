import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../server/db/embedded/start.ts';
import type { EventDocument, NewEvent } from '../../server/events/document.ts';
import { createDraftEvent } from '../../server/events/draft.ts';
import { createManageEvents } from '../../server/events/manage.ts';
import { createDraftWithin, createPublish } from '../../server/events/publish.ts';
import { createRecentEvents } from '../../server/events/recent.ts';
import { createEventStore, EVENTS_COLLECTION, type EventStore } from '../../server/events/store.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import { createLeases } from '../../server/queue/leases.ts';
import type { ReadyRule } from '../../server/rules/ready.ts';

let dataDir = '';
let engine: Embedded;
let database: Database;
let store: EventStore;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-events-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
  store = createEventStore(database.platform);
  await store.ensureIndexes();
  await createLeases({ connection: database.platform, collection: EVENTS_COLLECTION, owner: 'me' }).ensureIndexes();
});

beforeEach(async () => {
  await database.platform.collection(EVENTS_COLLECTION).deleteMany({});
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Publishing over the real store; what the queue is told is written down. */
function aPublisher(
  options: { readonly rules?: number; readonly unfit?: 'reject' | 'flag'; readonly hasRoom?: boolean } = {},
) {
  const { rules = 1, unfit = 'reject', hasRoom = true } = options;
  const clock = { nowMs: Date.parse('2026-01-02T03:04:05Z'), now: () => clock.nowMs };
  const told: string[] = [];
  const draftEvent = createDraftEvent({
    rules: { match: () => Array.from({ length: rules }, (_, i) => ({ id: `rul_${i}` }) as ReadyRule) },
    catalogue: {
      check: (_env, type, data) =>
        type === 'strict.happened' && typeof data !== 'number' ? [{ path: '', message: 'expected a number' }] : [],
      unfitEvents: () => unfit,
    },
    worker: {
      reserve: () =>
        hasRoom
          ? {
              status: 'running',
              owner: 'me',
              attempt: 1,
              claimed_at: new Date(clock.nowMs),
              due_at: new Date(clock.nowMs + 30_000),
            }
          : undefined,
      adopt: (entry) => told.push(`adopt ${entry._id}`),
      unreserve: (lane) => told.push(`unreserve ${lane}`),
      notice: (lane) => told.push(`notice ${lane}`),
    },
    newId: createIdMaker(clock.now),
    clock,
  });
  const publish = createPublish({ draftEvent, store, clock });
  return {
    clock,
    told,
    publish,
    draftWithin: createDraftWithin({ draftEvent, store }),
    manage: createManageEvents({ publish, store }),
  };
}

const anEvent = (change: Partial<NewEvent> = {}): NewEvent => ({
  environmentId: 2,
  type: 'invoices.created',
  data: { id: 1 },
  source: { type: 'api' },
  ...change,
});
const stored = (id: string): Promise<EventDocument | null> => store.get(2, id);
const count = (): Promise<number> => database.platform.collection(EVENTS_COLLECTION).countDocuments();

describe('publish', () => {
  it('stores an event claimed for routing, and puts it to work only then', async () => {
    const { publish, told } = aPublisher({ rules: 2 });
    const { id, rules } = await publish(anEvent());
    expect(rules).toEqual(['rul_0', 'rul_1']);
    expect(await stored(id)).toMatchObject({ status: 'running', owner: 'me', attempt: 1, lane: '2:' });
    expect(told).toEqual([`adopt ${id}`]);
  });

  it('leaves it to be claimed where there is no room', async () => {
    const { publish, told } = aPublisher({ hasRoom: false });
    const { id } = await publish(anEvent());
    expect(await stored(id)).toMatchObject({ status: 'queued', attempt: 0, lane: '2:' });
    expect(told).toEqual(['notice 2:']);
  });

  it('keeps an event that no rule takes, outside of the queue', async () => {
    const { publish, told } = aPublisher({ rules: 0 });
    const { id } = await publish(anEvent());
    const document = await stored(id);
    expect(document).toMatchObject({ status: 'routed' });
    expect(document).not.toHaveProperty('lane');
    expect(told).toEqual([]);
  });

  it('keeps the order of members and every JSON there is', async () => {
    const { publish, manage } = aPublisher();
    const data = JSON.parse(
      '{"z":1,"a":{"$gt":[null,{"x.y":"\\u0000"}]},"__proto__":{"p":1},"1":2}',
    ) as NewEvent['data'];
    const { id } = await publish(anEvent({ data }));
    expect(JSON.stringify((await manage.get(2, id)).data)).toBe(JSON.stringify(data));
  });

  it('takes the same idempotency key for the same event, also of a hundred copies at once', async () => {
    const { publish } = aPublisher();
    const answers = await Promise.all(Array.from({ length: 100 }, () => publish(anEvent({ idempotencyKey: 'k' }))));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it.each([
    ['other data', { data: { id: 2 } }],
    ['another type', { type: 'invoices.deleted' }],
    ['another tenant', { tenantId: 't' }],
    ['another time', { occurredAt: new Date(0) }],
  ])('refuses the key for %s', async (_what, change) => {
    const { publish } = aPublisher();
    const { id } = await publish(anEvent({ idempotencyKey: 'k' }));
    await expect(publish(anEvent({ idempotencyKey: 'k', ...change }))).rejects.toMatchObject({
      code: 'conflict',
      options: { extra: { event: id } },
    });
    expect(await count()).toBe(1);
  });

  it('forgets the key after 24 hours, and keeps environments apart', async () => {
    const { publish, clock } = aPublisher();
    const first = await publish(anEvent({ idempotencyKey: 'k' }));
    const other = await publish(anEvent({ idempotencyKey: 'k', environmentId: 1 }));
    clock.nowMs += 86_400_000;
    const second = await publish(anEvent({ idempotencyKey: 'k', data: 'new' }));
    expect([first, other, second].map(({ isDuplicate }) => isDuplicate)).toEqual([false, false, false]);
    expect(await stored(first.id)).not.toBeNull();
  });

  it('gives the room back when the event is not stored', async () => {
    const { publish, told } = aPublisher();
    await publish(anEvent({ idempotencyKey: 'k' }));
    await publish(anEvent({ idempotencyKey: 'k' }));
    expect(told.filter((what) => what === 'unreserve 2:')).toHaveLength(1);
  });

  it.each([
    ['api', { type: 'api' }],
    ['listener', { type: 'listener', action: 'a', run: 'run_1' }],
  ] as const)('refuses data of the %s that does not fit its type, and stores nothing', async (_name, source) => {
    const { publish } = aPublisher();
    await expect(publish(anEvent({ type: 'strict.happened', data: 'x', source }))).rejects.toMatchObject({
      code: 'schema_mismatch',
      options: { errors: [{ path: '/data', message: 'expected a number' }] },
    });
    expect(await count()).toBe(0);
  });

  it.each([
    ['where the environment flags them', { unfit: 'flag' }, { type: 'api' }],
    ['of a change of data', {}, { type: 'data', collection: 'strict', document: '1' }],
  ] as const)('keeps the faults with an event %s', async (_what, options, source) => {
    const { publish, manage } = aPublisher(options);
    const { id } = await publish(anEvent({ type: 'strict.happened', data: 'x', source }));
    expect((await manage.get(2, id)).schema_faults).toEqual([{ path: '', message: 'expected a number' }]);
  });

  it('joins the transaction of a change: both or neither', async () => {
    const { draftWithin, told } = aPublisher();
    const things = database.environment(2).collection<{ _id: string }>('things');
    const within = draftWithin([anEvent(), anEvent()]);
    const session = await database.platform.startSession();
    await session.withTransaction(async () => {
      await things.insertOne({ _id: 'a' }, { session });
      await within.insert(session);
    });
    within.accept();
    expect([await count(), await things.countDocuments()]).toEqual([2, 1]);
    expect(told).toHaveLength(2);
    const failing = draftWithin([anEvent()]);
    const failed = session.withTransaction(async () => {
      await failing.insert(session);
      await things.insertOne({ _id: 'a' }, { session });
    });
    await expect(failed).rejects.toMatchObject({ code: 11000 });
    failing.abandon();
    await session.endSession();
    expect([await count(), told.at(-1)]).toEqual([2, 'unreserve 2:']);
  });
});

describe('a batch', () => {
  it('answers each item at its own place', async () => {
    const { manage } = aPublisher();
    const { results } = await manage.createMany(2, [
      { type: 'a.b', data: 1 },
      { type: 'no good!', data: 1 },
      { type: 'strict.happened', data: 'x' },
      7,
      { type: 'a.b', data: 1, occurred_at: '2026-01-01T00:00:00Z', tenant_id: 't' },
    ]);
    expect(results.map(({ status }) => status)).toEqual([202, 422, 422, 422, 202]);
    expect(results[1]?.error?.errors?.[0]?.path).toBe('/type');
    expect(await count()).toBe(2);
    expect(await manage.get(2, results[4]!.id!)).toMatchObject({
      tenant_id: 't',
      occurred_at: '2026-01-01T00:00:00.000Z',
    });
  });
});

describe('lists and walks', () => {
  it('shows the newest first by type, tenant and time, a page at a time, and no other environment', async () => {
    const { publish, manage, clock } = aPublisher();
    for (let i = 0; i < 6; i++) {
      clock.nowMs += 1_000;
      await publish(anEvent({ type: i % 2 === 0 ? 'even' : 'odd', data: i, ...(i > 3 && { tenantId: 't' }) }));
    }
    await publish(anEvent({ environmentId: 1, data: 'production' }));
    const dataOf = async (filter: object, limit = 10) =>
      (await manage.list(2, filter, { limit })).items.map(({ data }) => data);
    expect(await dataOf({})).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await dataOf({ type: 'even' })).toEqual([4, 2, 0]);
    expect(await dataOf({ tenant_id: 't' })).toEqual([5, 4]);
    const middle = new Date(clock.nowMs - 2_500).toISOString();
    expect(await dataOf({ since: middle })).toEqual([5, 4, 3]);
    expect(await dataOf({ until: middle })).toEqual([2, 1, 0]);
    const first = await manage.list(2, {}, { limit: 4 });
    const second = await manage.list(2, {}, { limit: 4, after: first.next! });
    expect(second.items.map(({ data }) => data)).toEqual([1, 0]);
    expect(second.next).toBeNull();
    const range = { since: new Date(0), until: new Date(clock.nowMs + 1), limit: 3 };
    const walked = await store.walk(2, range);
    const rest = await store.walk(2, { ...range, after: walked.at(-1)!._id });
    expect([...walked, ...rest].map(({ data }) => data)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('knows whether an earlier event is still to be routed', async () => {
    const { publish } = aPublisher();
    const first = await publish(anEvent());
    const second = await publish(anEvent());
    expect(await store.isUnroutedBefore(2, first.id)).toBe(false);
    expect(await store.isUnroutedBefore(2, second.id)).toBe(true);
    expect(await store.isUnroutedBefore(1, second.id)).toBe(false);
  });

  it('reads the events of one moment together, and none that is on its way', async () => {
    const { publish } = aPublisher();
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await publish(anEvent())).id));
    const reads: number[] = [];
    const recent = createRecentEvents({
      getMany: (asked) => {
        reads.push(asked.length);
        return store.getMany(asked);
      },
    });
    recent.add((await stored(ids[0]!))!);
    const found = await Promise.all([...ids, 'evt_none'].map(recent.get));
    expect(found.map((event) => event?._id ?? null)).toEqual([...ids, null]);
    expect(reads).toEqual([5]);
    await recent.get(ids[3]!);
    expect(reads).toEqual([5]);
  });
});
