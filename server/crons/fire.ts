/**
 * Fires a cron whose tick is due: starts the runs, then puts the cron back in the queue for the tick that follows. The
 * id of a run is made of the cron and the tick, so a firing that is made again, by a process that took over after a
 * crash or raced with another, starts nothing twice.
 *
 * The clock: `next_at` only moves forward by itself, so ticks that were fired are not fired again when the clock is put
 * back; when it is put forward, the ticks in between count as missed.
 */
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Settlement } from '../queue/entry.ts';
import type { StartedRun, StartRun } from '../runs/start.ts';
import { createPlanFiring, tickRunId, type FiringPlan, type PlanDeps, type SkippedTicks } from './plan.ts';
import type { CronDocument } from './document.ts';
import { runOf, type CronGate } from './run.ts';
import type { Timetable } from './timetable.ts';

export interface FireDeps extends PlanDeps {
  readonly timetable: Pick<Timetable, 'newest' | 'next'>;
  readonly startRun: StartRun;
  readonly cronGate: CronGate;
  readonly clock: Clock;
  readonly log: Logger;
}

/** When runs cannot be started, the tick is tried again after so long. */
export const RETRY_MS = 5_000;
/** Runs that are stored together; in between it is seen whether the server stops. */
const STARTS_AT_ONCE = 100;

export function createFireCron(deps: FireDeps) {
  const { timetable, startRun, cronGate, clock, log } = deps;
  const planFiring = createPlanFiring(deps);

  /** Never rejects: what keeps the runs from being started is tried again, and the tick stays due until they are. */
  return async function fireCron(cron: CronDocument, signal: AbortSignal): Promise<Settlement> {
    const beganMs = clock.now();
    try {
      const plan = await planFiring(cron, beganMs);
      const started = await startAll(cron, plan.starts, signal);
      const nextMs = nextAfter(cron, beganMs);
      tell(cron, plan, { started, nextMs, beganMs });
      return settlementOf(cron, plan, started.at(-1)?.id, nextMs);
    } catch (error) {
      const line = { err: error, cron: cron._id, environmentId: cron.environment_id, name: cron.name };
      if (error instanceof AppError) log.warn(line, 'cron.delayed');
      else log.error(line, 'cron.delayed');
      return laterOf(cron, clock.now());
    }
  };

  /** In the order of the ticks. */
  async function startAll(
    cron: CronDocument,
    ticks: readonly number[],
    signal: AbortSignal,
  ): Promise<readonly StartedRun[]> {
    const started: StartedRun[] = [];
    for (let i = 0; i < ticks.length; i += STARTS_AT_ONCE) {
      if (signal.aborted) throw new AppError('stopping');
      const together = ticks.slice(i, i + STARTS_AT_ONCE);
      started.push(...(await Promise.all(together.map((tick) => startRun(tickRun(cron, tick))))));
    }
    return started;
  }

  function tickRun(cron: CronDocument, tickMs: number) {
    return { ...runOf(cron, new Date(tickMs), cronGate), id: tickRunId(cron._id, tickMs) };
  }

  /** After a clock that was put back in between, the tick that is still ahead. */
  function nextAfter(cron: CronDocument, nowMs: number): number | null {
    const heldMs = cron.next_at?.getTime() ?? nowMs;
    return heldMs > nowMs ? heldMs : timetable.next(cron, nowMs);
  }

  function tell(
    cron: CronDocument,
    { starts, caughtUp, skipped }: FiringPlan,
    { started, nextMs, beganMs }: Outcome,
  ): void {
    const who = { cron: cron._id, environmentId: cron.environment_id, name: cron.name, listener: cron.listener_name };
    for (const { reason, count, tickMs } of skipped) {
      log.info({ ...who, reason, count, scheduledAt: isoOf(tickMs) }, 'cron.skipped');
    }
    const newestMs = starts.at(-1) ?? null;
    log.info(
      {
        ...who,
        started: started.filter(({ isDuplicate }) => !isDuplicate).length,
        alreadyStarted: started.filter(({ isDuplicate }) => isDuplicate).length,
        caughtUp,
        skipped: skipped.reduce((sum, { count }) => sum + count, 0),
        scheduledAt: isoOf(newestMs),
        lateMs: newestMs === null ? null : beganMs - newestMs,
        nextAt: isoOf(nextMs),
        durationMs: clock.now() - beganMs,
      },
      'cron.fired',
    );
  }
}

interface Outcome {
  readonly started: readonly StartedRun[];
  readonly nextMs: number | null;
  readonly beganMs: number;
}

/** A cron that has no more ticks rests as paused. */
function settlementOf(
  cron: CronDocument,
  { starts, skipped }: FiringPlan,
  lastId: string | undefined,
  nextMs: number | null,
): Settlement {
  const place =
    nextMs === null
      ? { status: 'paused', next_at: null }
      : { status: 'queued', next_at: new Date(nextMs), due_at: new Date(nextMs) };
  const lastMs = starts.at(-1);
  // A run by hand may be newer than the tick that is made up for.
  const isNewest = lastMs !== undefined && lastMs >= (cron.last_run?.scheduled_at.getTime() ?? -Infinity);
  const lastSkipped = skipped.at(-1);
  return {
    set: {
      ...place,
      ...(isNewest && lastId !== undefined && { last_run: { id: lastId, scheduled_at: new Date(lastMs) } }),
      ...(lastSkipped !== undefined && { last_skipped: storedSkip(lastSkipped) }),
    },
    unset: ['tried_at'],
  };
}

function storedSkip({ tickMs, reason, count }: SkippedTicks): NonNullable<CronDocument['last_skipped']> {
  return { scheduled_at: new Date(tickMs), reason, count };
}

/** `next_at` stays, and what was on time when it was first tried is on time then. */
function laterOf(cron: CronDocument, nowMs: number): Settlement {
  return {
    set: { status: 'queued', due_at: new Date(nowMs + RETRY_MS), tried_at: cron.tried_at ?? new Date(nowMs) },
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
