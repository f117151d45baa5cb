/**
 * Executes a claimed run: hands it to a runner process, and turns what comes back into what becomes of the run.
 * The queue calls this with a lease in hand; nothing here writes to the database.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { environmentName, type EnvironmentName } from '../schemas/app.ts';
import {
  DEFAULT_MEMORY_MB,
  DEFAULT_RETRY_DELAYS_MS,
  DEFAULT_TIMEOUT_MS,
  type ListenerInfo,
} from '../schemas/listener.ts';
import type { RunnerPool, RunTask } from '../listeners/task.ts';
import type { Settlement } from '../queue/entry.ts';
import type { LogLine, RequestInfo, RunStatus } from '../schemas/run.ts';
import { bytesOf, listOf, type RunDocument } from './document.ts';
import { afterLosses, backInLine, decide, type AttemptOutcome, type Decision } from './outcome.ts';

/** Calls that a listener makes through its `api`, answered for one run. */
export type RunHost = (run: RunDocument, signal: AbortSignal) => (method: string, args: unknown) => Promise<unknown>;

export interface ExecuteRunDeps {
  readonly listeners: { readonly get: (name: string) => ListenerInfo | undefined };
  readonly pool: Pick<RunnerPool, 'execute'>;
  readonly host: RunHost;
  readonly depth: { readonly add: (count: number) => void };
  readonly observe: (run: {
    readonly environment: EnvironmentName;
    readonly listener: string;
    readonly status: RunStatus;
    readonly durationMs: number;
  }) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const LOST_TOO_OFTEN: AttemptOutcome = {
  status: 'failed',
  error: { code: 'lost', message: 'Its process died too often; it is not tried again by itself.' },
  isRetriable: false,
};

export function createExecuteRun(deps: ExecuteRunDeps) {
  const { listeners, pool, host, depth, observe, clock, random, log } = deps;

  return async function executeRun(run: RunDocument, signal: AbortSignal): Promise<Settlement> {
    const next = afterLosses(run, clock.now());
    if (next.what === 'rest') {
      log.warn({ runId: run._id, action: run.action, until: next.until }, 'run.rests');
      // It has not begun, and keeps no place from others meanwhile.
      return backInLine(run, { due_at: next.until, attempt: run.attempt - 1 });
    }
    const listener = listeners.get(run.action);
    const began = performance.now();
    const { outcome, logs } =
      next.what === 'give up' ? { outcome: LOST_TOO_OFTEN, logs: [] } : await attempt(run, listener, signal);
    const durationMs = performance.now() - began;
    const decision = decide({
      run,
      outcome,
      logs,
      durationMs,
      retries: listener?.retries ?? DEFAULT_RETRY_DELAYS_MS,
      nowMs: clock.now(),
      random,
    });
    report(run, outcome, decision, durationMs);
    return decision.settlement;
  };

  async function attempt(
    run: RunDocument,
    listener: ListenerInfo | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: AttemptOutcome; readonly logs: readonly LogLine[] }> {
    const task = toTask(run, listener);
    const hooks = { api: host(run, signal), signal };
    for (;;) {
      const outcome = await pool.execute(task, hooks);
      switch (outcome.status) {
        case 'innocent': // its process died of another run's doing: it runs again, and is not charged
          if (signal.aborted) return { outcome: { status: 'canceled' }, logs: [] };
          continue;
        case 'succeeded':
          return { outcome: { status: 'succeeded', resultJson: outcome.resultJson }, logs: outcome.logs };
        case 'failed':
          return outcome.error.code === 'canceled'
            ? { outcome: { status: 'canceled' }, logs: outcome.logs }
            : { outcome, logs: outcome.logs };
      }
    }
  }

  function report(
    run: RunDocument,
    outcome: AttemptOutcome,
    { status, settlement }: Decision,
    durationMs: number,
  ): void {
    if (status !== 'queued') depth.add(-1);
    const environment = environmentName(run.environment_id);
    observe({ environment, listener: run.action, status, durationMs });
    log.info(
      {
        runId: run._id,
        action: run.action,
        environment,
        trigger: run.trigger.type,
        attempt: run.attempt,
        status,
        ...(outcome.status === 'failed' && { error: outcome.error.code, message: outcome.error.message }),
        ...(status === 'queued' && { dueAt: settlement.set.due_at }),
        durationMs: Math.round(durationMs * 10) / 10,
        waitedMs: (run.claimed_at?.getTime() ?? 0) - run.created_at.getTime(),
      },
      'run.attempted',
    );
  }
}

/** A listener that is gone is the pool's to report: it knows whether its file is missing or faulty. */
function toTask(run: RunDocument, listener: ListenerInfo | undefined): RunTask {
  return {
    runId: run._id,
    attempt: run.attempt,
    listener: run.action,
    timeoutMs: listener?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    memoryMb: listener?.memoryMb ?? DEFAULT_MEMORY_MB,
    propsJson: run.props,
    event: run.events
      ? { kind: 'json', body: listOf(run.events.map(bytesOf)) }
      : { kind: run.event_kind, body: bytesOf(run.event) },
    request: run.request === undefined ? null : (JSON.parse(run.request) as RequestInfo),
    trigger: run.trigger,
    environment: { id: run.environment_id, name: environmentName(run.environment_id) },
    user: run.user_id === undefined ? null : { id: run.user_id },
  };
}
