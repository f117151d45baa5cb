import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../../server/db/embedded/start.ts';
import { createIdMaker } from '../../../server/lib/ids.ts';
import { createLeases } from '../../../server/queue/leases.ts';
import { bytesOf, jsonEvent, type NewRun, type RunDocument } from '../../../server/runs/document.ts';
import { createGatherStore } from '../../../server/runs/gather/store.ts';
import { onClaim } from '../../../server/runs/outcome.ts';
import { createStartRun, type StartRun } from '../../../server/runs/start.ts';
import { createRunStore, RUNS_COLLECTION, type RunStore } from '../../../server/runs/store.ts';
import type { Json } from '../../../server/schemas/json.ts';
import type { ListenerInfo } from '../../../server/schemas/listener.ts';
import { readEvent } from '../../../server/webhooks/body.ts';

let dataDir = '';
let engine: Embedded;
let database: Database;
let nowMs = 0;
const clock = { now: () => nowMs };
const newId = createIdMaker(clock.now);

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-gather-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
  await createRunStore(database.platform).ensureIndexes();
  await leases().ensureIndexes();
});

beforeEach(async () => {
  nowMs = 1_000_000;
  await database.platform.collection(RUNS_COLLECTION).deleteMany({});
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function leases() {
  return createLeases<RunDocument>({
    connection: database.platform,
    collection: RUNS_COLLECTION,
    owner: 'me',
    onClaim,
  });
}

/** A server process that knows one listener; `noticed` are the lanes it was told of. */
function aProcess(settings: Partial<ListenerInfo>, faults: Partial<RunStore> = {}) {
  const noticed: string[] = [];
  const listener = { concurrency: null, rate: null, debounce: null, batch: null, ...settings } as ListenerInfo;
  const startRun = createStartRun({
    store: { ...createRunStore(database.platform), ...faults },
    gatherStore: createGatherStore(database.platform),
    worker: {
      reserve: () => undefined,
      adopt: () => undefined,
      unreserve: () => undefined,
      notice: (lane) => void noticed.push(lane),
      noticeAt: () => undefined,
    },
    gates: { expect: () => Promise.resolve(), open: () => Promise.resolve() },
    listeners: { get: () => listener },
    depth: { current: () => 0, add: () => undefined },
    queueLimit: 1_000_000,
    readEvent,
    newId,
    clock,
  });
  return { startRun, noticed };
}

function aCall(event: unknown, change: Partial<NewRun> = {}): NewRun {
  return {
    environmentId: 1,
    action: 'sums',
    trigger: { type: 'manual' },
    propsJson: '{}',
    event: jsonEvent(event as Json),
    ...change,
  };
}

const keyed = (key: string): Partial<NewRun> => ({ dedupe: { keys: [key], windowMs: 60_000 } });

async function stored(): Promise<RunDocument[]> {
  const runs = await database.platform.collection<RunDocument>(RUNS_COLLECTION).find().sort({ _id: 1 }).toArray();
  return runs;
}

const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());
const eventOf = (run: RunDocument): unknown => parse(bytesOf(run.event));
const eventsOf = (run: RunDocument): unknown[] => (run.events ?? []).map((event) => parse(bytesOf(event)));

/** What the queue does when a run's time has come. */
async function claim(run: RunDocument): Promise<void> {
  await leases().claim([run], new Date(nowMs), new Date(nowMs + 30_000));
}

describe('a debounced listener', () => {
  const debounce = { waitMs: 1_000, maxWaitMs: 2_500, by: null };

  it('runs once, with the newest event, when calls have been quiet', async () => {
    const { startRun } = aProcess({ debounce });
    const ids = [];
    for (const n of [1, 2, 3]) {
      ids.push(await startRun(aCall({ n })));
      nowMs += 600;
    }
    const [run, ...others] = await stored();
    expect(others).toEqual([]);
    expect(ids).toEqual(ids.map(() => ({ id: run?._id, isDuplicate: false })));
    expect(eventOf(run!)).toEqual({ n: 3 });
    expect(run?.due_at?.getTime()).toBe(1_000_000 + 1_200 + 1_000);
  });

  it('is not put off beyond its longest wait', async () => {
    const { startRun } = aProcess({ debounce });
    for (let n = 0; n < 10; n++) {
      await startRun(aCall({ n }));
      nowMs += 600;
    }
    const [run] = await stored();
    expect(run?.due_at?.getTime()).toBe(1_000_000 + 2_500);
  });

  it('begins anew once its run is let go, and tells what an earlier call had apart', async () => {
    const { startRun } = aProcess({ debounce });
    await startRun(aCall({ n: 1 }, { webhookId: 'w', hops: 3 }));
    await startRun(aCall({ n: 2 }));
    const [first] = await stored();
    expect(first).not.toHaveProperty('webhook');
    expect(first).not.toHaveProperty('hops');
    nowMs += 5_000;
    await claim(first!);
    await startRun(aCall({ n: 3 }));
    expect((await stored()).map(eventOf)).toEqual([{ n: 2 }, { n: 3 }]);
  });

  it('takes calls together that agree in props, user and what `by` points at', async () => {
    const { startRun } = aProcess({ debounce: { ...debounce, by: 'event.order' } });
    await startRun(aCall({ order: 1 }));
    await startRun(aCall({ order: 2 }));
    await startRun(aCall({ order: 1 }, { propsJson: '{"a":1}' }));
    await startRun(aCall({ order: 1 }, { userId: 'usr_1' }));
    await startRun(aCall({ order: 1, n: 2 }));
    expect((await stored()).map(eventOf)).toEqual([{ order: 1, n: 2 }, { order: 2 }, { order: 1 }, { order: 1 }]);
  });

  it('is neither put off nor changed by a copy of a call', async () => {
    const { startRun } = aProcess({ debounce });
    const { id } = await startRun(aCall({ n: 1 }, keyed('a')));
    await startRun(aCall({ n: 2 }, keyed('b')));
    const before = await stored();
    nowMs += 500;
    expect(await startRun(aCall({ n: 1 }, keyed('a')))).toEqual({ id, isDuplicate: true });
    expect(await stored()).toEqual(before);
  });

  it('is one run for many calls of one moment, from several processes', async () => {
    const processes = [aProcess({ debounce }), aProcess({ debounce })];
    const started = await Promise.all(Array.from({ length: 200 }, (_, n) => processes[n % 2]!.startRun(aCall({ n }))));
    expect(await stored()).toHaveLength(1);
    expect(new Set(started.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a listener that takes batches', () => {
  const batch = { size: 3, waitMs: 1_000, by: null };

  it('is given the events of its calls in their order, as soon as there are enough', async () => {
    const { startRun, noticed } = aProcess({ batch });
    for (const n of [1, 2, 3, 4]) {
      await startRun(aCall({ n }));
      nowMs += 100;
    }
    const [full, open] = await stored();
    expect(eventsOf(full!)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(full?.due_at?.getTime()).toBe(1_000_200);
    expect(noticed).toEqual(['1:']);
    expect(eventsOf(open!)).toEqual([{ n: 4 }]);
    expect(open?.due_at?.getTime()).toBe(1_000_300 + 1_000);
  });

  it('loses and doubles nothing when hundreds of calls come at once to several processes', async () => {
    const processes = [aProcess({ batch: { ...batch, size: 40 } }), aProcess({ batch: { ...batch, size: 40 } })];
    const started = await Promise.all(Array.from({ length: 500 }, (_, n) => processes[n % 2]!.startRun(aCall({ n }))));
    const runs = await stored();
    const numbers = runs.flatMap((run) => eventsOf(run).map((event) => (event as { n: number }).n));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(Math.max(...runs.map((run) => eventsOf(run).length))).toBeLessThanOrEqual(40);
    expect(runs.length).toBeLessThan(20);
    for (const [n, { id }] of started.entries()) {
      const run = runs.find(({ _id }) => _id === id);
      expect(eventsOf(run!)).toContainEqual({ n });
    }
  });

  it('takes a copy of a call once, in the same moment, later, and in another process', async () => {
    const { startRun } = aProcess({ batch });
    const [first, copy] = await Promise.all([
      startRun(aCall({ n: 1 }, keyed('a'))),
      startRun(aCall({ n: 1 }, keyed('a'))),
    ]);
    expect(copy).toEqual({ id: first.id, isDuplicate: true });
    await startRun(aCall({ n: 2 }, keyed('b')));
    const other = aProcess({ batch });
    expect(await other.startRun(aCall({ n: 2 }, keyed('b')))).toEqual({ id: first.id, isDuplicate: true });
    expect((await stored()).map(eventsOf)).toEqual([[{ n: 1 }, { n: 2 }]]);
  });

  it.each([{ batch }, { debounce: { waitMs: 1_000, maxWaitMs: 5_000, by: null } }])(
    'notices a copy that another process took between the look and the write (%j)',
    async (settings) => {
      const { startRun } = aProcess(settings);
      const { id } = await startRun(aCall({ n: 1 }, keyed('a')));
      const real = createRunStore(database.platform);
      let looks = 0;
      const late = aProcess(settings, {
        findByDedupeKeys: (keys) => (looks++ === 0 ? Promise.resolve(null) : real.findByDedupeKeys(keys)),
      });
      expect(await late.startRun(aCall({ n: 1 }, keyed('a')))).toEqual({ id, isDuplicate: true });
      expect(looks).toBe(2);
      expect(await stored()).toHaveLength(1);
    },
  );

  it('puts events of all kinds into its list', async () => {
    const { startRun } = aProcess({ batch });
    const text = { kind: 'text' as const, bytes: Buffer.from('hé') };
    const form = { kind: 'form' as const, bytes: Buffer.from('a=1&b=2') };
    await startRun(aCall(undefined));
    await startRun(aCall(null, { event: text }));
    await startRun(aCall(null, { event: form }));
    expect((await stored()).map(eventsOf)).toEqual([[{}, 'hé', { a: '1', b: '2' }]]);
  });

  it('is full at four megabytes, and takes one call that is larger', async () => {
    const { startRun } = aProcess({ batch: { ...batch, size: 100 } });
    const large = (mib: number) => aCall('x'.repeat(mib * 1024 * 1024));
    await startRun(large(2));
    await startRun(large(1));
    await startRun(large(3));
    await startRun(large(6));
    await startRun(aCall('small'));
    expect((await stored()).map((run) => run.events_count)).toEqual([2, 1, 1, 1]);
  });
});

describe('the key of a job', () => {
  it('is held until the job is claimed', async () => {
    const { startRun } = aProcess({});
    const job = (n: number) => aCall({ n }, { trigger: { type: 'job' }, waitingKey: 'job:1:sums:k' });
    const { id } = await startRun(job(1));
    expect(await startRun(job(2))).toEqual({ id, isDuplicate: true });
    await claim((await stored())[0]!);
    expect((await startRun(job(3))).isDuplicate).toBe(false);
    expect((await stored()).map(eventOf)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('is what calls of a gathering listener are taken together by, in the place of `by`', async () => {
    const { startRun } = aProcess({ batch: { size: 10, waitMs: 1_000, by: 'event.n' } });
    const job = (n: number, key: string) => aCall({ n }, { trigger: { type: 'job' }, waitingKey: key });
    await Promise.all([startRun(job(1, 'a')), startRun(job(2, 'a')), startRun(job(3, 'b'))]);
    expect((await stored()).map(eventsOf)).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 3 }]]);
  });
});

describe('a run whose id is given', () => {
  it('is started once, however often it is asked for', async () => {
    const processes: StartRun[] = [aProcess({}).startRun, aProcess({}).startRun];
    const id = newId('run');
    const started = await Promise.all(
      Array.from({ length: 20 }, (_, n) => processes[n % 2]!(aCall({ n: 1 }, { id, cronId: 'crn_1' }))),
    );
    expect(started.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    expect(new Set(started.map((each) => each.id))).toEqual(new Set([id]));
    expect(await stored()).toHaveLength(1);
  });

  it('is gathered once, however often it is asked for', async () => {
    const { startRun } = aProcess({ batch: { size: 10, waitMs: 1_000, by: null } });
    const id = newId('run');
    const first = await startRun(aCall({ n: 1 }, { id }));
    expect(await startRun(aCall({ n: 1 }, { id }))).toEqual({ id: first.id, isDuplicate: true });
    await startRun(aCall({ n: 2 }, { id: newId('run') }));
    expect((await stored()).map(eventsOf)).toEqual([[{ n: 1 }, { n: 2 }]]);
  });
});
