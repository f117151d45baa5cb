/** Background work: a job is a run that another run, or a program, asks for. */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import type { ListenerInfo } from '../schemas/listener.ts';
import { jsonEvent } from './document.ts';
import { requireListener } from './manage.ts';
import type { StartRun } from './start.ts';

export interface NewJob {
  readonly environmentId: number;
  /** The run that asks for it. */
  readonly fromRun?: string;
  readonly userId?: string | null;
  /** Of the run that asks for it. */
  readonly hops?: number;
  readonly listener: string;
  readonly props?: JsonObject;
  readonly event?: Json;
  readonly delayMs?: number;
  /** While a job of this listener with the same key waits, a second one is not made. */
  readonly key?: string;
}

export interface EnqueueDeps {
  readonly startRun: StartRun;
  readonly listeners: {
    readonly get: (name: string) => ListenerInfo | undefined;
    readonly nearest: (name: string) => readonly string[];
  };
  readonly clock: Clock;
}

/** A delay beyond a year is a mistake in the unit. */
const MAX_DELAY_MS = 366 * 24 * 60 * 60_000;

export function createEnqueue({ startRun, listeners, clock }: EnqueueDeps) {
  return async function enqueue(job: NewJob): Promise<{ readonly run: string; readonly duplicate: boolean }> {
    requireListener(listeners, job.listener);
    const { delayMs = 0 } = job;
    if (!Number.isFinite(delayMs) || delayMs < 0 || delayMs > MAX_DELAY_MS) {
      throw new AppError('invalid_input', {
        detail: `delayMs: expected milliseconds from 0 to ${MAX_DELAY_MS}, found ${delayMs}.`,
      });
    }
    const started = await startRun({
      environmentId: job.environmentId,
      action: job.listener,
      trigger: { type: 'job', ...(job.fromRun !== undefined && { run: job.fromRun }) },
      propsJson: JSON.stringify(job.props ?? {}),
      event: jsonEvent(job.event),
      ...(job.userId != null && { userId: job.userId }),
      ...(job.hops !== undefined && { hops: job.hops }),
      ...(delayMs > 0 && { dueAt: new Date(clock.now() + delayMs) }),
      ...(job.key !== undefined && {
        dedupe: { keys: [`job:${String(job.environmentId)}:${job.listener}:${job.key}`], windowMs: MAX_DELAY_MS * 2 },
      }),
    });
    return { run: started.id, duplicate: started.isDuplicate };
  };
}
