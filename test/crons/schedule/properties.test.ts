import { describe, expect, it } from 'vitest';
import { lastDayOf, matchesDay } from '../../../server/crons/schedule/days.ts';
import { countTicks, nextTick, ticksBetween } from '../../../server/crons/schedule/ticks.ts';
import type { Schedule } from '../../../server/crons/schedule/schedule.ts';
import { generateSchedules, randomOf, scheduleOf } from './generate.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SEED = 987_654;

/** Moments at which clocks change, by the tz database. */
const CHANGES: readonly (readonly [zone: string, at: string])[] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/St_Johns', '2026-03-08T05:30:00Z'],
  ['America/St_Johns', '2026-11-01T04:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
];

/** What a clock on the wall shows, as Intl prints it: not by the way that the code under test computes it. */
function createWall(zone: string): (at: number) => Record<string, number> {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
}

function shows(schedule: Schedule, wall: Record<string, number>): boolean {
  const { year, month, day, hour, minute, second } = wall as Record<
    'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
    number
  >;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return (
    schedule.seconds.includes(second) &&
    schedule.minutes.includes(minute) &&
    schedule.hours.includes(hour) &&
    schedule.months.includes(month) &&
    matchesDay(schedule, { year, month, day, weekday, last: lastDayOf(year, month) })
  );
}

describe.each(CHANGES)('ticks in %s around %s', (zone, change) => {
  const at = Date.parse(change);
  const [from, to] = [at - 3.5 * DAY_MS, at + 3.5 * DAY_MS];
  const generated = generateSchedules(SEED + (at % 1000) + zone.length, 30);

  it('ascend, are what the clock shows unless they make up for a skipped time, and each is the next of the second before', () => {
    const wallAt = createWall(zone);
    let checked = 0;
    for (const { text, schedule } of generated) {
      for (const start of [from, at - 2 * HOUR_MS]) {
        const ticks = ticksBetween(schedule, zone, start, to, 40);
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
        const isWrong = (tick: number): boolean =>
          (!shows(schedule, wallAt(tick)) && !(schedule.isFixed && tick === at)) ||
          nextTick(schedule, zone, tick - 1000) !== tick ||
          nextTick(schedule, zone, tick - 1) !== tick;
        expect([text, ticks.filter(isWrong)]).toEqual([text, []]);
        checked += ticks.length;
      }
    }
    expect(checked).toBeGreaterThan(300);
  });

  it('are the same from wherever the search begins', () => {
    const random = randomOf(SEED);
    let compared = 0;
    for (const { text, schedule } of generated) {
      const until = at + 2 * HOUR_MS;
      if (countTicks(schedule, zone, from, until) > 300) continue;
      const all = ticksBetween(schedule, zone, from, to, 320);
      for (let point = 0; point < 20; point++) {
        const start = point % 2 === 0 ? from + random(7 * DAY_MS) : at + random(6 * HOUR_MS) - 3 * HOUR_MS;
        const expected = all.filter((tick) => tick > start).slice(0, 5);
        expect([text, start, ticksBetween(schedule, zone, start, all.at(-1) ?? to, 5)]).toEqual([
          text,
          start,
          expected,
        ]);
        compared += expected.length;
      }
    }
    expect(compared).toBeGreaterThan(300);
  });

  // Every fifth second is looked at, so that no tick can be missing.
  it.each(['*/10 * * * * *', '0 */5 * * * *', '30 15 */1 * * *'])(
    'leave out no second that the clock shows: %s',
    (text) => {
      const schedule = scheduleOf(text);
      const wallAt = createWall(zone);
      const [start, end] = [at - 1.2 * HOUR_MS, at + 1.2 * HOUR_MS];
      const expected: number[] = [];
      for (let second = start + 5000; second <= end; second += 5000)
        if (shows(schedule, wallAt(second))) expected.push(second);
      expect(ticksBetween(schedule, zone, start, end, 10_000)).toEqual(expected);
      expect(expected.length).toBeGreaterThan(1);
    },
  );
});
