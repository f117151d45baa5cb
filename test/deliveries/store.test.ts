import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { laneOf } from '../../server/deliveries/lanes.ts';
import { deliveryIdOf, recoveredIdOf } from '../../server/deliveries/id.ts';
import { createDeliveryStore, DELIVERIES_COLLECTION } from '../../server/deliveries/store.ts';
import { listQuery, type DeliveryFilter } from '../../server/deliveries/storeQuery.ts';
import { toSummary } from '../../server/deliveries/view.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import type { DeliveryDocument } from '../../server/deliveries/document.ts';
import { aDelivery, openTestStore, type TestStore } from './storeBuilders.ts';

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
});
beforeEach(() => test.clear());
afterAll(() => test.close());

const eventAt = (ms: number) => createIdMaker(() => ms)('evt');
const inQueue = (status: 'queued' | 'running', rule_id = 'rul_1', environment_id = 2) =>
  ({ status, rule_id, environment_id, lane: laneOf(environment_id, rule_id), due_at: new Date(5_000) }) as const;

async function stored(change: Partial<DeliveryDocument>): Promise<string> {
  const delivery = aDelivery(change);
  await test.store.insert(delivery);
  return delivery._id;
}

async function listed(filter: DeliveryFilter, environmentId = 2): Promise<string[]> {
  const { items } = await test.store.list(environmentId, filter, { limit: 50 });
  return items.map(({ _id }) => _id);
}

describe('ids of deliveries', () => {
  it('are the same for the same event and rule, and differ for every other pair, recovery included', () => {
    const [a, b] = [eventAt(1_000), eventAt(1_000)];
    const ids = [
      deliveryIdOf(a, 'rul_1'),
      deliveryIdOf(a, 'rul_2'),
      deliveryIdOf(b, 'rul_1'),
      recoveredIdOf('rcv_0000000000x', a, 'rul_1'),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(deliveryIdOf(a, 'rul_1')).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^dlv_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('sort by the time of the event, and those of a recovery by its time', () => {
    const [early, late] = [eventAt(1_000), eventAt(2_000)];
    expect(deliveryIdOf(early, 'rul_2') < deliveryIdOf(late, 'rul_1')).toBe(true);
    const recovery = createIdMaker(() => 9_000)('rcv');
    expect(recoveredIdOf(recovery, early, 'rul_1') > deliveryIdOf(late, 'rul_1')).toBe(true);
  });
});

describe('createDeliveryStore', () => {
  it('refuses a delivery of the same event and rule', async () => {
    const event_id = eventAt(1_000);
    await stored({ event_id });
    await expect(stored({ event_id })).rejects.toMatchObject({ name: 'DuplicateKeyError' });
    await stored({ event_id, rule_id: 'rul_2' });
  });

  it('lists newest first by each filter, of one environment only, page by page', async () => {
    const dead = await stored({ event_id: eventAt(1_000), status: 'dead' });
    const queued = await stored({ event_id: eventAt(2_000), ...inQueue('queued') });
    const running = await stored({ event_id: eventAt(3_000), ...inQueue('running', 'rul_2') });
    const waiting = await stored({ event_id: eventAt(4_000), status: 'waiting', order_key: 'rul_1:"a"' });
    const event_id = eventAt(5_000);
    const delivered = await stored({ event_id, event_type: 'invoices.deleted' });
    const again = await stored({ _id: createIdMaker(() => 9_000)('dlv'), event_id, again_of: event_id });
    await stored({ event_id: eventAt(6_000), environment_id: 1, status: 'dead', rule_id: 'rul_3' });

    expect(await listed({})).toEqual([again, delivered, waiting, running, queued, dead]);
    expect(await listed({ status: 'dead' })).toEqual([dead]);
    expect(await listed({ status: 'queued' })).toEqual([queued]);
    expect(await listed({ status: 'queued', rule: 'rul_2' })).toEqual([]);
    expect(await listed({ status: 'running', rule: 'rul_2' })).toEqual([running]);
    expect(await listed({ status: 'waiting' })).toEqual([waiting]);
    expect(await listed({ rule: 'rul_1' })).toEqual([again, delivered, waiting, queued, dead]);
    expect(await listed({ event: event_id })).toEqual([again, delivered]);
    expect(await listed({ event: event_id, rule: 'rul_2' })).toEqual([]);
    expect(await listed({ event_type: 'invoices.deleted' })).toEqual([delivered]);
    expect(await listed({ since: new Date(2_000), until: new Date(4_000) })).toEqual([running, queued]);
    expect(await listed({ event: event_id, until: new Date(6_000) })).toEqual([delivered]);
    expect((await test.store.ofEvent(2, event_id)).map(({ _id }) => _id)).toEqual([delivered, again]);

    const pages: string[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = await test.store.list(2, {}, { limit: 4, ...(after !== undefined && { after }) });
      pages.push(items.map(({ _id }) => _id).join());
      if (next === null) break;
      after = next;
    }
    expect(pages).toEqual([[again, delivered, waiting, running].join(), [queued, dead].join()]);
  });

  it('lists by event type in pages that go through no more than so many deliveries', async () => {
    const store = createDeliveryStore(test.database.platform, { pageReads: 5 });
    const wanted: string[] = [];
    for (let i = 0; i < 23; i++) {
      const isWanted = i % 8 === 0;
      const id = await stored({ event_id: eventAt(i), event_type: isWanted ? 'invoices.deleted' : 'invoices.created' });
      if (isWanted) wanted.unshift(id);
    }
    const found: string[] = [];
    let pages = 0;
    for (let after: string | undefined; ;) {
      const { items, next } = await store.list(
        2,
        { event_type: 'invoices.deleted' },
        { limit: 2, ...(after !== undefined && { after }) },
      );
      found.push(...items.map(({ _id }) => _id));
      pages++;
      if (next === null) break;
      after = next;
    }
    expect(found).toEqual(wanted);
    expect(pages).toBe(4);
  });

  it('lists how many attempts there were without what they sent and got', async () => {
    const attempt = { at: new Date(0), request: null, response: { status: 500, body: 'x'.repeat(1_000) } };
    await stored({
      attempts: [
        { ...attempt, attempt: 1 },
        { ...attempt, attempt: 2 },
      ] as never,
    });
    const { items } = await test.store.list(2, {}, { limit: 5 });
    expect(items[0]?.attempts).toEqual([{ attempt: 1 }, { attempt: 2 }]);
    expect(toSummary(items[0]!).attempts_made).toBe(2);
  });

  it.each<[string, object]>([
    ['a rule', listQuery(2, { rule: 'rul_1' }, undefined)],
    ['a rule, after a cursor', listQuery(2, { rule: 'rul_1' }, 'dlv_1')],
    ['an environment', listQuery(1, {}, undefined)],
    ['what waits for its turn', listQuery(2, { status: 'waiting' }, undefined)],
    ['what failed', listQuery(2, { status: 'dead' }, undefined)],
    ['what waits for its time', listQuery(2, { status: 'queued' }, undefined)],
  ])('reaches the deliveries of %s without reading the others', async (_name, query) => {
    for (let i = 0; i < 60; i++) await stored({ event_id: eventAt(50_000 + i), rule_id: 'rul_9' });
    const stats = await test.database.platform
      .collection(DELIVERIES_COLLECTION)
      .find(query)
      .sort({ _id: -1 })
      .explain('executionStats');
    expect(stats.executionStats.totalDocsExamined).toBe(0);
  });

  it('counts what a rule has not brought to its end', async () => {
    await stored({ ...inQueue('queued') });
    await stored({ ...inQueue('running') });
    await stored({ status: 'waiting', order_key: 'rul_1:1' });
    await stored({ status: 'waiting', rule_id: 'rul_10', order_key: 'rul_10:1' });
    await stored({ status: 'dead' });
    await stored({ ...inQueue('queued', 'rul_2') });
    expect(await test.store.waitingCount('rul_1')).toBe(3);
  });

  it('cancels what a deleted rule has not begun, in as many steps as it takes, and nothing of others', async () => {
    await Promise.all(Array.from({ length: 620 }, () => stored({ ...inQueue('queued') })));
    const head = await stored({ ...inQueue('queued'), order_head: 'rul_1:1' });
    const waiting = await stored({ status: 'waiting', order_key: 'rul_1:1' });
    const kept = [
      await stored({ ...inQueue('running') }),
      await stored({ ...inQueue('queued', 'rul_10') }),
      await stored({ status: 'waiting', rule_id: 'rul_10', order_key: 'rul_10:1' }),
      await stored({ status: 'delivered' }),
    ];
    expect(await test.store.cancelOfRule(2, 'rul_1', new Date(9_000))).toBe(622);
    const all = await test.all();
    expect(all.filter(({ status }) => status !== 'canceled').map(({ _id }) => _id)).toEqual(kept.sort());
    const ended = all.find(({ _id }) => _id === waiting)!;
    expect(ended).toMatchObject({ status: 'canceled', error: { code: 'rule_deleted' } });
    expect(ended).not.toHaveProperty('order_key');
    expect(all.find(({ _id }) => _id === head)).not.toHaveProperty('order_head');
    expect(await test.store.waitingCount('rul_1')).toBe(1);
  });

  it('retires what ended before the given time, in steps, and nothing that waits, runs or is newer', async () => {
    for (const ms of [1_000, 2_000, 3_000]) await stored({ event_id: eventAt(ms) });
    const kept = [
      await stored({ event_id: eventAt(1_100), ...inQueue('queued') }),
      await stored({ event_id: eventAt(1_200), ...inQueue('running') }),
      await stored({ event_id: eventAt(1_300), status: 'waiting', order_key: 'rul_1:1' }),
      await stored({ event_id: eventAt(9_000), status: 'dead' }),
    ];
    expect(await test.store.deleteFinishedBefore(5_000, 2)).toBe(2);
    expect(await test.store.deleteFinishedBefore(5_000, 2)).toBe(1);
    expect(await test.store.deleteFinishedBefore(5_000, 2)).toBe(0);
    expect((await test.all()).map(({ _id }) => _id)).toEqual(kept);
  });
});
