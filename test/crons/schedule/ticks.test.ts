import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../server/crons/schedule/schedule.ts';
import { countTicks, newestTicks, nextTick, ticksBetween } from '../../../server/crons/schedule/ticks.ts';
import { scheduleOf } from './generate.ts';

const FAR = Date.parse('2200-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** As `2026-01-31T00:00`, with seconds where there are any. */
const shown = (at: number): string => new Date(at).toISOString().replace(/(:00)?\.000Z$/, '');

function following(text: string, zone: string, after: string, count: number): string[] {
  return ticksBetween(scheduleOf(text), zone, Date.parse(after), FAR, count).map(shown);
}

describe('ticks in UTC', () => {
  it.each<[string, string, string[]]>([
    ['30 9 * * *', '2026-12-31T09:29:59Z', ['2026-12-31T09:30', '2027-01-01T09:30']],
    ['0 9 * * MON-FRI', '2026-11-20T12:00:00Z', ['2026-11-23T09:00', '2026-11-24T09:00']],
    [
      '0 0 31 * *',
      '2026-01-31T00:00:00Z',
      ['2026-03-31T00:00', '2026-05-31T00:00', '2026-07-31T00:00', '2026-08-31T00:00'],
    ],
    ['0 0 29 2 *', '2026-11-21T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 29 2 *', '2096-02-29T00:00:00Z', ['2104-02-29T00:00']],
    ['0 0 28-29 2 *', '2100-01-01T00:00:00Z', ['2100-02-28T00:00', '2101-02-28T00:00']],
    ['0 0 * 2 1#5', '2026-01-01T00:00:00Z', ['2044-02-29T00:00', '2072-02-29T00:00', '2112-02-29T00:00']],
    [
      '0 0 L * *',
      '2027-12-31T00:00:00Z',
      ['2028-01-31T00:00', '2028-02-29T00:00', '2028-03-31T00:00', '2028-04-30T00:00'],
    ],
    ['0 0 L 2 *', '2099-12-31T00:00:00Z', ['2100-02-28T00:00', '2101-02-28T00:00']],
    ['0 0 L-3 * *', '2026-02-01T00:00:00Z', ['2026-02-25T00:00', '2026-03-28T00:00']],
    ['0 0 L-28 2 *', '2026-01-01T00:00:00Z', ['2028-02-01T00:00', '2032-02-01T00:00']],
    ['0 0 LW * *', '2026-01-01T00:00:00Z', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-31T00:00']],
    ['0 0 LW 5 *', '2026-01-01T00:00:00Z', ['2026-05-29T00:00']],
    [
      '0 0 15W * *',
      '2026-08-01T00:00:00Z',
      ['2026-08-14T00:00', '2026-09-15T00:00', '2026-10-15T00:00', '2026-11-16T00:00'],
    ],
    ['0 0 1W * *', '2026-07-31T12:00:00Z', ['2026-08-03T00:00', '2026-09-01T00:00']],
    ['0 0 31W * *', '2026-05-01T00:00:00Z', ['2026-05-29T00:00', '2026-07-31T00:00']],
    ['0 0 * * 5#2', '2026-01-01T00:00:00Z', ['2026-01-09T00:00', '2026-02-13T00:00', '2026-03-13T00:00']],
    ['0 0 * * MON#5', '2026-01-01T00:00:00Z', ['2026-03-30T00:00', '2026-06-29T00:00', '2026-08-31T00:00']],
    ['0 0 * * 5L', '2026-01-01T00:00:00Z', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-27T00:00']],
    ['0 0 * * 7', '2026-01-01T00:00:00Z', ['2026-01-04T00:00', '2026-01-11T00:00']],
    [
      '0 22-1 * * *',
      '2026-01-01T21:30:00Z',
      ['2026-01-01T22:00', '2026-01-01T23:00', '2026-01-02T00:00', '2026-01-02T01:00', '2026-01-02T22:00'],
    ],
    [
      '0 0 1 NOV-FEB *',
      '2026-01-15T00:00:00Z',
      ['2026-02-01T00:00', '2026-11-01T00:00', '2026-12-01T00:00', '2027-01-01T00:00'],
    ],
    ['*/20 59 23 31 12 *', '2026-12-31T23:59:15Z', ['2026-12-31T23:59:20', '2026-12-31T23:59:40', '2027-12-31T23:59']],
    ['* * * * * *', '2026-12-31T23:59:58Z', ['2026-12-31T23:59:59', '2027-01-01T00:00', '2027-01-01T00:00:01']],
    ['*/7 * * * *', '2026-01-01T00:50:00Z', ['2026-01-01T00:56', '2026-01-01T01:00', '2026-01-01T01:07']],
    ['@hourly', '2026-01-01T00:00:00Z', ['2026-01-01T01:00', '2026-01-01T02:00']],
    ['@weekly', '2026-01-01T00:00:00Z', ['2026-01-04T00:00', '2026-01-11T00:00']],
    ['@monthly', '2026-01-01T00:00:00Z', ['2026-02-01T00:00', '2026-03-01T00:00']],
    ['@yearly', '2026-01-01T00:00:00Z', ['2027-01-01T00:00', '2028-01-01T00:00']],
  ])('%s after %s', (text, after, ticks) => {
    expect(following(text, 'UTC', after, ticks.length)).toEqual(ticks);
  });

  it.each<[string, string, string[]]>([
    [
      '0 0 1 * MON',
      '2026-01-01T00:00:00Z',
      ['2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26', '2026-02-01', '2026-02-02'],
    ],
    ['0 0 L * 5#2', '2026-01-01T00:00:00Z', ['2026-01-09', '2026-01-31', '2026-02-13', '2026-02-28']],
    ['0 0 */10 * SAT', '2026-01-01T00:00:00Z', ['2026-01-03', '2026-01-10', '2026-01-11', '2026-01-17', '2026-01-21']],
    ['0 0 13 * *', '2026-01-01T00:00:00Z', ['2026-01-13', '2026-02-13']],
    ['0 0 13 * ?', '2026-01-01T00:00:00Z', ['2026-01-13', '2026-02-13']],
    ['0 0 ? * FRI', '2026-01-01T00:00:00Z', ['2026-01-02', '2026-01-09']],
  ])('takes a day that either day field has, unless one asks for nothing: %s', (text, after, dates) => {
    expect(following(text, 'UTC', after, dates.length)).toEqual(dates.map((date) => `${date}T00:00`));
  });

  it('never gives the moment it is asked from, and whole seconds only', () => {
    const schedule = scheduleOf('* * * * * *');
    expect([0, 1, 999, 1000, -1, -1000].map((after) => nextTick(schedule, 'UTC', after))).toEqual([
      1000, 1000, 1000, 2000, 0, 0,
    ]);
  });

  it('gives null when nothing comes in forty years, or at the end of time', () => {
    const never: Schedule = { ...scheduleOf('0 0 30 * *'), months: [2] };
    expect(nextTick(never, 'UTC', 0)).toBeNull();
    expect(nextTick(never, 'Europe/Berlin', 0)).toBeNull();
    expect(nextTick(scheduleOf('* * * * *'), 'Europe/Berlin', 8.64e15)).toBeNull();
  });
});

describe('newestTicks', () => {
  const from = Date.parse('2026-03-01T00:00:00Z');
  const zone = 'Europe/Berlin';

  it('gives all of a few, in order, up to and including the end', () => {
    const { ticks, skipped } = newestTicks(scheduleOf('0 12 * * *'), 'UTC', from, from + 2.5 * DAY_MS, 10);
    expect([ticks.map(shown), skipped]).toEqual([['2026-03-01T12:00', '2026-03-02T12:00', '2026-03-03T12:00'], 0]);
  });

  it('gives the newest of many, and says exactly how many older ones there are', () => {
    const until = from + 31 * DAY_MS;
    const { ticks, skipped } = newestTicks(scheduleOf('* * * * * *'), zone, from, until, 3);
    expect(ticks).toEqual([until - 2000, until - 1000, until]);
    expect(skipped).toBe(31 * 86_400 - 3);
  });

  it.each(['*/30 1-3 * * *', '0,30 1-3 * * *', '15 2 * * SUN', '0 0 */4 * * *'])(
    'is right about %s over both changes of the clocks, at any limit',
    (text) => {
      const schedule = scheduleOf(text);
      const until = Date.parse('2026-11-01T00:00:30Z');
      const all = ticksBetween(schedule, zone, from + 500, until, 10_000);
      expect(all.length).toBeGreaterThan(30);
      expect(countTicks(schedule, zone, from + 500, until)).toBe(all.length);
      for (const limit of [0, 1, 2, 7, all.length - 1, all.length, all.length + 1]) {
        expect(newestTicks(schedule, zone, from + 500, until, limit)).toEqual({
          ticks: all.slice(Math.max(0, all.length - limit)),
          skipped: Math.max(0, all.length - limit),
        });
      }
    },
  );

  it('gives nothing for an empty span', () => {
    expect(newestTicks(scheduleOf('* * * * *'), zone, from, from, 5)).toEqual({ ticks: [], skipped: 0 });
    expect(newestTicks(scheduleOf('* * * * *'), zone, from, from - HOUR_MS, 5)).toEqual({ ticks: [], skipped: 0 });
  });
});
