/** Crons in the database, with workers that claim them as those of a server do. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CRONS_LANE, type CronDocument } from '../../server/crons/document.ts';
import { createFireCron, type FireDeps } from '../../server/crons/fire.ts';
import { createCronStore, CRONS_COLLECTION, type CronStore } from '../../server/crons/store.ts';
import { createTimetable } from '../../server/crons/timetable.ts';
import { silentLogger } from '../../server/lib/log.ts';
import { createLeases } from '../../server/queue/leases.ts';
import { createQueueWorker, type QueueWorker } from '../../server/queue/worker.ts';
import { ownDatabase } from '../rules/engine.ts';
import { until } from '../support/until.ts';
import { aClock, aCron, at, overloaded, someRuns, type TestClock } from './builders.ts';

const database = ownDatabase();
const leasesOf = (owner: string) =>
  createLeases<CronDocument>({ connection: database().platform, collection: CRONS_COLLECTION, owner });
let store: CronStore;
let workers: QueueWorker<CronDocument>[] = [];

beforeAll(async () => {
  store = createCronStore(database().platform);
  await store.ensureIndexes();
  await leasesOf('nobody').ensureIndexes();
});

beforeEach(async () => {
  await database().platform.collection(CRONS_COLLECTION).deleteMany({});
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop(1_000)));
  workers = [];
});

const LEASE_MS = 30_000;
const START = '2026-03-02T10:00:00.000Z';

function aWorker(owner: string, clock: TestClock, deps: Pick<FireDeps, 'startRun'> & Partial<FireDeps>) {
  const worker = createQueueWorker<CronDocument>({
    leases: leasesOf(owner),
    clock,
    log: silentLogger,
    capacity: () => 16,
    lanes: () => [CRONS_LANE],
    leaseMs: LEASE_MS,
    pollMs: 5,
    perform: createFireCron({
      ...someRuns().deps,
      timetable: createTimetable(),
      clock,
      log: silentLogger,
      ...deps,
    }),
  });
  workers.push(worker);
  worker.start();
  return worker;
}

async function insert(...crons: readonly CronDocument[]): Promise<void> {
  for (const cron of crons) expect(await store.insert(1, cron)).toBe(true);
}

const allAt = (next: string) => async () => {
  const { items } = await store.list(1, {}, { limit: 100 });
  return items.every(({ next_at, status }) => next_at?.getTime() === at(next) && status === 'queued');
};

describe('crons in the queue', () => {
  it('start every tick once, whichever of two servers fires it', async () => {
    const clock = aClock(START);
    const runs = someRuns();
    const crons = Array.from({ length: 20 }, () => aCron({ next: START }));
    await insert(...crons);
    aWorker('one', clock, runs.deps);
    aWorker('other', clock, runs.deps);
    const times = [0, 1, 2, 3, 4].map((minute) => `2026-03-02T10:0${minute}:00.000Z`);
    for (const [i, time] of times.entries()) {
      clock.set(time);
      const next = times[i + 1] ?? '2026-03-02T10:05:00.000Z';
      await until(`all crons wait for ${next}`, allAt(next));
    }
    for (const { _id } of crons) {
      const ticks = runs.started.filter(({ cronId }) => cronId === _id).map(({ trigger }) => trigger);
      expect(ticks).toEqual(times.map((scheduled_at) => ({ type: 'cron', cron: _id, name: _id, scheduled_at })));
    }
    expect(runs.started).toHaveLength(crons.length * times.length);
  });

  it('are fired by another server when one got stuck, and its late answer changes nothing', async () => {
    const clock = aClock(START);
    const runs = someRuns();
    await insert(aCron({ _id: 'crn_stuck', next: START, overlap: 'skip' }));
    let letGo: () => void = () => undefined;
    let isStuck = false;
    aWorker('stuck', clock, {
      ...runs.deps,
      startRun: async (run) => {
        const started = await runs.deps.startRun(run);
        if (!isStuck) {
          isStuck = true;
          await new Promise<void>((resolve) => (letGo = resolve));
        }
        return started;
      },
    });
    await until('the first server is stuck', () => isStuck);
    clock.set(at(START) + LEASE_MS + 1_000);
    aWorker('other', clock, runs.deps);
    await until('the other one has fired it', allAt('2026-03-02T10:01:00.000Z'));
    runs.end();
    clock.set('2026-03-02T10:01:00Z');
    await until('the next tick is fired', allAt('2026-03-02T10:02:00.000Z'));
    const settled = await store.list(1, {}, { limit: 1 });
    letGo();
    await Promise.all(workers.map((worker) => worker.stop(1_000)));
    expect((await store.list(1, {}, { limit: 1 })).items).toEqual(settled.items);
    expect(runs.ticks()).toEqual([START, '2026-03-02T10:01:00.000Z']);
    expect(settled.items[0]!.last_skipped).toBeNull();
  });

  it('are fired after a server that died between starting the run and writing it down', async () => {
    const clock = aClock(START);
    const runs = someRuns();
    const cron = aCron({ next: START, overlap: 'skip' });
    await insert(cron);
    const dead = leasesOf('dead');
    const due = await dead.findDue(CRONS_LANE, new Date(clock.now()), 1);
    const [claimed] = await dead.claim(due, new Date(clock.now()), new Date(clock.now() + LEASE_MS));
    const timetable = createTimetable();
    await createFireCron({ ...runs.deps, timetable, clock, log: silentLogger })(claimed!, new AbortController().signal);

    clock.set(at(START) + LEASE_MS);
    aWorker('next', clock, runs.deps);
    await until('it waits for its next tick', allAt('2026-03-02T10:01:00.000Z'));
    expect(runs.ticks()).toEqual([START]);
    const stored = await store.get(1, cron._id);
    expect(stored?.last_run).toEqual({ id: runs.started[0]!.id, scheduled_at: new Date(START) });
    expect(stored?.last_skipped).toBeNull();
  });

  it('come again some seconds later when their runs cannot be started', async () => {
    const clock = aClock(START);
    let isFull = true;
    const runs = someRuns(() => (isFull ? overloaded() : undefined));
    const cron = aCron({ next: START, missed: 'skip' });
    await insert(cron);
    aWorker('one', clock, runs.deps);
    await until('it was tried', async () => (await store.get(1, cron._id))?.tried_at !== undefined);
    isFull = false;
    clock.set('2026-03-02T10:00:05Z');
    await until('it waits for its next tick', allAt('2026-03-02T10:01:00.000Z'));
    expect(runs.ticks()).toEqual([START]);
    expect(await store.get(1, cron._id)).not.toHaveProperty('tried_at');
  });

  it('are left alone while they are paused', async () => {
    const clock = aClock(START);
    const runs = someRuns();
    const { lane: _lane, due_at: _due, ...paused } = aCron({ next: START, status: 'paused' });
    await insert({ ...paused, next_at: null }, aCron({ next: START }));
    aWorker('one', clock, runs.deps);
    await until('the other one was fired', () => runs.started.length > 0);
    expect(runs.started.map(({ cronId }) => cronId)).not.toContain(paused._id);
    expect(await store.get(1, paused._id)).toMatchObject({ status: 'paused', attempt: 0 });
  });

  it('that are removed while a tick is at work stay away', async () => {
    const clock = aClock(START);
    const runs = someRuns();
    const cron = aCron({ next: START });
    await insert(cron);
    aWorker('one', clock, {
      ...runs.deps,
      startRun: async (run) => {
        await store.remove(1, cron._id);
        return runs.deps.startRun(run);
      },
    });
    await until('the run is started', () => runs.started.length > 0);
    await Promise.all(workers.map((worker) => worker.stop(1_000)));
    expect(await store.get(1, cron._id)).toBeNull();
  });

  it('fall paused when nothing can be read of their schedule any more', async () => {
    const clock = aClock(START);
    const cron = aCron({ next: START, timezone: 'Mars/Olympus' });
    await insert(cron);
    aWorker('one', clock, someRuns().deps);
    await until('it is paused', async () => (await store.get(1, cron._id))?.status === 'paused');
    expect(await store.get(1, cron._id)).toMatchObject({ next_at: null });
  });
});
