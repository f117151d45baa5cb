import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../server/crons/schedule/parse.ts';
import { scheduleOf } from './generate.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const every = (...weekdays: number[]) => weekdays.map((weekday) => ({ kind: 'every', weekday }));
const days = (...numbers: number[]) => numbers.map((day) => ({ kind: 'day', day }));

describe('parseSchedule', () => {
  it('reads five fields as six with the second 0', () => {
    expect(parseSchedule('30 9 * * *')).toEqual({
      schedule: {
        seconds: [0],
        minutes: [30],
        hours: [9],
        months: range(1, 12),
        daysOfMonth: null,
        daysOfWeek: null,
        hasSeconds: false,
        isFixed: true,
      },
    });
    expect(scheduleOf('15 30 9 * * *')).toMatchObject({ seconds: [15], minutes: [30], hours: [9], hasSeconds: true });
  });

  it.each([
    ['*/15 * * * *', { minutes: [0, 15, 30, 45], hours: range(0, 23) }],
    ['*/20 * * * * *', { seconds: [0, 20, 40], minutes: range(0, 59) }],
    ['1,2,2,01 * * * *', { minutes: [1, 2] }],
    ['50-10/5 * * * *', { minutes: [0, 5, 10, 50, 55] }],
    ['0 22-2 * * *', { hours: [0, 1, 2, 22, 23] }],
    ['0 0 28-2 * *', { daysOfMonth: days(28, 29, 30, 31, 1, 2) }],
    ['0 0 1 nov-FEB *', { months: [1, 2, 11, 12] }],
    ['0 0 1 january,Sep *', { months: [1, 9] }],
    ['0 0 * * 7', { daysOfWeek: every(0) }],
    ['0 0 * * 5-7', { daysOfWeek: every(5, 6, 0) }],
    ['0 0 * * FRI-monday', { daysOfWeek: every(5, 6, 0, 1) }],
    ['0 0 * * 7-2', { daysOfWeek: every(0, 1, 2) }],
    ['0 0 * * 0-7', { daysOfWeek: every(0, 1, 2, 3, 4, 5, 6) }],
    ['0 0 ? * MON', { daysOfMonth: null, daysOfWeek: every(1) }],
    ['0 0 1 * ?', { daysOfMonth: days(1), daysOfWeek: null }],
    ['0 0 L * *', { daysOfMonth: [{ kind: 'last', daysBefore: 0 }] }],
    ['0 0 l-3,5 * *', { daysOfMonth: [{ kind: 'last', daysBefore: 3 }, ...days(5)] }],
    ['0 0 LW,15w * *', { daysOfMonth: [{ kind: 'lastWeekday' }, { kind: 'nearestWeekday', day: 15 }] }],
    [
      '0 0 * * 5#2,MON#1',
      {
        daysOfWeek: [
          { kind: 'nth', weekday: 5, nth: 2 },
          { kind: 'nth', weekday: 1, nth: 1 },
        ],
      },
    ],
    [
      '0 0 * * 5L,sunL',
      {
        daysOfWeek: [
          { kind: 'last', weekday: 5 },
          { kind: 'last', weekday: 0 },
        ],
      },
    ],
    [
      '0 0 * * 7L,7#3',
      {
        daysOfWeek: [
          { kind: 'last', weekday: 0 },
          { kind: 'nth', weekday: 0, nth: 3 },
        ],
      },
    ],
    ['  0\t9  * * 1-5 ', { hours: [9], daysOfWeek: every(1, 2, 3, 4, 5) }],
    ['*/60 */24 * * *', { minutes: [0], hours: [0] }],
  ])('reads %j', (text, expected) => {
    expect(scheduleOf(text)).toMatchObject(expected);
  });

  it.each([
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    [' @Annually ', '0 0 1 1 *'],
  ])('reads %s as %s', (nickname, fields) => {
    expect(parseSchedule(nickname)).toEqual(parseSchedule(fields));
  });

  it.each([
    ['30 2 * * *', true],
    ['0,30 1-3 * * *', true],
    ['@daily', true],
    ['0 0 */2 * *', true],
    ['0 30 2 * * *', true],
    ['@hourly', false],
    ['* 2 * * *', false],
    ['0-30/10 2 * * *', false],
    ['*/10 30 2 * * *', false],
  ])('holds that %s names times of the day: %s', (text, isFixed) => {
    expect(scheduleOf(text).isFixed).toBe(isFixed);
  });

  it.each([
    ['61 * * * *', 'minute', '61'],
    ['60 * * * * *', 'second', '60'],
    ['0 24 * * *', 'hour', '24'],
    ['0 0 0 * *', 'day of month', '0'],
    ['0 0 32 * *', 'day of month', '32'],
    ['0 0 1 13 *', 'month', '13'],
    ['0 0 * * 8', 'day of week', '8'],
    ['1,,2 * * * *', 'minute', ''],
    [', * * * *', 'minute', ''],
    ['1- * * * *', 'minute', '1-'],
    ['-1 * * * *', 'minute', '-1'],
    ['1-2-3 * * * *', 'minute', '1-2-3'],
    ['*/0 * * * *', 'minute', '*/0'],
    ['*/90 * * * *', 'minute', '*/90'],
    ['*/ * * * *', 'minute', '*/'],
    ['*/*/2 * * * *', 'minute', '*/*/2'],
    ['** * * * *', 'minute', '**'],
    ['1* * * * *', 'minute', '1*'],
    ['5/15 * * * *', 'minute', '5/15'],
    ['70-5 * * * *', 'minute', '70-5'],
    ['0-999999999 * * * *', 'minute', '0-999999999'],
    ['005 * * * *', 'minute', '005'],
    ['L * * * *', 'minute', 'L'],
    ['? * * * *', 'minute', '?'],
    ['MON * * * *', 'minute', 'MON'],
    ['0 0 1,? * *', 'day of month', '?'],
    ['0 0 L-0 * *', 'day of month', 'L-0'],
    ['0 0 L-31 * *', 'day of month', 'L-31'],
    ['0 0 32W * *', 'day of month', '32W'],
    ['0 0 1-5W * *', 'day of month', '1-5W'],
    ['0 0 W * *', 'day of month', 'W'],
    ['0 0 1 JAN2 *', 'month', 'JAN2'],
    ['0 0 1 JANFEB *', 'month', 'JANFEB'],
    ['0 0 1 MON *', 'month', 'MON'],
    ['0 0 1 FEBL *', 'month', 'FEBL'],
    ['0 0 * * 0MON', 'day of week', '0MON'],
    ['0 0 * * FRIDA', 'day of week', 'FRIDA'],
    ['0 0 * * L', 'day of week', 'L'],
    ['0 0 * * 5#6', 'day of week', '5#6'],
    ['0 0 * * 5#0', 'day of week', '5#0'],
    ['0 0 * * #2', 'day of week', '#2'],
    ['0 0 * * 5-6L', 'day of week', '5-6L'],
    ['0 0 31 2,4 *', 'day of month', '31'],
    ['0 0 30 2 *', 'day of month', '30'],
    ['0 0 30,31 FEB *', 'day of month', '30,31'],
    ['0 0 30W 2 *', 'day of month', '30W'],
    ['0 0 L-29 2 *', 'day of month', 'L-29'],
    ['0 0 L-30 4,6 *', 'day of month', 'L-30'],
    ['0 0 30 2 MON', 'day of month', '30'],
    ['@reboot', 'schedule', '@reboot'],
    ['@every 5m', 'schedule', '@every 5m'],
    ['', 'schedule', ''],
    ['   ', 'schedule', '   '],
    ['* * * *', 'schedule', '* * * *'],
    ['* * * * * * *', 'schedule', '* * * * * * *'],
    ['é * * * *', 'schedule', 'é * * * *'],
    ['١ * * * *', 'schedule', '١ * * * *'],
    ['* * * *\u00a0*', 'schedule', '* * * *\u00a0*'],
    ['* * * *\n*', 'schedule', '* * * *\n*'],
    ['0 0 ſat * *', 'schedule', '0 0 ſat * *'],
  ])('refuses %j', (text, field, value) => {
    const parsed = parseSchedule(text);
    expect('faults' in parsed && parsed.faults.map((fault) => [fault.field, fault.value])).toEqual([[field, value]]);
  });

  it.each([
    ['61 * * * *', "minute: '61' is no minute; expected 0 to 59, `*`, lists (1,2), ranges (1-5) or steps (*/5)."],
    [
      '5/15 * * * *',
      "minute: '5/15' has a step but no range (5-59/15); expected 0 to 59, `*`, lists (1,2), ranges (1-5) or steps (*/5).",
    ],
    ['0 0 31 2,4 *', "day of month: '31' never comes in the months '2,4'; expected a day that one of them has."],
    [
      '* * * *',
      'schedule: it has 4 fields; expected five fields (minute, hour, day of month, month, day of week) or six with seconds in front.',
    ],
  ])('says what is wrong with %j and what was expected', (text, message) => {
    expect(parseSchedule(text)).toMatchObject({ faults: [{ message }] });
  });

  it('refuses ten thousand characters without reading them, and shows the first', () => {
    const message = 'schedule: it has 10000 characters; expected at most 200.';
    const value = `${'*,'.repeat(20)}…`;
    expect(parseSchedule('*,'.repeat(5_000))).toEqual({ faults: [{ field: 'schedule', value, message }] });
  });

  it('names everything that is wrong, entry by entry', () => {
    const parsed = parseSchedule('61,62 25 32 13 8');
    expect('faults' in parsed && parsed.faults.map(({ field, value }) => `${field} ${value}`)).toEqual([
      'minute 61',
      'minute 62',
      'hour 25',
      'day of month 32',
      'month 13',
      'day of week 8',
    ]);
  });
});
