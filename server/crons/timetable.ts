/** When a cron ticks. Schedules are read once and remembered, as a list of crons asks for the same ones again and again. */
import { createLru } from '../lib/lru.ts';
import { isZone } from '../lib/zone.ts';
import { parseSchedule } from './schedule/parse.ts';
import { newestTicks, nextTick } from './schedule/ticks.ts';

export interface Ticking {
  readonly schedule: string;
  /** IANA. */
  readonly timezone: string;
}

export interface Timetable {
  /** The first tick after the given time; null when none comes within 40 years, or nothing can be read of it any more. */
  readonly next: (cron: Ticking, afterMs: number) => number | null;
  /** The first `count` ticks after the given time. */
  readonly nextFew: (cron: Ticking, afterMs: number, count: number) => readonly number[];
  /** Of the ticks after the one time and up to the other the newest `limit`, oldest first, and how many more there are. */
  readonly newest: (
    cron: Ticking,
    afterMs: number,
    untilMs: number,
    limit: number,
  ) => { readonly ticks: readonly number[]; readonly skipped: number };
}

type Read = Extract<ReturnType<typeof parseSchedule>, { schedule: unknown }>['schedule'];

/** Schedules that are remembered. */
const REMEMBERED = 10_000;

export function createTimetable(): Timetable {
  const known = createLru<string, { readonly schedule: Read | null }>(REMEMBERED);

  /** Null where a newer program knows the schedule or the zone no more: such a cron rests, and holds up nothing. */
  function read({ schedule: text, timezone }: Ticking): Read | null {
    const key = `${timezone} ${text}`;
    const before = known.get(key);
    if (before !== undefined) return before.schedule;
    const parsed = isZone(timezone) ? parseSchedule(text) : undefined;
    const schedule = parsed !== undefined && 'schedule' in parsed ? parsed.schedule : null;
    known.set(key, { schedule });
    return schedule;
  }

  function next(cron: Ticking, afterMs: number): number | null {
    const schedule = read(cron);
    return schedule === null ? null : nextTick(schedule, cron.timezone, afterMs);
  }

  return {
    next,

    nextFew: (cron, afterMs, count) => {
      const ticks: number[] = [];
      while (ticks.length < count) {
        const tick = next(cron, ticks.at(-1) ?? afterMs);
        if (tick === null) break;
        ticks.push(tick);
      }
      return ticks;
    },

    newest: (cron, afterMs, untilMs, limit) => {
      const schedule = read(cron);
      return schedule === null
        ? { ticks: [], skipped: 0 }
        : newestTicks(schedule, cron.timezone, afterMs, untilMs, limit);
    },
  };
}
