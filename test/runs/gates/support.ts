/** A database with runs at gates, and gates over it as if each were a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type Database } from '../../../server/db/connect.ts';
import { startEmbedded, type Embedded } from '../../../server/db/embedded/start.ts';
import { insertEach } from '../../../server/db/commands.ts';
import { silentLogger } from '../../../server/lib/log.ts';
import { createLeases } from '../../../server/queue/leases.ts';
import type { RunDocument } from '../../../server/runs/document.ts';
import { createGates, type Gates, type GatesDeps } from '../../../server/runs/gates/gates.ts';
import type { GateDocument } from '../../../server/runs/gates/document.ts';
import { createGateStore, GATES_COLLECTION, type GateStore } from '../../../server/runs/gates/store.ts';
import { gateLane } from '../../../server/runs/lanes.ts';
import { RUNS_COLLECTION } from '../../../server/runs/store.ts';
import type { ListenerInfo } from '../../../server/schemas/listener.ts';
import { aRun } from '../builders.ts';

export type Limits = Pick<ListenerInfo, 'concurrency' | 'rate'>;

export interface GateHouse {
  readonly store: GateStore;
  /** What listeners are limited by; a test sets it. */
  readonly limits: Map<string, Limits>;
  readonly clock: { now: () => number; ms: number };
  /** Gates as another process has them. Started and stopped by the test, or stopped by `clear`. */
  readonly process: (change?: Partial<GatesDeps>) => Gates;
  /** Stores runs that wait at their first gate, expected as a start would. */
  readonly arrive: (gates: Gates, runs: readonly Partial<RunDocument>[]) => Promise<void>;
  /** Begins what is in the open lanes, as a claim does, and gives it. */
  readonly begin: (limit?: number) => Promise<readonly RunDocument[]>;
  /** Ends a run's attempt and gives up its places. */
  readonly end: (run: RunDocument, gates: Gates | undefined, change?: object) => Promise<void>;
  readonly runs: (filter?: object) => Promise<readonly RunDocument[]>;
  readonly count: (filter: object) => Promise<number>;
  readonly gate: (id: string) => Promise<GateDocument | null>;
  readonly gateCount: () => Promise<number>;
  readonly database: Database;
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const BEGIN_MS = Date.UTC(2026, 0, 1);

export async function openGateHouse(): Promise<GateHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-gates-'));
  const engine: Embedded = await startEmbedded({ dataDir });
  const database = await connectDatabase({ url: engine.url });
  const store = createGateStore(database.platform);
  await store.ensureIndexes();
  const leases = createLeases<RunDocument>({
    connection: database.platform,
    collection: RUNS_COLLECTION,
    owner: 'me',
  });
  await leases.ensureIndexes();
  const limits = new Map<string, Limits>();
  const clock = { ms: BEGIN_MS, now: () => clock.ms };
  const started: Gates[] = [];
  const runs = database.platform.collection<RunDocument>(RUNS_COLLECTION);
  const gates = database.platform.collection<GateDocument>(GATES_COLLECTION);
  let count = 0;

  return {
    store,
    limits,
    clock,
    database,

    process: (change = {}) => {
      const made = createGates({
        store,
        listeners: limits,
        notice: () => undefined,
        clock,
        log: silentLogger,
        pollMs: 20,
        ...change,
      });
      started.push(made);
      return made;
    },

    arrive: async (made, changes) => {
      const documents = changes.map((change) => {
        const gate = change.gates?.[0] ?? '';
        const {
          owner: _owner,
          claimed_at: _claimedAt,
          ...run
        } = aRun({
          _id: `run_${String(++count).padStart(8, '0')}`,
          status: 'queued',
          attempt: 0,
          due_at: new Date(clock.ms),
          lane: gateLane(change.environment_id ?? 2, gate),
          ...change,
        });
        return run;
      });
      await Promise.all(documents.map((run) => made.expect(run.gates?.[0] ?? '', run.due_at!)));
      await insertEach(database.platform, RUNS_COLLECTION, documents);
    },

    begin: async (limit = 1_000) => {
      const now = new Date(clock.ms);
      const due = (await Promise.all(['2:', '1:', '2:high', '2:low'].map((lane) => leases.findDue(lane, now, limit))))
        .flat()
        .filter(({ status }) => status === 'queued');
      return leases.claim(due, now, new Date(clock.ms + 1e9));
    },

    end: async (run, made, change = {}) => {
      const finished = { $set: { status: 'succeeded' }, $unset: { lane: '', due_at: '', holds: '' } };
      const attempt = { attempt: run.attempt, status: 'succeeded', started_at: run.claimed_at, duration_ms: 1 };
      await runs.updateOne({ _id: run._id }, { ...finished, $push: { attempts: attempt }, ...change } as object);
      made?.left(run.holds ?? []);
    },

    runs: (filter = {}) => runs.find(filter).sort({ _id: 1 }).toArray(),
    count: (filter) => runs.countDocuments(filter),
    gate: (id) => gates.findOne({ _id: id }),
    gateCount: () => gates.countDocuments({}),

    clear: async () => {
      await Promise.all(started.splice(0).map((made) => made.stop()));
      await Promise.all([runs.deleteMany({}), gates.deleteMany({})]);
      limits.clear();
      clock.ms = BEGIN_MS;
    },

    close: async () => {
      await database.close();
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
