import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../../server/db/embedded/start.ts';
import { percentile, stepOf } from '../../../server/deliveries/health/histogram.ts';
import { createHealth, type RecordedAttempt } from '../../../server/deliveries/health/health.ts';
import { createHealthStore, ENDPOINT_MINUTES_COLLECTION } from '../../../server/deliveries/health/store.ts';
import { silentLogger } from '../../../server/lib/log.ts';
import { aClock, NOW_MS } from './builders.ts';

let dataDir = '';
let engine: Embedded;
let database: Database;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-health-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: process.env.MONGODB_URL ?? engine.url });
  await createHealthStore(database.platform).ensureIndexes();
});

beforeEach(async () => {
  await database.platform.collection(ENDPOINT_MINUTES_COLLECTION).deleteMany({});
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const ENDPOINT = { environmentId: 2, url: 'https://receiver.test/hook?token=the-token-of-the-test' };
const EMPTY = { attempts: 0, succeeded: 0, success_rate: null, p50_ms: null, p95_ms: null, last_error: null };

function anAttempt(change: Partial<RecordedAttempt> = {}): RecordedAttempt {
  return { ruleId: 'rul_1', endpoint: ENDPOINT, durationMs: 100, error: null, ...change };
}

function aProcess(clock = aClock()) {
  return { clock, ...createHealth({ store: createHealthStore(database.platform), clock, log: silentLogger }) };
}

describe('the histogram', () => {
  it('gives any percentile within 10 % of the true one', () => {
    const latencies = fc.array(fc.double({ min: 1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.5, 0.95), (all, share) => {
        const steps = new Map<number, number>();
        for (const ms of all) steps.set(stepOf(ms), (steps.get(stepOf(ms)) ?? 0) + 1);
        const truth = [...all].sort((a, b) => a - b)[Math.ceil(all.length * share) - 1]!;
        const read = percentile(steps, share)!;
        expect(Math.abs(read - truth)).toBeLessThanOrEqual(Math.max(truth * 0.1, 0.2));
      }),
    );
  });

  it.each([
    [0, 0],
    [0.3, 0],
    [-1, 0],
    [NaN, 0],
    [1e12, 100],
  ])('takes %d for step %i', (ms, step) => {
    expect(stepOf(ms)).toBe(step);
  });
});

describe('health', () => {
  it('of a rule that never sent anything is empty', async () => {
    const { read } = aProcess();
    expect(await read('rul_9', null)).toEqual({ rule: { last_hour: EMPTY, last_day: EMPTY }, url: null });
  });

  it('is the same before it is written, after, and half and half', async () => {
    const { record, read, flush } = aProcess();
    const note = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const error = i % 4 === 0 ? { code: 'timeout', message: `no. ${i}` } : null;
        record(anAttempt({ durationMs: i, error }));
      }
    };
    note(0, 100);
    const before = await read('rul_1', ENDPOINT);
    await flush();
    expect(await read('rul_1', ENDPOINT)).toEqual(before);
    expect(before.rule.last_hour).toMatchObject({
      attempts: 100,
      succeeded: 75,
      success_rate: 0.75,
      last_error: { at: new Date(NOW_MS).toISOString(), code: 'timeout', message: 'no. 96' },
    });
    expect(before.url).toEqual(before.rule);
    note(100, 200);
    const { rule } = await read('rul_1', ENDPOINT);
    expect(rule.last_day).toMatchObject({ attempts: 200, succeeded: 150 });
    expect(rule.last_day.p50_ms! / 100).toBeCloseTo(1, 0);
    expect(rule.last_day.p95_ms! / 190).toBeCloseTo(1, 0);
  });

  it('adds up what rules send to one URL, and what several processes saw', async () => {
    const [a, b] = [aProcess(), aProcess()];
    a.record(anAttempt());
    b.record(anAttempt());
    b.record(anAttempt({ ruleId: 'rul_2' }));
    b.record(anAttempt({ ruleId: 'rul_2', endpoint: { environmentId: 1, url: ENDPOINT.url } }));
    await Promise.all([a.flush(), b.flush()]);
    const { rule, url } = await a.read('rul_1', { ...ENDPOINT });
    expect(rule.last_day.attempts).toBe(2);
    expect(url?.last_day.attempts).toBe(3);
  });

  it('forgets after an hour in one figure and after a day in the other', async () => {
    const { record, read, flush, clock } = aProcess();
    record(anAttempt());
    await flush();
    const at = async (minutes: number) => {
      clock.move(minutes * 60_000);
      const { rule } = await read('rul_1', null);
      return [rule.last_hour.attempts, rule.last_day.attempts];
    };
    expect(await at(59)).toEqual([1, 1]);
    expect(await at(1)).toEqual([0, 1]);
    expect(await at(1_379)).toEqual([0, 1]);
    expect(await at(1)).toEqual([0, 0]);
  });

  it('counts right while it is being written and read at once', async () => {
    const { record, read, flush } = aProcess();
    const reads: Promise<number>[] = [];
    for (let i = 1; i <= 50; i++) {
      record(anAttempt());
      void flush();
      reads.push(read('rul_1', null).then(({ rule }) => rule.last_day.attempts));
    }
    const counts = await Promise.all(reads);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect((await read('rul_1', null)).rule.last_day.attempts).toBe(50);
  });

  it('keeps what could not be written and writes it at the next turn', async () => {
    const store = createHealthStore(database.platform);
    let isDown = true;
    const clock = aClock();
    const { record, read, flush } = createHealth({
      store: { read: store.read, add: (b) => (isDown ? Promise.reject(new Error('away')) : store.add(b)) },
      clock,
      log: silentLogger,
    });
    record(anAttempt());
    await flush();
    expect((await read('rul_1', null)).rule.last_day.attempts).toBe(1);
    isDown = false;
    await flush();
    expect((await aProcess(clock).read('rul_1', null)).rule.last_day.attempts).toBe(1);
  });

  it('writes what is left when it stops', async () => {
    const { record, start, stop, clock } = aProcess();
    start();
    record(anAttempt());
    await stop();
    expect((await aProcess(clock).read('rul_1', null)).rule.last_day.attempts).toBe(1);
  });

  it('stores no URL, which may hold a token', async () => {
    const { record, flush } = aProcess();
    record(anAttempt());
    await flush();
    const stored = await database.platform.collection(ENDPOINT_MINUTES_COLLECTION).find({}).toArray();
    expect(stored).toHaveLength(2);
    expect(JSON.stringify(stored)).not.toContain('the-token');
  });
});
