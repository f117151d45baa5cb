/** Wires what comes in: receiving, queueing, running, settling, and what people may do with webhooks and runs. */
import { randomUUID } from 'node:crypto';
import { createMetrics, type QueueReading } from '../http/metrics.ts';
import { type Clock } from '../lib/clock.ts';
import { createQueueDepth } from '../queue/depth.ts';
import { createPressure } from '../queue/pressure.ts';
import { createQueueWorker } from '../queue/worker.ts';
import type { RunDocument } from '../runs/document.ts';
import { createExecuteRun } from '../runs/execute.ts';
import { createRunHost, type HostMethod } from '../runs/host.ts';
import { createGates } from '../runs/gates/gates.ts';
import { createManageJobs } from '../runs/jobs.ts';
import { openLanes, rankOf } from '../runs/lanes.ts';
import { createManageRuns } from '../runs/manage.ts';
import { createStartRun } from '../runs/start.ts';
import { type RunStore } from '../runs/store.ts';
import { createRunWaiters } from '../runs/waiters.ts';
import { environments } from '../schemas/app.ts';
import { readEvent } from '../webhooks/body.ts';
import { createWebhooksByUuid } from '../webhooks/byUuid.ts';
import { createWebhookCache } from '../webhooks/cache.ts';
import { createManageWebhooks } from '../webhooks/manage.ts';
import { createReceive } from '../webhooks/receive.ts';
import { createTryOut } from '../webhooks/tryOut.ts';
import type { Code } from './code.ts';
import type { Storage } from './storage.ts';
import type { Tools } from './tools.ts';
import type { WayOut } from './wayOut.ts';

/** How long running listeners may go on once the server is told to stop. */
const STOP_GRACE_MS = 10_000;
/** Runs that stay at work while a flood is taken in. */
const LEAST_AT_WORK = 4;

/** From a request that comes in to a run that has ended. */
export function wireFlow(tools: Tools, parts: Storage & Code & WayOut) {
  const { config, clock, newId, log, lifecycle, address } = tools;
  const { database, stores, sealer, app, listeners, pool } = parts;
  const leases = parts.leases.runs;
  const metrics = createMetrics({
    queue: () => readQueues(stores.runs, clock),
    runnerRestarts: () => pool.stats().runnerDeaths,
    ...(database.commits && { engineCommits: database.commits }),
  });
  const depth = createQueueDepth({ count: () => stores.runs.backlog(new Date(clock.now())), log });
  const waiters = createRunWaiters({ find: stores.runs.get });
  const pressure = createPressure({ waiting: stores.runs.pendingInserts, room: parts.room, least: LEAST_AT_WORK });
  const hostMethods: Record<string, HostMethod> = {};
  const worker = createQueueWorker<RunDocument>({
    leases,
    clock,
    log,
    capacity: pressure.capacity,
    lanes: () => openLanes,
    hasOthers: false,
    rankOf,
    perform: createExecuteRun({
      listeners,
      pool,
      host: createRunHost(hostMethods),
      depth,
      observe: metrics.runChanged,
      clock,
      random: Math.random,
      log,
    }),
    beforeSettled: async ({ gates: [gate] = [] }, { set }) => {
      if (gate !== undefined && set.status === 'queued' && set.due_at instanceof Date)
        await gates.expect(gate, set.due_at);
    },
    onSettled: (run, settlement) => {
      waiters.tell(run, settlement);
      if (run.holds !== undefined) gates.left(run.holds);
    },
  });
  const gates = createGates({ store: stores.gates, listeners, notice: worker.notice, clock, log });
  const startRun = createStartRun({
    store: stores.runs,
    gatherStore: parts.gathered,
    worker,
    gates,
    listeners,
    depth,
    queueLimit: config.queueLimit,
    readEvent,
    newId,
    clock,
  });
  const webhookCache = createWebhookCache({ store: stores.webhooks, sealer, clock });
  const byUuid = createWebhooksByUuid({ webhooks: webhookCache });
  const webhooks = createManageWebhooks({
    store: stores.webhooks,
    cache: webhookCache,
    listeners,
    sealer,
    clock,
    newUuid: randomUUID,
    publicUrl: () => address.url,
    appUuid: app.uuid,
  });
  const runs = createManageRuns({
    store: stores.runs,
    startRun,
    waiters,
    worker,
    depth,
    gates,
    listeners,
    readEvent,
    webhookIdOf: byUuid.idOf,
    clock,
  });
  return {
    metrics,
    startRun,
    waiters,
    /** What listeners may ask for, by name: filled by the part that answers. */
    hostMethods,
    runs,
    jobs: createManageJobs({ startRun, runs, listeners, clock }),
    webhooks: { ...webhooks, test: createTryOut({ find: byUuid.ready, startRun }) },
    receive: createReceive({ appUuid: app.uuid, webhooks: webhookCache, startRun, waiters, clock }),
    async startRuns() {
      if (database.isExclusive) await leases.expireOthers(new Date(clock.now()), openLanes);
      await stores.runs.reopenLanes();
      await depth.start();
      lifecycle.onStop('queue depth', depth.stop);
      pressure.start();
      lifecycle.onStop('pressure', pressure.stop);
      gates.start();
      lifecycle.onStop('gates', gates.stop);
      worker.start();
      lifecycle.onStop('queue', () => worker.stop(STOP_GRACE_MS));
    },
  };
}

export type Flow = ReturnType<typeof wireFlow>;

async function readQueues(runs: Pick<RunStore, 'readQueue'>, clock: Clock): Promise<readonly QueueReading[]> {
  return Promise.all(
    environments.map(async ({ id, name }) => {
      const { depth, oldestDueAt } = await runs.readQueue(id);
      const oldestDueMs = oldestDueAt === null ? 0 : Math.max(0, clock.now() - oldestDueAt.getTime());
      return { environment: name, depth, oldestDueMs };
    }),
  );
}
