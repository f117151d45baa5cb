/** Finished runs leave after the retention time, in steps small enough that nobody notices. */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { RunStore } from './store.ts';

const STEP = { runs: 200, pauseMs: 250 };
const ROUND_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export interface RetentionDeps {
  readonly store: Pick<RunStore, 'deleteFinishedBefore'>;
  readonly days: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createRetention({ store, days, clock, log }: RetentionDeps) {
  let timer: NodeJS.Timeout | undefined;

  async function step(): Promise<void> {
    let delayMs = ROUND_MS;
    try {
      const deleted = await store.deleteFinishedBefore(clock.now() - days * DAY_MS, STEP.runs);
      if (deleted > 0) log.info({ deleted }, 'runs.retired');
      if (deleted === STEP.runs) delayMs = STEP.pauseMs;
    } catch (error) {
      log.warn({ err: error }, 'runs.retire_failed');
    }
    schedule(delayMs);
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => void step(), delayMs);
    timer.unref();
  }

  return {
    start: () => schedule(STEP.pauseMs),
    stop: () => clearTimeout(timer),
  };
}
