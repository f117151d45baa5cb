import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../../server/db/embedded/start.ts';
import { createMakeAttempt } from '../../../server/deliveries/sending/attempt.ts';
import type { DeliveryDocument } from '../../../server/deliveries/document.ts';
import { createEndpoints } from '../../../server/deliveries/limits/endpoints.ts';
import { createGate } from '../../../server/deliveries/limits/gate.ts';
import { lostAttemptOf } from '../../../server/deliveries/sending/losses.ts';
import { createPerform } from '../../../server/deliveries/sending/perform.ts';
import { createRender } from '../../../server/deliveries/sending/render.ts';
import { createSend } from '../../../server/deliveries/sending/send.ts';
import { viewOf } from '../../../server/events/document.ts';
import { systemClock } from '../../../server/lib/clock.ts';
import { createEgress } from '../../../server/lib/egress.ts';
import { silentLogger } from '../../../server/lib/log.ts';
import { createLeases } from '../../../server/queue/leases.ts';
import { createQueueWorker } from '../../../server/queue/worker.ts';
import type { ReadyRule } from '../../../server/rules/ready.ts';
import { until } from '../../support/until.ts';
import { aDelivery, anEventDocument, aReceiver, aRule, to } from './builders.ts';

const COLLECTION = 'deliveries';
let dataDir = '';
let engine: Embedded;
let database: Database;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-sending-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: process.env.MONGODB_URL ?? engine.url });
});

beforeEach(async () => {
  await database.platform.collection(COLLECTION).deleteMany({});
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Queues so many deliveries of a rule in the real queue and lets it work until `isDone`. */
async function work(rule: ReadyRule, count: number, isDone: () => boolean | Promise<boolean>): Promise<void> {
  const deliveries = database.platform.collection<DeliveryDocument>(COLLECTION);
  const clock = systemClock;
  const egress = createEgress({ allow: ['127.0.0.0/8'] });
  const rules = new Map([[rule.id, rule]]);
  const endpoints = createEndpoints({ clock });
  const gate = createGate({ rules: { get: (id) => rules.get(id) }, endpoints, clock });
  const leases = createLeases<DeliveryDocument>({
    connection: database.platform,
    collection: COLLECTION,
    owner: 'me',
    onClaim: lostAttemptOf,
  });
  await leases.ensureIndexes();
  const worker = createQueueWorker<DeliveryDocument>({
    leases,
    clock,
    log: silentLogger,
    capacity: () => 100,
    lanes: () => [],
    roomIn: gate.roomIn,
    wakeAt: gate.wakeAt,
    perform: createPerform({
      rules: { get: (id) => rules.get(id), load: (_, id) => Promise.resolve(rules.get(id)) },
      events: { get: (id) => Promise.resolve(anEventDocument({ _id: id })) },
      viewOf,
      makeAttempt: createMakeAttempt({
        render: createRender({ expressions: { evaluate: () => Promise.resolve({ status: 'nothing' }) }, version: '1' }),
        send: createSend({ egress, clock }),
        startRun: () => Promise.resolve({ id: 'run_1', isDuplicate: false }),
        hasListener: () => true,
        clock,
      }),
      gate,
      health: { record: () => undefined },
      failing: { note: () => undefined, disable: () => undefined },
      isOwnUrl: () => false,
      clock,
      random: Math.random,
      log: silentLogger,
    }),
  });
  worker.start();
  try {
    for (let i = 0; i < count; i++) {
      const place = worker.reserve('2:rul_1'); // as an insert does it: claimed at once where there is room
      const { owner: _owner, claimed_at: _claimedAt, ...free } = aDelivery({ status: 'queued', attempt: 0 });
      const named = { ...free, _id: `dlv_${i}`, event_id: `evt_${i}`, created_at: new Date(), due_at: new Date() };
      const stored = { ...named, ...place };
      await deliveries.insertOne(stored);
      if (place !== undefined) worker.adopt(stored);
      else worker.notice('2:rul_1');
    }
    await until('the queue to be worked off', isDone);
  } finally {
    await worker.stop(1_000);
    await egress.close();
  }
}

const countOf = (filter: object) => database.platform.collection(COLLECTION).countDocuments(filter);

describe('deliveries in the real queue', () => {
  it.each([2, 15, 100])('go out at %i a second and no faster, without a stall', async (rate) => {
    const receiver = await aReceiver();
    const count = Math.round(rate * 2.5);
    try {
      const isDone = async () => (await countOf({ status: 'delivered' })) === count;
      await work(aRule({ target: to(receiver.url), rate }), count, isDone);
    } finally {
      receiver.close();
    }
    expect(receiver.received).toHaveLength(count);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(count);
    const stored = await database.platform.collection<DeliveryDocument>(COLLECTION).find({}).toArray();
    const begunAt = stored.map(({ attempts }) => attempts![0]!.at.getTime()).sort((a, b) => a - b);
    begunAt.forEach((from, i) => {
      // An attempt is dated a moment after it was let through.
      expect(begunAt.slice(i).filter((at) => at < from + 980).length).toBeLessThanOrEqual(rate);
    });
  });

  it('never has more under way than max_in_flight', async () => {
    let inFlight = 0;
    let most = 0;
    const receiver = await aReceiver((res) => {
      most = Math.max(most, ++inFlight);
      setImmediate(() => {
        inFlight -= 1;
        res.end();
      });
    });
    try {
      await work(
        aRule({ target: to(receiver.url), maxInFlight: 3 }),
        60,
        async () => (await countOf({ status: 'delivered' })) === 60,
      );
    } finally {
      receiver.close();
    }
    expect(most).toBeLessThanOrEqual(3);
    expect(receiver.received).toHaveLength(60);
  });

  it('wait together when the receiver asks for it once, and all arrive afterwards', async () => {
    const receiver = await aReceiver((res, _, count) =>
      count === 1 ? res.writeHead(429, { 'retry-after': '1' }).end() : res.end(),
    );
    const rule = aRule({ target: to(receiver.url), maxInFlight: 1, scheduleMs: [0, 100, 100, 1_000] });
    try {
      await work(rule, 20, async () => (await countOf({ status: 'delivered' })) === 20);
    } finally {
      receiver.close();
    }
    expect(receiver.received).toHaveLength(21);
  });

  it('go on after the last one under way closed the endpoint and came to its own end', async () => {
    const receiver = await aReceiver((res, _, count) =>
      count === 1 ? res.writeHead(429, { 'retry-after': '1' }).end() : res.end(),
    );
    const rule = aRule({ target: to(receiver.url), maxInFlight: 1, scheduleMs: [1_000] });
    try {
      await work(rule, 10, async () => (await countOf({ status: 'delivered' })) === 9);
    } finally {
      receiver.close();
    }
    expect(await countOf({ status: 'dead' })).toBe(1);
  });
});
