/**
 * Which of the ticks that are due are started, and which are not and why: what was missed first (`due.ts`), then what a
 * cron does when its runs overlap. It only looks; made again after a crash it comes to the same end, because a tick whose
 * run is there already counts as started.
 */
import { firstIdAt, deriveId } from '../lib/ids.ts';
import { MAX_QUEUED_TICKS } from '../schemas/cron.ts';
import type { RunStatus } from '../schemas/run.ts';
import { decideDue, ticksLookedAt, type DueDecision } from './due.ts';
import type { CronDocument, SkipReason } from './document.ts';
import type { Timetable } from './timetable.ts';

export interface PlanDeps {
  readonly timetable: Pick<Timetable, 'newest'>;
  /** Whether a run of the cron is queued or running. */
  readonly isAtWork: (cronId: string) => Promise<boolean>;
  /** How many runs of the cron wait to begin. */
  readonly waitingOf: (cronId: string) => Promise<number>;
  /** Of those of the runs that there are. */
  readonly statusesOf: StatusesOf;
}

export type StatusesOf = (runIds: readonly string[]) => Promise<ReadonlyMap<string, RunStatus>>;

export interface FiringPlan {
  /** In milliseconds, oldest first. */
  readonly starts: readonly number[];
  /** How many of them are late and made up for. */
  readonly caughtUp: number;
  /** The newest of what is not started comes last. */
  readonly skipped: readonly SkippedTicks[];
}

export interface SkippedTicks {
  readonly reason: SkipReason;
  /** The newest of them. */
  readonly tickMs: number;
  readonly count: number;
}

/** The run of a tick, by whichever process and however often it is started: there is only one. */
export function tickRunId(cronId: string, tickMs: number): string {
  return deriveId('run', firstIdAt('run', tickMs), `${cronId} ${String(tickMs)}`);
}

export function createPlanFiring({ timetable, isAtWork, waitingOf, statusesOf }: PlanDeps) {
  return async function planFiring(cron: CronDocument, nowMs: number): Promise<FiringPlan> {
    const { ticks, older, firstMs } = ticksDue(cron, nowMs);
    const due = decideDue({ ticks, missed: cron.missed, nowMs, triedMs: cron.tried_at?.getTime() });
    const started = createStarted(cron._id, [firstMs, ...ticks]);

    const admitted = await admit(cron, due, started);
    // Of those that are too many to be looked at, only the first can have been started, before a crash.
    const unseen = older > 0 && !ticks.includes(firstMs) ? [firstMs] : [];
    const passedOver = due.passedOver.length === 0 ? [] : await started.without([...unseen, ...due.passedOver]);
    const refused = due.onTime.filter((tick) => !admitted.includes(tick));
    return {
      starts: [...due.caughtUp, ...admitted],
      caughtUp: due.caughtUp.length,
      skipped: [...skippedOf('missed', passedOver, older - unseen.length), ...skippedOf('overlap', refused, 0)],
    };
  };

  /** The newest of those that are due, and how many there are beside them; all that was on time when it was tried is there. */
  function ticksDue(cron: CronDocument, nowMs: number) {
    const firstMs = cron.next_at?.getTime() ?? nowMs;
    const triedMs = Math.min(nowMs, Math.max(firstMs - 1, cron.tried_at?.getTime() ?? 0));
    const limit = ticksLookedAt(cron.missed);
    const before = timetable.newest(cron, firstMs - 1, triedMs, limit);
    const since = timetable.newest(cron, triedMs, nowMs, limit);
    return { ticks: [...before.ticks, ...since.ticks], older: before.skipped + since.skipped, firstMs };
  }

  /** The ticks that may start beside, or after, what goes on already. */
  async function admit(cron: CronDocument, due: DueDecision, started: Started): Promise<readonly number[]> {
    const { onTime } = due;
    if (onTime.length === 0) return onTime;
    const room = await roomFor(cron);
    if (room >= onTime.length) return onTime;
    // What is at work may be of this very firing, which ended half-way: then its ticks had been admitted.
    const isResumed =
      (await started.without([...due.caughtUp, ...onTime])).length < due.caughtUp.length + onTime.length;
    if (cron.overlap === 'skip' && isResumed) return onTime;
    const refused = (await started.without(onTime)).slice(room);
    return onTime.filter((tick) => !refused.includes(tick));
  }

  /** How many ticks may start. Those of one firing, after a stall, run one after another. */
  async function roomFor({ _id, overlap }: CronDocument): Promise<number> {
    switch (overlap) {
      case 'allow':
        return Infinity;
      case 'skip':
        return (await isAtWork(_id)) ? 0 : Infinity;
      case 'queue':
        return Math.max(0, MAX_QUEUED_TICKS - (await waitingOf(_id)));
    }
  }

  interface Started {
    /** Those of the ticks that have no run yet. */
    readonly without: (ticks: readonly number[]) => Promise<readonly number[]>;
  }

  /** Asks once, and only if somebody wants to know: a cron that simply fires costs no read. */
  function createStarted(cronId: string, ticks: readonly number[]): Started {
    let statuses: ReturnType<StatusesOf> | undefined;
    return {
      without: async (wanted) => {
        statuses ??= statusesOf(ticks.map((tick) => tickRunId(cronId, tick)));
        const known = await statuses;
        return wanted.filter((tick) => !known.has(tickRunId(cronId, tick)));
      },
    };
  }
}

function skippedOf(reason: SkipReason, ticks: readonly number[], more: number): readonly SkippedTicks[] {
  const newest = ticks.at(-1);
  return newest === undefined ? [] : [{ reason, tickMs: newest, count: ticks.length + more }];
}
