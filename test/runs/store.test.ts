import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../server/db/embedded/start.ts';
import { createIdMaker } from '../../server/lib/ids.ts';
import { createLeases } from '../../server/queue/leases.ts';
import type { RunDocument } from '../../server/runs/document.ts';
import { openLane } from '../../server/runs/lanes.ts';
import { createRunStore, RUNS_COLLECTION, type RunStore } from '../../server/runs/store.ts';
import { aRun } from './builders.ts';

let dataDir = '';
let engine: Embedded;
let database: Database;
let store: RunStore;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'earshot-runs-'));
  engine = await startEmbedded({ dataDir });
  database = await connectDatabase({ url: engine.url });
  store = createRunStore(database.platform);
  await store.ensureIndexes();
  await createLeases({ connection: database.platform, collection: RUNS_COLLECTION, owner: 'me' }).ensureIndexes();
});

beforeEach(async () => {
  await database.platform.collection(RUNS_COLLECTION).deleteMany({});
});

afterAll(async () => {
  await database.close();
  await engine.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function stored(madeAtMs: number, change: Partial<RunDocument>): Promise<string> {
  const _id = createIdMaker(() => madeAtMs)('run');
  const { lane: _lane, due_at, owner: _owner, claimed_at: _claimedAt, ...finished } = aRun({ ...change, _id });
  const isOver = finished.status !== 'queued' && finished.status !== 'running';
  await store.insert(isOver ? finished : { ...finished, lane: openLane(finished.environment_id), due_at: due_at! });
  return _id;
}

describe('createRunStore', () => {
  it('retires finished runs of before the given time, in steps, and nothing that waits, runs or is newer', async () => {
    const finished_at = new Date(4_000);
    await stored(1_000, { status: 'succeeded', finished_at });
    await stored(2_000, { status: 'dead', finished_at });
    await stored(3_000, { status: 'canceled', finished_at });
    const kept = [
      await stored(1_400, { status: 'succeeded', finished_at: new Date(6_000) }), // a job that had long to wait
      await stored(1_500, { status: 'queued' }),
      await stored(1_600, { status: 'running' }),
      await stored(9_000, { status: 'succeeded' }),
    ];
    expect(await store.deleteFinishedBefore(5_000, 2)).toBe(2);
    expect(await store.deleteFinishedBefore(5_000, 2)).toBe(1);
    expect(await store.deleteFinishedBefore(5_000, 2)).toBe(0);
    const left = await store.list(2, {}, { limit: 10 });
    expect(left.items.map(({ _id }) => _id).sort()).toEqual([...kept].sort());
  });

  it('takes what waits in a lane of an earlier version into the open one', async () => {
    const ids = [
      await stored(1_000, { status: 'queued' }),
      await stored(2_000, { status: 'queued' }),
      await stored(3_000, { status: 'queued' }),
    ];
    const lanes = ['2:aListener', '2:high', '2:~c:2:aListener:'];
    const runs = database.platform.collection<{ _id: string; lane: string }>(RUNS_COLLECTION);
    for (const [n, _id] of ids.entries()) await runs.updateOne({ _id }, { $set: { lane: lanes[n]! } });
    await store.reopenLanes();
    const found = await runs.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ lane }) => lane)).toEqual(['2:', '2:high', '2:~c:2:aListener:']);
  });

  it.each(['queued', 'running', 'succeeded', 'dead', 'canceled'] as const)(
    'lists the runs that are %s, newest first, of one environment only',
    async (status) => {
      const mine: string[] = [];
      for (const [at, other] of (['queued', 'running', 'succeeded', 'dead', 'canceled'] as const).entries()) {
        for (const madeAt of [at * 100, at * 100 + 50]) {
          const id = await stored(1_000 + madeAt, { status: other });
          if (other === status) mine.unshift(id);
          await stored(1_000 + madeAt, { status: other, environment_id: 1 });
        }
      }
      const { items } = await store.list(2, { status }, { limit: 10 });
      expect(items.map(({ _id }) => _id)).toEqual(mine);
    },
  );

  it('counts what waits in each environment, and says since when', async () => {
    await stored(1_000, { status: 'queued', due_at: new Date(5_000) });
    await stored(2_000, { status: 'queued', due_at: new Date(4_000) });
    await stored(3_000, { status: 'succeeded' });
    expect(await store.readQueue(2)).toEqual({ depth: 2, oldestDueAt: new Date(4_000) });
    expect(await store.readQueue(1)).toEqual({ depth: 0, oldestDueAt: null });
  });
});
