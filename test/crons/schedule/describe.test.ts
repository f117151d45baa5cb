import { describe, expect, it } from 'vitest';
import { describeSchedule } from '../../../server/crons/schedule/describe.ts';
import { generateSchedules } from './generate.ts';

describe('describeSchedule', () => {
  it.each([
    ['0 9 * * MON-FRI', 'At 09:00, Monday through Friday'],
    ['30 2,14 * * *', 'At 02:30 and 14:30, every day'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['@hourly', 'Every hour'],
    ['@daily', 'At 00:00, every day'],
    ['@yearly', 'At 00:00, on day 1 of the month, only in January'],
    ['0 17 * * friday', 'At 17:00, only on Friday'],
    ['0 0 1 January *', 'At 00:00, on day 1 of the month, only in January'],
    ['0 0 lw * *', 'At 00:00, on the last weekday of the month'],
    ['0 0 15w * *', 'At 00:00, on the weekday nearest day 15 of the month'],
    ['0 0 * * sunL', 'At 00:00, on the last Sunday of the month'],
    ['15 30 9 * * *', 'At 09:30:15, every day'],
    ['0 0 1 * MON', 'At 00:00, on day 1 of the month, and on Monday'],
  ])('says what %s means', (text, words) => {
    expect(describeSchedule(text)).toBe(words);
  });

  it.each(['0 0 15W,L * *', '0 0 L-3,5 * *', '61 * * * *', '@reboot', ''])(
    'gives %j back, for which it has no words',
    (text) => {
      expect(describeSchedule(text)).toBe(text);
    },
  );

  it('has words for nearly every schedule', () => {
    const generated = generateSchedules(7, 300);
    const wordless = generated.filter(({ text }) => describeSchedule(text) === text);
    const nonsense = generated.filter(({ text }) => /undefined|null|NaN/.test(describeSchedule(text)));
    expect(wordless).toEqual([]);
    expect(nonsense).toEqual([]);
  });
});
