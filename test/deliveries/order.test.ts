import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryDocument } from '../../server/deliveries/document.ts';
import { createEnqueue, type Enqueue } from '../../server/deliveries/enqueue.ts';
import { createOpenEvents } from '../../server/deliveries/order/openEvents.ts';
import { createOrder, withOrder, type Order } from '../../server/deliveries/order/order.ts';
import { createOrderStore, type OrderStore } from '../../server/deliveries/order/storeOrder.ts';
import type { EventDocument } from '../../server/events/document.ts';
import { silentLogger } from '../../server/lib/log.ts';
import type { Settlement } from '../../server/queue/entry.ts';
import { createQueueWorker, type QueueWorker } from '../../server/queue/worker.ts';
import type { ReadyRule } from '../../server/rules/ready.ts';
import { until } from '../support/until.ts';
import { aDelivery, anEvent, aRule, openTestStore, viewsOf, type TestStore } from './storeBuilders.ts';

let test: TestStore;
let running: Instance[] = [];

beforeAll(async () => {
  test = await openTestStore();
});
beforeEach(() => test.clear());
afterEach(async () => {
  await Promise.all(running.map((instance) => instance.stop()));
  running = [];
});
afterAll(() => test.close());

const tick = () => new Promise((resolve) => setImmediate(resolve));
const delivered: Settlement = { set: { status: 'delivered' } };

interface Instance {
  readonly enqueue: Enqueue;
  readonly order: Order;
  readonly worker: QueueWorker<DeliveryDocument>;
  /** As a kill would: from now on nothing it does reaches the database or the receiver. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface InstanceOptions {
  readonly send: (delivery: DeliveryDocument) => Promise<Settlement> | Settlement;
  readonly isOpenBefore?: (environmentId: number, eventId: string) => Promise<boolean>;
  /** Waits before an order is evaluated. */
  readonly evaluating?: (eventId: string) => Promise<unknown>;
  readonly store?: OrderStore;
  readonly leaseMs?: number;
}

interface Fate {
  readonly turns: number;
  readonly outcome: 'delivered' | 'retry' | 'dead';
}

let owners = 0;

/** A server process, as far as deliveries go. The order is `data.key`. */
function anInstance({
  send,
  isOpenBefore,
  evaluating = tick,
  store = test.order,
  leaseMs = 5_000,
}: InstanceOptions): Instance {
  let isDead = false;
  const alive = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => (isDead ? new Promise(() => undefined) : member.apply(target, args));
      },
    });
  const workerOf: { current?: QueueWorker<DeliveryDocument> } = {};
  const later: QueueWorker<DeliveryDocument> = new Proxy({} as QueueWorker<DeliveryDocument>, {
    get: (_target, name) => Reflect.get(workerOf.current!, name) as unknown,
  });
  const clock = { now: () => Date.now() };
  const order = createOrder({
    store: alive(store),
    worker: later,
    clock,
    log: silentLogger,
    sweepMs: 100,
    ...(isOpenBefore && { isOpenBefore }),
  });
  const perform = withOrder(async (delivery) => (isDead ? new Promise<Settlement>(() => undefined) : send(delivery)));
  const worker = createQueueWorker<DeliveryDocument>({
    leases: alive(test.leasesOf(`owner-${++owners}`)),
    clock,
    log: silentLogger,
    capacity: () => 20,
    lanes: () => [],
    perform,
    onSettled: order.settled,
    leaseMs,
    pollMs: 20,
    rescanMs: 50,
  });
  workerOf.current = worker;
  const enqueue = createEnqueue({
    store: alive(test.store),
    worker,
    order,
    expressions: {
      evaluate: async (_expression, input) => {
        const event = JSON.parse(input) as { id: string; data: { key: unknown } };
        await evaluating(event.id);
        return { status: 'value', json: JSON.stringify(event.data.key) };
      },
    },
    clock,
  });
  worker.start();
  order.start();
  const instance: Instance = {
    enqueue,
    order,
    worker,
    kill: async () => {
      isDead = true;
      void order.stop();
      void worker.stop(0);
      await tick();
    },
    stop: async () => {
      if (isDead) return;
      await order.stop();
      await worker.stop(1_000);
    },
  };
  running.push(instance);
  return instance;
}

const eventOf = (key: unknown): EventDocument => anEvent({ data: JSON.stringify({ key }), created_at: new Date() });
const keyOf = ({ order_head }: DeliveryDocument) => order_head!.slice(order_head!.indexOf(':') + 1);

async function allAtTheirEnd(count: number): Promise<void> {
  await until(`${count} deliveries to be over`, async () => {
    const all = await test.all();
    return all.length === count && all.every(({ status }) => status === 'delivered' || status === 'dead');
  });
}

describe('deliveries in order', () => {
  let rule: ReadyRule;
  beforeEach(() => {
    rule = aRule({ orderBy: 'data.key' });
  });

  it('are sent one after the other for each key, in the order of their events, and leave no mark of order', async () => {
    const sent: string[] = [];
    const atWork = new Set<string>();
    const instance = anInstance({
      send: async (delivery) => {
        expect(atWork.has(keyOf(delivery))).toBe(false);
        atWork.add(keyOf(delivery));
        await tick();
        atWork.delete(keyOf(delivery));
        sent.push(delivery.event_id);
        return delivered;
      },
    });
    const events = Array.from({ length: 60 }, (_, i) => eventOf(i % 3));
    await Promise.all(events.map((event) => instance.enqueue(...viewsOf(event), [rule])));
    await allAtTheirEnd(60);
    for (const key of [0, 1, 2]) {
      const ofKey = events.filter((_, i) => i % 3 === key).map(({ _id }) => _id);
      expect(sent.filter((id) => ofKey.includes(id))).toEqual(ofKey);
    }
    expect((await test.all()).some((one) => 'order_key' in one || 'order_head' in one)).toBe(false);
  });

  it('hold up nobody but those of their key while one fails', async () => {
    let isUp = false;
    const sent: string[] = [];
    const instance = anInstance({
      send: (delivery) => {
        if (keyOf(delivery) === '"bad"' && !isUp) return { set: { status: 'queued', due_at: new Date() } };
        sent.push(delivery.event_id);
        return delivered;
      },
    });
    const [bad1, good1, bad2, good2] = ['bad', 'good', 'bad', 'good'].map(eventOf);
    for (const event of [bad1!, good1!, bad2!, good2!]) await instance.enqueue(...viewsOf(event), [rule]);
    await until('the others to be sent', () => sent.length === 2);
    expect(sent).toEqual([good1!._id, good2!._id]);
    expect((await test.all()).find(({ event_id }) => event_id === bad2!._id)).toMatchObject({ status: 'waiting' });
    isUp = true;
    await allAtTheirEnd(4);
    expect(sent.slice(2)).toEqual([bad1!._id, bad2!._id]);
  });

  it('let the next go when one is given up', async () => {
    const sent: string[] = [];
    const instance = anInstance({
      send: ({ event_id }) => {
        sent.push(event_id);
        return { set: { status: 'dead' } };
      },
    });
    const events = [eventOf(1), eventOf(1)];
    for (const event of events) await instance.enqueue(...viewsOf(event), [rule]);
    await allAtTheirEnd(2);
    expect(sent).toEqual(events.map(({ _id }) => _id));
  });

  it('wait for an earlier event whose delivery is stored later', async () => {
    const sent: string[] = [];
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const [first, second] = [eventOf(1), eventOf(1)];
    const instance = anInstance({
      send: ({ event_id }) => {
        sent.push(event_id);
        return delivered;
      },
      evaluating: (eventId) => (eventId === first._id ? slow : Promise.resolve()),
    });
    const slowly = instance.enqueue(...viewsOf(first), [rule]);
    await instance.enqueue(...viewsOf(second), [rule]);
    await instance.order.sweep();
    expect(await test.all()).toMatchObject([{ status: 'waiting' }]);
    finish();
    await slowly;
    await allAtTheirEnd(2);
    expect(sent).toEqual([first._id, second._id]);
  });

  it('wait for an earlier event that another process has yet to route', async () => {
    const sent: string[] = [];
    const send = ({ event_id }: DeliveryDocument) => {
      sent.push(event_id);
      return delivered;
    };
    const [first, second] = [eventOf(1), eventOf(1)];
    let asked = 0;
    let isRouted = false;
    const isOpenBefore = (_environmentId: number, eventId: string) => {
      if (eventId === second._id) asked++;
      return Promise.resolve(!isRouted && eventId > first._id);
    };
    const [one, other] = [anInstance({ send, isOpenBefore }), anInstance({ send, isOpenBefore })];
    await one.enqueue(...viewsOf(second), [rule]);
    await until('it to ask again', () => asked > 2);
    expect(sent).toEqual([]);
    await other.enqueue(...viewsOf(first), [rule]);
    isRouted = true;
    await allAtTheirEnd(2);
    expect(sent).toEqual([first._id, second._id]);
  });

  it('have one head however many processes promote at once', async () => {
    const instances = Array.from({ length: 4 }, () => anInstance({ send: () => new Promise(() => undefined) }));
    const waiting = Array.from({ length: 8 }, () => eventOf(1));
    await Promise.all(waiting.map((event, i) => instances[i % instances.length]!.enqueue(...viewsOf(event), [rule])));
    await Promise.all(instances.map(({ order }) => order.promote(`${rule.id}:1`)));
    const all = await test.all();
    expect(all.filter(({ status }) => status === 'running')).toHaveLength(1);
    expect(all.filter(({ status }) => status === 'waiting')).toHaveLength(7);
    await Promise.all(instances.map(({ kill }) => kill()));
  });

  it('have one head though one process decided on what it read before another promoted an earlier one', async () => {
    const waiting = await Promise.all(
      [eventOf(1), eventOf(1)].map(async ({ _id: event_id }) => {
        const delivery = aDelivery({ event_id, rule_id: rule.id, status: 'waiting', order_key: `${rule.id}:1` });
        await test.store.insert(delivery);
        return delivery;
      }),
    );
    const place = { status: 'queued', lane: 'x', due_at: new Date() };
    expect(await test.order.makeHead(waiting[0]!, place)).toMatchObject({ status: 'queued' });
    expect(await test.order.makeHead(waiting[1]!, place)).toBe('taken');
    expect(await test.order.makeHead(waiting[0]!, place)).toBe('gone');
    expect(await test.order.firstWaiting(`${rule.id}:1`)).toEqual(waiting[1]);
  });

  it('are found by the sweep where a crash left a key without a head, however many keys', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        const event = eventOf(i);
        return test.store.insert({
          _id: `dlv_${event._id.slice(4)}`,
          status: 'waiting',
          attempt: 0,
          environment_id: 2,
          rule_id: rule.id,
          event_id: event._id,
          event_type: event.type,
          order_key: `${rule.id}:${i % 35}`,
          created_at: new Date(),
        });
      }),
    );
    const store = createOrderStore(test.database.platform, { keysStep: 4 });
    anInstance({ send: () => delivered, store });
    await allAtTheirEnd(60);
  });

  it('take their turn only when the schedule of their rule lets them', async () => {
    const sentAt: number[] = [];
    const instance = anInstance({
      send: () => {
        sentAt.push(Date.now());
        return delivered;
      },
    });
    const startedAt = Date.now();
    await instance.enqueue(...viewsOf(eventOf(1)), [{ ...rule, scheduleMs: [150] }]);
    await allAtTheirEnd(1);
    expect(sentAt[0]! - startedAt).toBeGreaterThanOrEqual(150);
  });

  it('keep their order whatever fails and whoever dies', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(
      fc.record({
        keys: fc.array(fc.nat({ max: 3 }), { minLength: 5, maxLength: 40 }),
        // Of each send: how many turns of the event loop it takes, and what comes of it.
        fates: fc.infiniteStream<Fate>(
          fc.record({
            turns: fc.nat({ max: 3 }),
            outcome: fc.constantFrom<Fate['outcome']>('delivered', 'delivered', 'delivered', 'retry', 'dead'),
          }),
        ),
        // After so many sends an instance is killed in the middle of one, and another takes its place.
        kills: fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 3 }),
      }),
      async ({ keys, fates, kills }) => {
        await test.clear();
        const nextFate = (): Fate => fates.next().value;
        const firstSends = new Map<string, string[]>();
        const seen = new Set<string>();
        const over = new Set<string>();
        let sends = 0;
        let instances: Instance[] = [];
        const start = (): Instance => {
          let isKilled = false;
          const self: Instance = anInstance({
            leaseMs: 300,
            evaluating: async () => {
              for (let { turns } = nextFate(); turns > 0; turns--) await tick();
            },
            send: async (delivery) => {
              if (isKilled) return new Promise(() => undefined);
              const key = keyOf(delivery);
              if (!seen.has(delivery._id)) {
                seen.add(delivery._id);
                const before = firstSends.get(key) ?? [];
                // All that went before it are at their end: it did not overtake.
                for (const earlier of before) expect(over.has(earlier)).toBe(true);
                firstSends.set(key, [...before, delivery.event_id]);
              }
              if (kills.includes(++sends)) {
                isKilled = true;
                instances = instances.filter((one) => one !== self);
                await self.kill();
                instances.push(start());
                return new Promise(() => undefined);
              }
              const { turns, outcome } = nextFate();
              for (let i = 0; i < turns; i++) await tick();
              if (outcome === 'retry') return { set: { status: 'queued', due_at: new Date(Date.now() + turns) } };
              over.add(delivery.event_id);
              return { set: { status: outcome } };
            },
          });
          return self;
        };
        instances = [start(), start()];
        const events = keys.map(eventOf);
        // A publisher whose event was not acknowledged sends it again, here to another instance.
        await Promise.all(
          events.map(async (event, i) => {
            const first = instances[i % 2]!;
            const close = instances.map(({ order }) => order.open(event.environment_id, event._id));
            for (let isStored = false; !isStored;) {
              const instance = instances.includes(first) ? first : instances[0]!;
              isStored = await Promise.race([
                instance.enqueue(...viewsOf(event), [rule]).then(() => true),
                until('', () => !instances.includes(instance)).then(() => false),
              ]);
            }
            close.forEach((one) => one());
          }),
        );
        await allAtTheirEnd(keys.length);
        const expected = new Map<string, string[]>();
        for (const [i, key] of keys.entries()) {
          expected.set(String(key), [...(expected.get(String(key)) ?? []), events[i]!._id]);
        }
        expect(firstSends).toEqual(expected);
        await Promise.all(instances.map(({ stop }) => stop()));
        running = [];
      },
    );
    await fc.assert(property, { numRuns: 25, seed: 42, endOnFailure: true });
  });
});

describe('createOpenEvents', () => {
  const [first, second] = [anEvent(), anEvent()];
  const later = aDelivery({ event_id: second._id });

  it('holds a delivery while an earlier event of its environment is open, and tells when that ends', () => {
    const retried: string[] = [];
    const events = createOpenEvents({ clock: { now: () => 1_000 }, retry: (orderKey) => retried.push(orderKey) });
    const closes = [events.open(2, first._id), events.open(2, first._id), events.open(2, second._id)];
    events.open(1, first._id);
    expect(events.check(later, 'key', events.first())).toBe('wait');
    closes[0]!();
    closes[0]!();
    expect(retried).toEqual([]);
    closes[1]!();
    expect(retried).toEqual(['key']);
    expect(events.check(later, 'key', events.first())).toBe('go');
  });

  it('asks for another look when an earlier event was open as the look began', () => {
    const events = createOpenEvents({ clock: { now: () => 1_000 }, retry: () => undefined });
    const close = events.open(2, first._id);
    const before = events.first();
    close();
    expect(events.check(later, 'key', before)).toBe('again');
  });

  it('lets an event that is never routed hold up nobody for ever', () => {
    const events = createOpenEvents({ clock: { now: () => 1_000_000 }, retry: () => undefined });
    events.open(2, first._id);
    expect(events.check(later, 'key', events.first())).toBe('go');
  });
});
