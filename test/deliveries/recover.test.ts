import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryDocument } from '../../server/deliveries/document.ts';
import { createEnqueue, type Enqueue } from '../../server/deliveries/enqueue.ts';
import { deliveryIdOf } from '../../server/deliveries/id.ts';
import { laneOf } from '../../server/deliveries/lanes.ts';
import type { RecoveryDocument } from '../../server/deliveries/recover/document.ts';
import { createRecoveries, type Recoveries } from '../../server/deliveries/recover/recoveries.ts';
import { createRecoveryStore, RECOVERIES_COLLECTION } from '../../server/deliveries/recover/store.ts';
import { viewOf, type EventDocument } from '../../server/events/document.ts';
import { createEventStore, EVENTS_COLLECTION } from '../../server/events/store.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import { silentLogger } from '../../server/lib/log.ts';
import { createParser } from '../../server/lib/schema.ts';
import { createLeases } from '../../server/queue/leases.ts';
import type { ReadyRule } from '../../server/rules/ready.ts';
import { Recovery, RecoveryPreview } from '../../server/schemas/delivery.ts';
import { until } from '../support/until.ts';
import { aDelivery, anEvent, aRule, openTestStore, type TestStore } from './storeBuilders.ts';

let test: TestStore;
let rule: ReadyRule | null;
let running: Recoveries[] = [];
const START_MS = Date.parse('2026-04-01T00:00:00Z');
const SINCE = new Date(START_MS).toISOString();
const newEventId = createIdMaker(
  (
    (ms) => () =>
      ms++
  )(START_MS),
);

beforeAll(async () => {
  test = await openTestStore();
  await createEventStore(test.database.platform).ensureIndexes();
  await createRecoveryStore(test.database.platform).ensureIndexes();
  await leasesOf('nobody').ensureIndexes();
});
beforeEach(async () => {
  await test.clear();
  for (const name of [EVENTS_COLLECTION, RECOVERIES_COLLECTION]) {
    await test.database.platform.collection(name).deleteMany({});
  }
  rule = aRule({ id: 'rul_1' });
});
afterEach(async () => {
  await Promise.all(running.map((each) => each.stop(1_000)));
  running = [];
});
afterAll(() => test.close());

function leasesOf(owner: string) {
  return createLeases<RecoveryDocument>({
    connection: test.database.platform,
    collection: RECOVERIES_COLLECTION,
    owner,
  });
}

let owners = 0;

/** Recoveries of one server process; the deliveries they make stay queued. */
function aProcess({
  wrap = (enqueue) => enqueue,
  isDead = () => false,
}: { wrap?: (enqueue: Enqueue) => Enqueue; isDead?: () => boolean } = {}): Recoveries {
  const leases = leasesOf(`owner-${++owners}`);
  const never = () => new Promise<never>(() => undefined);
  const clock = { now: () => Date.now() };
  const enqueue = createEnqueue({
    store: test.store,
    worker: { reserve: () => undefined, unreserve: () => undefined, adopt: () => undefined, notice: () => undefined },
    order: { open: () => () => undefined, promote: () => Promise.resolve() },
    expressions: { evaluate: () => Promise.resolve({ status: 'nothing' }) },
    clock,
  });
  const recoveries = createRecoveries({
    store: createRecoveryStore(test.database.platform),
    leases: {
      ...leases,
      renew: (...args) => (isDead() ? never() : leases.renew(...args)),
      settle: (...args) => (isDead() ? never() : leases.settle(...args)),
    },
    deliveries: test.store,
    events: createEventStore(test.database.platform),
    viewOf,
    matches: (_rule, event) => event.type === 'invoices.created',
    enqueue: wrap(enqueue),
    rules: { find: (_environmentId, id) => Promise.resolve(id === rule?.id ? rule : null) },
    newId: createIdMaker(clock.now),
    clock,
    log: silentLogger,
    leaseMs: 300,
  });
  recoveries.start();
  running.push(recoveries);
  return recoveries;
}

async function events(count: number, change: Partial<EventDocument> = {}): Promise<EventDocument[]> {
  const made = Array.from({ length: count }, () => anEvent({ _id: newEventId('evt'), status: 'routed', ...change }));
  const store = createEventStore(test.database.platform);
  await Promise.all(made.map((event) => store.insert(event)));
  return made;
}

async function deliveriesOf(of: readonly EventDocument[], change: Partial<DeliveryDocument>): Promise<void> {
  await Promise.all(of.map(({ _id }) => test.store.insert(aDelivery({ event_id: _id, ...change }))));
}

const atEnd = (recoveries: Recoveries, id: string) =>
  until(`recovery ${id} to end`, async () => {
    const recovery = await recoveries.get(2, id);
    return recovery.status !== 'running' && recovery;
  });

async function begin(recoveries: Recoveries, input: object = {}): Promise<Recovery> {
  const made = await recoveries.create(2, 'rul_1', { since: SINCE, rate: 1_000, ...input });
  if (!('id' in made)) throw new Error('a preview');
  return made;
}

/** Events that the recovery made deliveries of, each counted. */
async function madeBy(id: string): Promise<string[]> {
  return (await test.all()).filter(({ recovery }) => recovery === id).map(({ event_id }) => event_id);
}

const idsOf = (of: readonly EventDocument[]) => of.map(({ _id }) => _id);

describe('recovering what failed', () => {
  it('sends again every dead delivery of the rule in the time asked for, once, and nothing else', async () => {
    const [before] = await events(1);
    const dead = await events(250);
    const others = await events(5);
    await deliveriesOf([before!, ...dead], { status: 'dead' });
    await deliveriesOf(others.slice(0, 1), { status: 'delivered' });
    await deliveriesOf(others.slice(1, 2), { status: 'canceled' });
    await deliveriesOf(others.slice(2, 3), { status: 'queued', lane: laneOf(2, 'rul_1'), due_at: new Date() });
    await deliveriesOf(others.slice(3, 4), { status: 'dead', rule_id: 'rul_2' });
    const recoveries = aProcess();
    const since = new Date(START_MS + 1).toISOString();
    const preview = await recoveries.create(2, 'rul_1', { since, preview: true });
    expect(preview).toEqual({ count: 250, is_complete: true });
    createParser(RecoveryPreview, 'body')(preview);
    const { id } = await begin(recoveries, { since });
    const ended = await atEnd(recoveries, id);
    expect(ended).toMatchObject({ status: 'finished', made: 250, looked_at: 250, of_status: 'dead' });
    createParser(Recovery, 'body')(ended);
    expect((await madeBy(id)).sort()).toEqual(idsOf(dead).sort());
  });

  it('leaves out events that another delivery brought there or is bringing, and takes one with many failures once', async () => {
    const [helped, underWay, twice, late] = await events(4);
    await deliveriesOf([helped!, underWay!, twice!, late!], { status: 'dead' });
    const again = (event: EventDocument, change: Partial<DeliveryDocument>) =>
      test.store.insert(
        aDelivery({ _id: createIdMaker(Date.now)('dlv'), event_id: event._id, again_of: event._id, ...change }),
      );
    await again(helped!, { status: 'delivered' });
    await again(underWay!, { status: 'queued', lane: laneOf(2, 'rul_1'), due_at: new Date() });
    await again(twice!, { status: 'dead' });
    await until(
      'a later millisecond',
      (
        (ms) => () =>
          Date.now() > ms
      )(Date.now()),
    );
    const recoveries = aProcess();
    const { id } = await begin(recoveries);
    expect(await atEnd(recoveries, id)).toMatchObject({ made: 2 });
    expect((await madeBy(id)).sort()).toEqual(idsOf([twice!, late!]).sort());
  });

  it('sends again what was delivered when asked to', async () => {
    const all = await events(3);
    await deliveriesOf(all, { status: 'delivered' });
    const recoveries = aProcess();
    const { id } = await begin(recoveries, { status: 'delivered' });
    expect(await atEnd(recoveries, id)).toMatchObject({ made: 3 });
  });
});

describe('recovering what was never matched', () => {
  it('delivers events of before the rule that it takes now and has no delivery of', async () => {
    const missing = await events(130);
    const others = await events(3, { type: 'invoices.deleted' });
    const known = await events(3);
    const elsewhere = await events(2, { environment_id: 1 });
    await deliveriesOf(known, { status: 'dead' });
    await deliveriesOf(missing, { rule_id: 'rul_2' });
    const recoveries = aProcess();
    expect(await recoveries.create(2, 'rul_1', { since: SINCE, unmatched: true, preview: true })).toEqual({
      count: 130,
      is_complete: true,
    });
    const { id } = await begin(recoveries, { unmatched: true });
    expect(await atEnd(recoveries, id)).toMatchObject({ status: 'finished', made: 130, looked_at: 136 });
    expect(await madeBy(id)).toEqual(idsOf(missing));
    expect((await test.all()).filter(({ event_id }) => idsOf([...others, ...elsewhere]).includes(event_id))).toEqual(
      [],
    );
    const second = await begin(recoveries, { unmatched: true });
    expect(await atEnd(recoveries, second.id)).toMatchObject({ made: 0 });
  });

  it('makes the one delivery of event and rule, so that routing at the same moment makes no other', async () => {
    const [event] = await events(1);
    const recoveries = aProcess();
    const { id } = await begin(recoveries, { unmatched: true });
    await atEnd(recoveries, id);
    expect((await test.all()).map(({ _id }) => _id)).toEqual([deliveryIdOf(event!._id, 'rul_1')]);
  });
});

describe('a recovery', () => {
  it('keeps to its rate', async () => {
    await deliveriesOf(await events(30), { status: 'dead' });
    const recoveries = aProcess();
    const startedAt = Date.now();
    const { id } = await begin(recoveries, { rate: 20 });
    await atEnd(recoveries, id);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
  });

  it('goes on after a crash where it was, and makes nothing twice', async () => {
    const dead = await events(250);
    await deliveriesOf(dead, { status: 'dead' });
    let calls = 0;
    let isDead = false;
    const dying = aProcess({
      isDead: () => isDead,
      wrap:
        (enqueue) =>
        (...args) => {
          isDead ||= ++calls > 130; // in the middle of a page, with a part of it stored
          return isDead ? new Promise(() => undefined) : enqueue(...args);
        },
    });
    running = [];
    const { id } = await begin(dying);
    await until('the crash', () => isDead);
    void dying.stop(0);
    const next = aProcess();
    const ended = await atEnd(next, id);
    expect(ended).toMatchObject({ status: 'finished', made: 250, looked_at: 250 });
    expect((await madeBy(id)).sort()).toEqual(idsOf(dead).sort());
  });

  it('pauses, is seen as paused, and goes on with the rest when resumed', async () => {
    await deliveriesOf(await events(40), { status: 'dead' });
    const recoveries = aProcess();
    const { id } = await begin(recoveries, { rate: 1 });
    await until('its first delivery', async () => (await recoveries.get(2, id)).made > 0);
    expect(await recoveries.pause(2, id)).toMatchObject({ status: 'paused' });
    expect(await recoveries.pause(2, id)).toMatchObject({ status: 'paused' });
    const { made } = await recoveries.get(2, id);
    await expect(begin(recoveries)).rejects.toMatchObject({ code: 'conflict' });
    expect((await recoveries.list(2, { rule: 'rul_1', status: 'paused' }, { limit: 5 })).items).toHaveLength(1);
    expect((await recoveries.list(2, { status: 'running' }, { limit: 5 })).items).toHaveLength(0);
    await test.database.platform.collection(RECOVERIES_COLLECTION).updateOne({}, { $set: { rate: 1_000 } });
    expect(await recoveries.resume(2, id)).toMatchObject({ status: 'running', made });
    expect(await atEnd(recoveries, id)).toMatchObject({ status: 'finished', made: 40 });
    await expect(recoveries.resume(2, id)).rejects.toMatchObject({ code: 'conflict', message: /is finished/ });
  });

  it('is canceled for good, and makes room for another', async () => {
    await deliveriesOf(await events(40), { status: 'dead' });
    const recoveries = aProcess();
    const { id } = await begin(recoveries, { rate: 1 });
    await expect(begin(recoveries)).rejects.toMatchObject({ code: 'conflict', message: /running or paused/ });
    expect(await recoveries.cancel(2, id)).toMatchObject({ status: 'canceled' });
    await expect(recoveries.resume(2, id)).rejects.toMatchObject({ code: 'conflict' });
    const second = await begin(recoveries);
    expect(await atEnd(recoveries, second.id)).toMatchObject({ status: 'finished' });
  });

  it('pauses when its rule is disabled and ends when it is deleted', async () => {
    await deliveriesOf(await events(40), { status: 'dead' });
    const recoveries = aProcess();
    const { id } = await begin(recoveries, { rate: 1 });
    const enabled = rule;
    rule = { ...enabled!, isEnabled: false };
    expect(await atEnd(recoveries, id)).toMatchObject({ status: 'paused' });
    await expect(begin(recoveries)).rejects.toMatchObject({ code: 'conflict', message: /disabled/ });
    rule = null;
    await recoveries.resume(2, id);
    expect(await atEnd(recoveries, id)).toMatchObject({ status: 'canceled', finished_at: expect.any(String) });
  });

  it('tries a page again that could not be stored', async () => {
    await deliveriesOf(await events(3), { status: 'dead' });
    let faults = 0;
    const recoveries = aProcess({
      wrap:
        (enqueue) =>
        (...args) =>
          faults++ === 0 ? Promise.reject(new Error('disk full')) : enqueue(...args),
    });
    const { id } = await begin(recoveries);
    await until('the fault', () => faults > 0);
    await until('it to wait', async () => {
      const [stored] = await test.database.platform.collection(RECOVERIES_COLLECTION).find().toArray();
      return stored?.status === 'queued';
    });
    expect(await recoveries.get(2, id)).toMatchObject({ status: 'running', made: 0 });
    await recoveries.pause(2, id);
    await recoveries.resume(2, id);
    expect(await atEnd(recoveries, id)).toMatchObject({ status: 'finished', made: 3 });
  });

  it.each([
    [{ since: SINCE, until: SINCE }, 'invalid_input'],
    [{ since: '2999-01-01T00:00:00Z' }, 'invalid_input'],
    [{ since: SINCE, status: 'dead', unmatched: true }, 'invalid_input'],
  ] as const)('is refused for %j', async (input, code) => {
    await expect(aProcess().create(2, 'rul_1', input)).rejects.toMatchObject({ code });
  });

  it('is not_found for a rule that is not there, and in another environment', async () => {
    const recoveries = aProcess();
    await expect(recoveries.create(2, 'rul_2', { since: SINCE })).rejects.toMatchObject({ code: 'not_found' });
    const { id } = await begin(recoveries);
    await expect(recoveries.get(1, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(recoveries.cancel(1, id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
