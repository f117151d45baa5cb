/** The same schedules, computed by two other libraries. */
import { Cron } from 'croner';
import { type CronExpression, CronExpressionParser } from 'cron-parser';
import { describe, expect, it } from 'vitest';
import { spanAt } from '../../../server/crons/schedule/spans.ts';
import { countTicks, ticksBetween } from '../../../server/crons/schedule/ticks.ts';
import { generateSchedules } from './generate.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FROM = Date.UTC(2026, 0);
const TO = Date.UTC(2027, 0);
/** A schedule with no more ticks a year is compared tick by tick, others in windows. */
const FEW = 400;

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Europe/Dublin',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Antarctica/Troll',
  'Pacific/Chatham',
];

interface Window {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

const changesOf = (zone: string): number[] => {
  const changes: number[] = [];
  for (let at = spanAt(zone, FROM).to; at < TO; at = spanAt(zone, at).to) changes.push(at);
  return changes;
};

/** Around the ends of the months, and before, at and after each change of the clocks. */
function windowsOf(zone: string): Window[] {
  const monthEnds = Array.from({ length: 12 }, (_, month) => Date.UTC(2026, month + 1));
  return [
    ...monthEnds.map((at) => ({ from: at - 15 * HOUR_MS, to: at + 15 * HOUR_MS, limit: 12 })),
    ...changesOf(zone).flatMap((at) =>
      [-70, -1, 29, 59].map((minutes) => ({ from: at + minutes * MINUTE_MS, to: at + 6 * HOUR_MS, limit: 25 })),
    ),
  ];
}

function ticksOf(next: (afterMs: number) => number | undefined, { from, to, limit }: Window): number[] {
  const ticks: number[] = [];
  for (let at = from; ticks.length < limit;) {
    const tick = next(at);
    if (tick === undefined || tick > to) break;
    ticks.push((at = tick));
  }
  return ticks;
}

function readByCronParser(text: string, zone: string): CronExpression | null {
  if (text.includes('W')) return null;
  try {
    return CronExpressionParser.parse(text, { tz: zone });
  } catch (error) {
    if (error instanceof Error && error.message.includes('duplicate values')) return null;
    throw error;
  }
}

const SEED = 20_261_121;

describe(`ticks of two hundred schedules with the seed ${SEED}`, () => {
  // Whole-day changes (Pacific/Apia 2011) are left to the tests by hand: croner makes up for skipped hours, not for days.
  // So are L-3, names in full, lists with LW and ranges that wrap (22-2), which it does not read.
  it('are those of croner, changes of the clocks included', () => {
    let compared = 0;
    let fixedAtChanges = 0;
    let sparse = 0;
    for (const [index, { text, schedule }] of generateSchedules(SEED, 200).entries()) {
      const zone = ZONES[index % ZONES.length]!;
      const cron = new Cron(text, { timezone: zone, fixedTimeRule: 'no-wildcard' });
      const isSparse = countTicks(schedule, zone, FROM, TO) <= FEW;
      for (const window of isSparse ? [{ from: FROM, to: TO, limit: FEW }] : windowsOf(zone)) {
        const theirs = ticksOf((after) => cron.nextRun(new Date(after))?.getTime(), window);
        const ours = ticksBetween(schedule, zone, window.from, window.to, window.limit);
        expect({ text, zone, ticks: ours }).toEqual({ text, zone, ticks: theirs });
        compared += theirs.length;
      }
      if (isSparse) sparse++;
      if (schedule.isFixed) {
        const changes = changesOf(zone);
        fixedAtChanges += changes.filter((at) => countTicks(schedule, zone, at - 2 * HOUR_MS, at + HOUR_MS) > 0).length;
      }
    }
    expect(compared).toBeGreaterThan(15_000);
    expect(sparse).toBeGreaterThan(50);
    expect(fixedAtChanges).toBeGreaterThan(10);
  });

  // Near a change of the clocks cron-parser follows rules of its own, and it reads neither 15W and LW nor lists that
  // name a value twice (5,1-9): those are not asked.
  it('are those of cron-parser on days without a change', () => {
    let compared = 0;
    let schedules = 0;
    for (const [index, { text, schedule }] of generateSchedules(SEED + 1, 200).entries()) {
      const zone = ZONES[index % ZONES.length]!;
      const changes = changesOf(zone);
      const expression = readByCronParser(text, zone);
      if (!expression) continue;
      for (const from of [0, 29, 58, 120, 180, 240, 300].map((day) => FROM + day * 24 * HOUR_MS)) {
        const window = { from, to: from + 3 * 24 * HOUR_MS, limit: 20 };
        if (changes.some((at) => at > window.from - 24 * HOUR_MS && at < window.to + 24 * HOUR_MS)) continue;
        expression.reset(new Date(from));
        const theirs = ticksOf(() => expression.next().getTime(), window);
        const ours = ticksBetween(schedule, zone, window.from, window.to, window.limit);
        expect({ text, zone, ticks: ours }).toEqual({ text, zone, ticks: theirs });
        compared += theirs.length;
      }
      schedules++;
    }
    expect(schedules).toBeGreaterThan(100);
    expect(compared).toBeGreaterThan(4_000);
  });
});
