/** Schedules in words. */
import cronstrue from 'cronstrue';
import { FIELD_RULES, withoutNames } from './field.ts';
import { resolveNickname } from './nicknames.ts';
import { parseSchedule } from './parse.ts';

/** `At 09:00, Monday through Friday`; the text itself where it is no schedule or has no words. Never throws. */
export function describeSchedule(text: string): string {
  if ('faults' in parseSchedule(text)) return text;
  const resolved = resolveNickname(text);
  const written = resolved.split(' ');
  const offset = 6 - written.length;
  const fields = written.map((field, index) => withoutNames(field, FIELD_RULES[index + offset]?.names).toUpperCase());
  const [hour, dayOfMonth] = [fields.at(-4) ?? '', fields.at(-3) ?? ''];
  // Lists that hold an L-3 or a 15W lose their other entries, or make it throw.
  if (dayOfMonth.includes(',') && /L-|W/.test(dayOfMonth)) return text;
  try {
    return cronstrue.toString(fields.join(' '), {
      use24HourTimeFormat: true,
      // "Every 5 minutes" says it all; "At 09:00" needs the "every day".
      verbose: !hour.includes('*'),
      dayOfWeekStartIndexZero: true,
      throwExceptionOnParseError: true,
    });
  } catch {
    return text;
  }
}
