/**
 * What becomes of the ticks that are due: which are on time, which fell into a downtime or a stall, and which of those
 * are made up for. A pure decision; what a cron does when its runs overlap comes after it.
 */
import { MAX_MISSED, type CronMissed } from '../schemas/cron.ts';

/** The newest due tick is on time if it is no later than this: a server that starts within the minute misses nothing. */
export const ON_TIME_MS = 60_000;
/** Ticks no later than this are all on time: a server that was busy for a moment is no server that was away. */
export const STALL_MS = 5_000;
/**
 * Of the ticks that are due so many need be looked at, before the first try and since: those that may be made up for, all
 * that can be on time beside them (one for each second of a stall), and one more, so that what is left out is older.
 */
export function ticksLookedAt(missed: CronMissed): number {
  return mostCaughtUp(missed) + STALL_MS / 1_000 + 2;
}

export interface DueTicks {
  /** In milliseconds, oldest first. */
  readonly ticks: readonly number[];
  readonly missed: CronMissed;
  readonly nowMs: number;
  /** When these ticks were first tried, if their runs could not be started then. */
  readonly triedMs?: number | undefined;
}

/** Every tick is in exactly one of the three, oldest first. */
export interface DueDecision {
  readonly onTime: readonly number[];
  /** Late, and to be run all the same. */
  readonly caughtUp: readonly number[];
  /** Late, and not to be run. */
  readonly passedOver: readonly number[];
}

export function decideDue({ ticks, missed, nowMs, triedMs = -Infinity }: DueTicks): DueDecision {
  const tried = ticks.filter((tick) => tick <= triedMs);
  const fresh = ticks.filter((tick) => tick > triedMs);
  // A cron that wants all of its ticks and is behind catches up: none of them may be skipped for being on time.
  const isBehind = missed === 'all' && ticks.length > 1;
  const onTime = isBehind ? [] : [...onTimeAt(Math.min(triedMs, nowMs), tried), ...onTimeAt(nowMs, fresh)];
  const late = ticks.filter((tick) => !onTime.includes(tick));
  const count = missed === 'once' && onTime.length > 0 ? 0 : mostCaughtUp(missed);
  const caughtUp = count === 0 ? [] : late.slice(-count);
  return { onTime, caughtUp, passedOver: late.slice(0, late.length - caughtUp.length) };
}

function onTimeAt(atMs: number, ticks: readonly number[]): readonly number[] {
  return ticks.filter((tick, i) => atMs - tick <= (i === ticks.length - 1 ? ON_TIME_MS : STALL_MS));
}

/** How many of the late ones may be run. */
function mostCaughtUp(missed: CronMissed): number {
  switch (missed) {
    case 'skip':
      return 0;
    case 'once':
      return 1;
    case 'all':
      return MAX_MISSED;
  }
}
