/**
 * What Prometheus reads at `/metrics`. Counters are told what happened; gauges ask their source when they are read.
 * Every series about the work of an environment carries its name, so that a token sees its own only.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EnvironmentName } from '../schemas/app.ts';
import type { RunStatus } from '../schemas/run.ts';

export interface QueueReading {
  readonly environment: EnvironmentName;
  /** Runs that are queued or running. */
  readonly depth: number;
  /** How long the oldest due run has been waiting, in milliseconds; 0 when none waits. */
  readonly oldestDueMs: number;
}

export interface MetricsSources {
  readonly queue?: () => Promise<readonly QueueReading[]> | readonly QueueReading[];
  /** Totals since the start of the process. */
  readonly engineCommits?: () => Promise<number>;
  readonly runnerRestarts?: () => number;
}

export interface RequestDone {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface RunChanged {
  readonly environment: EnvironmentName;
  readonly listener: string;
  readonly status: RunStatus;
  /** Of the attempt that just ended. */
  readonly durationMs?: number;
}

export interface DeliveryAttempted {
  readonly environment: EnvironmentName;
  /** What became of the delivery. */
  readonly status: 'delivered' | 'queued' | 'dead' | 'dropped' | 'canceled';
  readonly durationMs: number;
}

export interface LiveReading {
  readonly connections: number;
  readonly openRoutes: number;
}

export interface Metrics {
  readonly requestDone: (request: RequestDone) => void;
  readonly runChanged: (run: RunChanged) => void;
  readonly deliveryAttempted: (attempt: DeliveryAttempted) => void;
  /** Shows what is live as well; called once, by the part that came after these. */
  readonly showLive: (read: () => LiveReading) => void;
  /** The text Prometheus expects; with an environment, without the series of the others. */
  readonly read: (environment?: EnvironmentName) => Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(sources: MetricsSources = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'earshot_http_request_duration_seconds',
    help: 'HTTP requests by route, method and status.',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  const runs = new Counter({
    name: 'earshot_runs_total',
    help: 'How often a run came into a state, by listener.',
    labelNames: ['environment', 'listener', 'status'] as const,
    registers,
  });
  const runDurations = new Histogram({
    name: 'earshot_run_duration_seconds',
    help: 'Attempts of runs by listener and how they left the run.',
    labelNames: ['environment', 'listener', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  const attempts = new Histogram({
    name: 'earshot_delivery_attempt_duration_seconds',
    help: 'Attempts of deliveries by what became of the delivery.',
    labelNames: ['environment', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  addQueueGauges(registry, sources);
  addProcessGauges(registry, sources);

  return {
    contentType: registry.contentType,
    requestDone({ route, method, status, durationMs }) {
      requests.observe({ route, method, status: String(status) }, durationMs / 1_000);
    },
    runChanged({ environment, listener, status, durationMs }) {
      runs.inc({ environment, listener, status });
      if (durationMs !== undefined) runDurations.observe({ environment, listener, status }, durationMs / 1_000);
    },
    deliveryAttempted({ environment, status, durationMs }) {
      attempts.observe({ environment, status }, durationMs / 1_000);
    },
    showLive: (read) => addLiveGauges(registry, read),
    async read(environment) {
      const text = await registry.metrics();
      return environment === undefined ? text : withoutOthers(text, environment);
    },
  };
}

function addQueueGauges(registry: Registry, { queue }: MetricsSources): void {
  if (queue === undefined) return;
  let reading: Promise<readonly QueueReading[]> | undefined;
  /** Both gauges are collected in the same turn and share one look at the queue. */
  const readOnce = () => {
    reading ??= Promise.resolve(queue()).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const gauge = (name: string, help: string, pick: (reading: QueueReading) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['environment'] as const,
      registers: [registry],
      async collect() {
        const readings = await readOnce();
        this.reset();
        for (const each of readings) this.set({ environment: each.environment }, pick(each));
      },
    });
  gauge('earshot_queue_depth', 'Runs that are queued or running.', ({ depth }) => depth);
  gauge(
    'earshot_queue_oldest_due_seconds',
    'How long the oldest due run has been waiting.',
    (each) => each.oldestDueMs / 1_000,
  );
}

function addLiveGauges(registry: Registry, read: () => LiveReading): void {
  const gauge = (name: string, help: string, pick: (reading: LiveReading) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(pick(read()));
      },
    });
  gauge('earshot_live_connections', 'Browsers and programs that are connected.', ({ connections }) => connections);
  gauge('earshot_live_routes', 'Routes they have open.', ({ openRoutes }) => openRoutes);
}

function addProcessGauges(registry: Registry, { engineCommits, runnerRestarts }: MetricsSources): void {
  const shared = (name: string, help: string) => ({ name, help, registers: [registry] });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...shared(name, help),
      collect() {
        this.set(read());
      },
    });
  /** A counter whose total is kept by its source. */
  const total = (name: string, help: string, read: () => number | Promise<number>) =>
    new Counter({
      ...shared(name, help),
      async collect() {
        const value = await read();
        this.reset();
        this.inc(value);
      },
    });
  if (engineCommits !== undefined) {
    total('earshot_engine_commits_total', 'Group commits of the embedded engine.', engineCommits);
  }
  if (runnerRestarts !== undefined) {
    total('earshot_runner_restarts_total', 'Runner processes that were replaced.', runnerRestarts);
  }
  gauge('earshot_resident_memory_bytes', 'Resident memory of the server process.', () => process.memoryUsage.rss());
  gauge('earshot_uptime_seconds', 'Time since the process started.', () => process.uptime());
}

function withoutOthers(text: string, environment: EnvironmentName): string {
  const label = /[{,]environment="([^"]*)"/;
  const lines = text.split('\n').filter((line) => {
    const found = label.exec(line)?.[1];
    return found === undefined || found === environment;
  });
  return lines.join('\n');
}
