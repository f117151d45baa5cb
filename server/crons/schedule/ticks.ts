/**
 * The moments of a schedule in a time zone. When clocks change it keeps to cron(8) of Debian: a fixed schedule whose
 * time is skipped runs once, at the moment of the change, and one whose time comes twice runs the first time only; all
 * others follow the clock on the wall, with no tick in a skipped hour and ticks in both of a repeated one. A tick
 * depends on schedule and zone alone, not on where the search began. All moments are whole seconds since the epoch, in ms.
 */
import type { Schedule } from './schedule.ts';
import { type Span, spanAt } from './spans.ts';
import { countWallTimes, nextWallTime } from './wall.ts';

/** 29 February on a Monday can be forty years away, where a year such as 2100 is none of 366 days. */
const HORIZON_MS = 41 * 366 * 86_400_000;
/** The last moment a Date can hold, less the ways of all clocks. */
const END_OF_TIME_MS = 8.64e15 - 366 * 86_400_000;
/** Clocks of one zone, before and after a change, are never further apart. */
const TWO_DAYS_MS = 2 * 86_400_000;

/** The first tick after a moment; null when none comes within forty years. */
export function nextTick(schedule: Schedule, zone: string, afterMs: number): number | null {
  const first = secondAfter(afterMs);
  const end = Math.min(first + HORIZON_MS, END_OF_TIME_MS);
  for (let at = first; at < end;) {
    const span = spanAt(zone, at);
    if (isMakeUp(schedule, span, at)) return at;
    const wall = nextWallTime(schedule, wallFrom(schedule, span, at), end + span.offset);
    if (wall === null) return null;
    if (wall - span.offset < span.to) return wall - span.offset;
    // Clocks put back at the end of the span may show what the wall has passed already: too near an end is not leapt over.
    at = span.to - at > TWO_DAYS_MS ? Math.max(span.to, wall - TWO_DAYS_MS) : span.to;
  }
  return null;
}

/** The ticks after one moment up to and including another, the first `limit` of them, in order. */
export function ticksBetween(
  schedule: Schedule,
  zone: string,
  afterMs: number,
  untilMs: number,
  limit: number,
): number[] {
  const ticks: number[] = [];
  for (let at = afterMs; ticks.length < limit;) {
    const tick = nextTick(schedule, zone, at);
    if (tick === null || tick > untilMs) break;
    ticks.push((at = tick));
  }
  return ticks;
}

/** How many ticks there are after one moment up to and including another: exact, at the price of a step per day. */
export function countTicks(schedule: Schedule, zone: string, afterMs: number, untilMs: number): number {
  const end = Math.min(secondAfter(untilMs), END_OF_TIME_MS);
  let count = 0;
  for (let at = secondAfter(afterMs); at < end;) {
    const span = spanAt(zone, at);
    const to = Math.min(span.to, end);
    const from = wallFrom(schedule, span, at);
    count += countWallTimes(schedule, from, to + span.offset);
    // The moment of the change counts once, whether it makes up for a skipped time, has one of its own, or both.
    const isOwn = countWallTimes(schedule, from, from + 1000) > 0;
    if (isMakeUp(schedule, span, at) && !isOwn) count++;
    at = to;
  }
  return count;
}

/**
 * The newest `limit` ticks after one moment up to and including another, in order, and how many older ones there are.
 * It does not walk through those: a month of ticks every second costs no more than a month of daily ones.
 */
export function newestTicks(
  schedule: Schedule,
  zone: string,
  afterMs: number,
  untilMs: number,
  limit: number,
): { readonly ticks: number[]; readonly skipped: number } {
  const total = countTicks(schedule, zone, afterMs, untilMs);
  const skipped = Math.max(0, total - limit);
  if (skipped === 0) return { ticks: ticksBetween(schedule, zone, afterMs, untilMs, total), skipped };
  // The last second with `limit` ticks or more behind it: with exactly so many, as no two ticks share a second.
  let [low, high] = [Math.floor(afterMs / 1000), Math.floor(untilMs / 1000) + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (countTicks(schedule, zone, middle * 1000, untilMs) >= limit) low = middle;
    else high = middle;
  }
  return { ticks: ticksBetween(schedule, zone, low * 1000, untilMs, limit), skipped };
}

const secondAfter = (utcMs: number): number => Math.floor(utcMs / 1000) * 1000 + 1000;

/** Where on the wall the search goes on: a fixed schedule leaves out what the clocks have shown before. */
function wallFrom({ isFixed }: Schedule, span: Span, at: number): number {
  return isFixed ? Math.max(at + span.offset, span.from + span.before) : at + span.offset;
}

/** Whether clocks go forward at this very moment, over a time of a fixed schedule. */
function isMakeUp(schedule: Schedule, { from, before, offset }: Span, at: number): boolean {
  return schedule.isFixed && at === from && nextWallTime(schedule, from + before, from + offset) !== null;
}
