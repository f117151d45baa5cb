/**
 * What has come to its end leaves after the retention time, in steps small enough that nobody notices: a short pause
 * after a step while there is more, a long one when there is not.
 */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';

export interface RetentionDeps {
  /** What the store holds: the log says `runs.retired`. */
  readonly what: string;
  readonly store: {
    /** Deletes up to `limit` things made before the given time that have come to their end, and answers how many. */
    readonly deleteFinishedBefore: (ms: number, limit: number) => Promise<number>;
  };
  readonly days: number;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export const RETENTION_STEP = { limit: 200, pauseMs: 250 };
export const RETENTION_ROUND_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export function createRetention({ what, store, days, clock, log }: RetentionDeps) {
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  let isStopped = false;
  /** By steps that followed each other: one line tells of all of them. */
  let deleted = 0;

  async function step(): Promise<void> {
    let delayMs = RETENTION_ROUND_MS;
    try {
      const gone = await store.deleteFinishedBefore(clock.now() - days * DAY_MS, RETENTION_STEP.limit);
      deleted += gone;
      if (gone === RETENTION_STEP.limit) delayMs = RETENTION_STEP.pauseMs;
      else tell();
    } catch (error) {
      tell();
      log.warn({ err: error }, `${what}.retire_failed`);
    }
    schedule(delayMs);
  }

  function tell(): void {
    if (deleted > 0) log.info({ deleted }, `${what}.retired`);
    deleted = 0;
  }

  function schedule(delayMs: number): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      underWay = step();
    }, delayMs);
    timer.unref();
  }

  return {
    start: () => schedule(RETENTION_STEP.pauseMs),
    /** Resolves when the step under way is done: the database may be closed then. */
    stop: async (): Promise<void> => {
      isStopped = true;
      clearTimeout(timer);
      await underWay;
      tell();
    },
  };
}
