import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryDocument } from '../../server/deliveries/document.ts';
import { createEnqueue, type EnqueueDeps } from '../../server/deliveries/enqueue.ts';
import { deliveryIdOf } from '../../server/deliveries/id.ts';
import { laneOf } from '../../server/deliveries/lanes.ts';
import type { Evaluated } from '../../server/listeners/expressions.ts';
import { anEvent, aRule, openTestStore, viewsOf, type TestStore } from './storeBuilders.ts';

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
});
beforeEach(() => test.clear());
afterAll(() => test.close());

const NOW = 10_000;

/** A worker with so much room in each lane, which keeps what it is given. */
function aWorker(room: number) {
  const taken = new Map<string, number>();
  const adopted: DeliveryDocument[] = [];
  const noticed: string[] = [];
  const worker: EnqueueDeps['worker'] = {
    reserve: (lane) => {
      const count = taken.get(lane) ?? 0;
      if (count >= room) return undefined;
      taken.set(lane, count + 1);
      return { status: 'running', owner: 'me', attempt: 1, claimed_at: new Date(NOW), due_at: new Date(40_000) };
    },
    unreserve: (lane) => taken.set(lane, taken.get(lane)! - 1),
    adopt: (delivery) => adopted.push(delivery),
    notice: (lane) => noticed.push(lane),
  };
  return { worker, adopted, noticed, taken };
}

function anEnqueue({
  room = 10,
  evaluate = () => ({ status: 'nothing' }),
  insert = test.store.insert,
}: { room?: number; evaluate?: () => Evaluated; insert?: typeof test.store.insert } = {}) {
  const promoted: string[] = [];
  const open: string[] = [];
  const inputs: string[] = [];
  const work = aWorker(room);
  const enqueue = createEnqueue({
    store: { insert },
    worker: work.worker,
    order: {
      open: (_environmentId, eventId) => {
        open.push(eventId);
        return () => open.splice(open.indexOf(eventId), 1);
      },
      promote: (orderKey) => {
        promoted.push(orderKey);
        return Promise.resolve();
      },
    },
    expressions: {
      evaluate: (_expression, input) => {
        inputs.push(input);
        return Promise.resolve(evaluate());
      },
    },
    clock: { now: () => NOW },
  });
  return { enqueue, promoted, open, inputs, ...work };
}

describe('createEnqueue', () => {
  it('stores one delivery for each rule, claimed by the insert, and puts exactly those to work', async () => {
    const { enqueue, adopted } = anEnqueue();
    const event = anEvent();
    const rules = Array.from({ length: 20 }, () => aRule());
    expect(await enqueue(...viewsOf(event), rules)).toBe(20);
    const stored = await test.all();
    expect(stored.map(({ _id }) => _id)).toEqual(rules.map(({ id }) => deliveryIdOf(event._id, id)).sort());
    expect(stored.every(({ status, owner }) => status === 'running' && owner === 'me')).toBe(true);
    expect(stored[0]).toMatchObject({ event_type: 'invoices.created', attempt: 1, created_at: new Date(NOW) });
    expect(adopted.sort((a, b) => (a._id < b._id ? -1 : 1))).toEqual(stored);
  });

  it('makes nothing twice, whatever of it was there, and gives back the room it took', async () => {
    const event = anEvent();
    const rules = [aRule(), aRule(), aRule()];
    await anEnqueue().enqueue(...viewsOf(event), rules.slice(0, 2));
    const { enqueue, adopted, taken } = anEnqueue();
    expect(await enqueue(...viewsOf(event), rules)).toBe(1);
    expect(adopted.map(({ rule_id }) => rule_id)).toEqual([rules[2]!.id]);
    expect(rules.map(({ id }) => taken.get(laneOf(2, id)))).toEqual([0, 0, 1]);
    expect(await test.all()).toHaveLength(3);
  });

  it('queues what its rule has no room for, due now, and says so', async () => {
    const { enqueue, adopted, noticed } = anEnqueue({ room: 1 });
    const rule = aRule();
    await enqueue(...viewsOf(anEvent()), [rule]);
    await enqueue(...viewsOf(anEvent()), [rule]);
    expect(adopted).toHaveLength(1);
    expect(noticed).toEqual([laneOf(2, rule.id)]);
    expect((await test.all())[1]).toMatchObject({ status: 'queued', attempt: 0, due_at: new Date(NOW) });
  });

  it('queues for later where the schedule of the rule begins with a wait', async () => {
    const { enqueue, adopted } = anEnqueue();
    await enqueue(...viewsOf(anEvent()), [aRule({ scheduleMs: [3_000, 1] })]);
    expect(adopted).toEqual([]);
    expect(await test.all()).toMatchObject([{ status: 'queued', due_at: new Date(NOW + 3_000) }]);
  });

  it('stores what it can when the database refuses some, gives back the room of those, and rejects', async () => {
    const rules = [aRule(), aRule()];
    const { enqueue, adopted, taken } = anEnqueue({
      insert: (delivery) =>
        delivery.rule_id === rules[0]!.id ? Promise.reject(new Error('disk full')) : test.store.insert(delivery),
    });
    await expect(enqueue(...viewsOf(anEvent()), rules)).rejects.toThrow('disk full');
    expect(adopted.map(({ rule_id }) => rule_id)).toEqual([rules[1]!.id]);
    expect(taken.get(laneOf(2, rules[0]!.id))).toBe(0);
  });

  it('lines up behind its key for a rule with an order, evaluated over the event as JSON', async () => {
    const { enqueue, adopted, promoted, open, inputs } = anEnqueue({
      evaluate: () => ({ status: 'value', json: '"cus_1"' }),
    });
    const rule = aRule({ orderBy: 'data.customer' });
    const event = anEvent({ data: '{"customer":"cus_1"}' });
    await enqueue(...viewsOf(event), [rule, aRule()]);
    expect(adopted).toHaveLength(1);
    const delivery = (await test.all()).find(({ rule_id }) => rule_id === rule.id)!;
    expect(delivery).toMatchObject({ status: 'waiting', order_key: `${rule.id}:"cus_1"` });
    expect(delivery).not.toHaveProperty('lane');
    expect(promoted).toEqual([`${rule.id}:"cus_1"`]);
    expect(inputs.map((input) => JSON.parse(input))).toMatchObject([{ id: event._id, data: { customer: 'cus_1' } }]);
    expect(open).toEqual([]);
  });

  it('keeps long values of an order apart without keeping them whole', async () => {
    const value = (last: string) => JSON.stringify('x'.repeat(5_000) + last);
    for (const last of ['a', 'b', 'a']) {
      await anEnqueue({ evaluate: () => ({ status: 'value', json: value(last) }) }).enqueue(...viewsOf(anEvent()), [
        aRule({ id: 'rul_1', orderBy: 'x' }),
      ]);
    }
    const keys = (await test.all()).map(({ order_key }) => order_key!);
    expect(new Set(keys).size).toBe(2);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(100);
  });

  it.each<[Evaluated, RegExp]>([
    [{ status: 'nothing' }, /gave nothing/],
    [{ status: 'failed', reason: 'It ran too long.' }, /It ran too long/],
  ])('rests a delivery as dead whose order cannot be told (%j)', async (answer, message) => {
    const { enqueue, promoted } = anEnqueue({ evaluate: () => answer });
    expect(await enqueue(...viewsOf(anEvent()), [aRule({ orderBy: 'x' })])).toBe(1);
    const [delivery] = await test.all();
    expect(delivery).toMatchObject({ status: 'dead', error: { code: 'ordering_failed' }, finished_at: new Date(NOW) });
    expect(delivery!.error!.message).toMatch(message);
    expect(delivery).not.toHaveProperty('order_key');
    expect(promoted).toEqual([]);
  });

  it('rejects when nobody could evaluate the order, with the other rules served, and can be run again', async () => {
    const rules = [aRule({ orderBy: 'x' }), aRule()];
    const event = anEvent();
    const first = anEnqueue({ evaluate: () => ({ status: 'unavailable' }) });
    await expect(first.enqueue(...viewsOf(event), rules)).rejects.toMatchObject({ code: 'overloaded' });
    expect((await test.all()).map(({ rule_id }) => rule_id)).toEqual([rules[1]!.id]);
    expect(first.open).toEqual([]);
    const second = anEnqueue({ evaluate: () => ({ status: 'value', json: '1' }) });
    expect(await second.enqueue(...viewsOf(event), rules)).toBe(1);
    expect(await test.all()).toHaveLength(2);
  });

  it('links what a recovery asks for, once for each recovery', async () => {
    const { enqueue } = anEnqueue();
    const event = anEvent();
    const rule = aRule();
    await enqueue(...viewsOf(event), [rule]);
    const origin = { recovery: 'rcv_0000000009x', isFirst: false };
    expect(await enqueue(...viewsOf(event), [rule], origin)).toBe(1);
    expect(await enqueue(...viewsOf(event), [rule], origin)).toBe(0);
    expect(await enqueue(...viewsOf(event), [rule], { recovery: 'rcv_0000000009x', isFirst: true })).toBe(0);
    expect((await test.all()).map(({ recovery }) => recovery)).toEqual(
      expect.arrayContaining([undefined, 'rcv_0000000009x']),
    );
  });
});
