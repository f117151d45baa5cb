/** Background work: a job is a run that another run, or a program, asks for, now or later. */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { MAX_DELAY_MS, type Priority } from '../schemas/job.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import type { Run, RunFilter, RunSummary } from '../schemas/runView.ts';
import type { ListenerInfo } from '../schemas/listener.ts';
import { jsonEvent } from './document.ts';
import { requireListener, type ManageRuns } from './manage.ts';
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
  /** At most one of the two. */
  readonly delayMs?: number;
  readonly at?: Date;
  /** While a job of this listener with the same key waits, a second one is not made. */
  readonly key?: string;
  readonly priority?: Priority;
}

export interface EnqueuedJob {
  readonly run: string;
  readonly duplicate: boolean;
}

export interface ManageJobs {
  /** Throws `listener_not_found`, and `invalid_input` for a time that is out of bounds. */
  readonly enqueue: (job: NewJob) => Promise<EnqueuedJob>;
  /** Newest first. */
  readonly list: (environmentId: number, filter: JobFilter, page: Page) => Promise<PageOf<RunSummary>>;
  /** Throws `not_found` for a run that is no job. */
  readonly get: (environmentId: number, id: string) => Promise<Run>;
  readonly cancel: (environmentId: number, id: string) => Promise<Run>;
}

export type JobFilter = Omit<RunFilter, 'webhook' | 'cron' | 'trigger'>;

export interface ManageJobsDeps {
  readonly startRun: StartRun;
  readonly runs: Pick<ManageRuns, 'list' | 'get' | 'cancel'>;
  readonly listeners: {
    readonly get: (name: string) => ListenerInfo | undefined;
    readonly nearest: (name: string) => readonly string[];
  };
  readonly clock: Clock;
}

export function createManageJobs({ startRun, runs, listeners, clock }: ManageJobsDeps): ManageJobs {
  async function get(environmentId: number, id: string): Promise<Run> {
    const run = await runs.get(environmentId, id);
    if (run.trigger.type === 'job') return run;
    throw new AppError('not_found', {
      detail: `Run '${id}' is no job: it was started otherwise (${run.trigger.type}).`,
    });
  }

  return {
    get,

    list: (environmentId, filter, page) => runs.list(environmentId, { ...filter, trigger: 'job' }, page),

    cancel: async (environmentId, id) => {
      await get(environmentId, id);
      return runs.cancel(environmentId, id);
    },

    enqueue: async (job) => {
      requireListener(listeners, job.listener);
      const dueAt = dueAtOf(job, clock.now());
      const started = await startRun({
        environmentId: job.environmentId,
        action: job.listener,
        trigger: { type: 'job', ...(job.fromRun !== undefined && { run: job.fromRun }) },
        propsJson: JSON.stringify(job.props ?? {}),
        event: jsonEvent(job.event),
        ...(job.userId != null && { userId: job.userId }),
        ...(job.hops !== undefined && { hops: job.hops }),
        ...(job.priority !== undefined && { priority: job.priority }),
        ...(dueAt !== undefined && { dueAt }),
        ...(job.key !== undefined && { waitingKey: `job:${String(job.environmentId)}:${job.listener}:${job.key}` }),
      });
      return { run: started.id, duplicate: started.isDuplicate };
    },
  };
}

/** Undefined for now: a time that is past is as good as none. */
function dueAtOf({ delayMs, at }: NewJob, nowMs: number): Date | undefined {
  if (delayMs !== undefined && at !== undefined) {
    throw invalid('at', 'Expected a delay or a time, found both.');
  }
  const inMs = at === undefined ? (delayMs ?? 0) : at.getTime() - nowMs;
  if (!Number.isFinite(inMs) || inMs > MAX_DELAY_MS || (delayMs ?? 0) < 0) {
    throw invalid(
      at === undefined ? 'delayMs' : 'at',
      `Expected at most ${MAX_DELAY_MS} milliseconds (366 days) from now, found ${at?.toISOString() ?? String(delayMs)}.`,
    );
  }
  return inMs > 0 ? new Date(nowMs + inMs) : undefined;
}

function invalid(member: string, message: string): AppError {
  return new AppError('invalid_input', { detail: `${member}: ${message}`, errors: [{ path: `/${member}`, message }] });
}
