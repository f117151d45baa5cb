import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryDocument } from '../../server/deliveries/document.ts';
import { laneOf } from '../../server/deliveries/lanes.ts';
import { createManageDeliveries } from '../../server/deliveries/manage.ts';
import { createResend } from '../../server/deliveries/resend.ts';
import type { EventDocument } from '../../server/events/document.ts';
import { Delivery, DeliverySummary } from '../../server/schemas/delivery.ts';
import { createParser } from '../../server/lib/schema.ts';
import type { ReadyRule } from '../../server/rules/ready.ts';
import { aDelivery, anEvent, aRule, newTestId, openTestStore, type TestStore } from './storeBuilders.ts';

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
});
beforeEach(() => test.clear());
afterAll(() => test.close());

const NOW = 50_000;

function aManager({
  rule,
  event,
  hasRoom = true,
}: { rule?: ReadyRule; event?: EventDocument; hasRoom?: boolean } = {}) {
  const adopted: DeliveryDocument[] = [];
  const noticed: string[] = [];
  const promoted: string[] = [];
  let taken = 0;
  const clock = { now: () => NOW };
  const resend = createResend({
    store: test.store,
    worker: {
      reserve: () => {
        if (!hasRoom) return undefined;
        taken++;
        return { status: 'running', owner: 'me', attempt: 1, claimed_at: new Date(NOW), due_at: new Date(80_000) };
      },
      unreserve: () => taken--,
      adopt: (delivery) => adopted.push(delivery),
      notice: (lane) => noticed.push(lane),
    },
    rules: { find: () => Promise.resolve(rule ?? null) },
    events: { get: () => Promise.resolve(event ?? null) },
    newId: newTestId,
    clock,
  });
  const order = {
    promote: (orderKey: string) => {
      promoted.push(orderKey);
      return Promise.resolve();
    },
  };
  const manager = createManageDeliveries({ store: test.store, order, resend, clock });
  return { manager, adopted, noticed, promoted, taken: () => taken };
}

async function stored(change: Partial<DeliveryDocument>): Promise<DeliveryDocument> {
  const delivery = aDelivery(change);
  await test.store.insert(delivery);
  return delivery;
}

const inQueue = { lane: laneOf(2, 'rul_1'), due_at: new Date(60_000) };

describe('showing deliveries', () => {
  it('fits the schema of the API, in lists and alone, whatever state they are in', async () => {
    const attempt = {
      attempt: 1,
      status: 'failed',
      at: new Date(2_000),
      timings: { dns_ms: null, connect_ms: null, tls_ms: null, first_byte_ms: null, total_ms: 3 },
      request: null,
      response: null,
      error: { code: 'timeout', message: 'It took too long.' },
      rule_revision: 1,
    } as const;
    const error = { code: 'timeout', message: 'It took too long.' };
    const retried = await stored({ status: 'queued', ...inQueue, attempts: [attempt], error });
    await stored({ status: 'dead', attempts: [attempt], error, finished_at: new Date(3_000), resend_of: retried._id });
    const { manager } = aManager();
    const { items } = await manager.list(2, {}, { limit: 10 });
    expect(items).toHaveLength(2);
    for (const item of items) createParser(DeliverySummary, 'body')(item);
    const one = await manager.get(2, retried._id);
    createParser(Delivery, 'body')(one);
    expect(one).toMatchObject({ attempts_made: 1, next_attempt_at: '1970-01-01T00:01:00.000Z' });
  });

  it('answers not_found for a delivery of another environment', async () => {
    const { _id } = await stored({ environment_id: 1 });
    await expect(aManager().manager.get(2, _id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(aManager().manager.cancel(2, _id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(aManager().manager.resend(2, _id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('canceling a delivery', () => {
  it.each(['queued', 'waiting'] as const)('ends one that is %s and takes it out of queue and order', async (status) => {
    const place = status === 'queued' ? { ...inQueue, order_head: 'rul_1:1' } : { order_key: 'rul_1:1' };
    const { _id } = await stored({ status, ...place });
    const { manager, promoted } = aManager();
    expect(await manager.cancel(2, _id)).toMatchObject({ status: 'canceled', error: { code: 'canceled' } });
    expect(await manager.cancel(2, _id)).toMatchObject({ status: 'canceled' });
    const [left] = await test.all();
    for (const name of ['lane', 'due_at', 'order_key', 'order_head']) expect(left).not.toHaveProperty(name);
    expect(promoted).toEqual(status === 'queued' ? ['rul_1:1'] : []);
  });

  it.each([
    ['running', /being sent/],
    ['delivered', /is delivered/],
    ['dead', /is dead/],
  ] as const)('refuses one that is %s', async (status, message) => {
    const { _id } = await stored({ status, ...(status === 'running' && inQueue) });
    await expect(aManager().manager.cancel(2, _id)).rejects.toMatchObject({ code: 'conflict', message });
    expect(await test.all()).toMatchObject([{ status }]);
  });
});

describe('sending a delivery again', () => {
  it('makes a new one of the same event, linked, with nothing used up, and leaves the old one alone', async () => {
    const event = anEvent();
    const old = await stored({ event_id: event._id, status: 'queued', ...inQueue, tries: 4, attempt: 4 });
    const { manager, adopted } = aManager({ rule: aRule({ id: 'rul_1' }), event });
    const summary = await manager.resend(2, old._id);
    expect(summary).toMatchObject({ status: 'running', event: event._id, rule: 'rul_1', resend_of: old._id });
    expect(summary.attempts_made).toBe(0);
    expect(adopted).toMatchObject([{ _id: summary.id, event_id: event._id, attempt: 1 }]);
    expect(adopted[0]).not.toHaveProperty('tries');
    expect(await test.store.get(2, old._id)).toEqual(old);
    expect((await test.store.ofEvent(2, event._id)).map(({ _id }) => _id)).toEqual([old._id, summary.id]);
  });

  it('can be done many times, and queues where there is no room', async () => {
    const event = anEvent();
    const old = await stored({ event_id: event._id });
    const { manager, noticed } = aManager({ rule: aRule({ id: 'rul_1' }), event, hasRoom: false });
    const made = [await manager.resend(2, old._id), await manager.resend(2, old._id)];
    expect(made).toMatchObject([{ status: 'queued' }, { status: 'queued' }]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(2);
    expect(noticed).toEqual([laneOf(2, 'rul_1'), laneOf(2, 'rul_1')]);
  });

  it.each([
    ['is gone', undefined, 'conflict', /has been deleted/],
    ['is disabled', aRule({ isEnabled: false }), 'conflict', /disabled/],
  ] as const)('is refused when its rule %s', async (_name, rule, code, message) => {
    const old = await stored({});
    const { manager, taken } = aManager({ ...(rule && { rule }), event: anEvent() });
    await expect(manager.resend(2, old._id)).rejects.toMatchObject({ code, message });
    expect(taken()).toBe(0);
    expect(await test.all()).toHaveLength(1);
  });

  it('is refused when its event is past the retention', async () => {
    const old = await stored({});
    await expect(aManager({ rule: aRule() }).manager.resend(2, old._id)).rejects.toMatchObject({ code: 'gone' });
  });
});
