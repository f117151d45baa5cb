/** From the text of a schedule to what it means, or to everything that is wrong with it. */
import { validateDetailed } from 'node-cron';
import { isPossible } from './days.ts';
import { cut, FIELD_RULES, faultsOfField, withoutNames } from './field.ts';
import { NICKNAME_LIST, resolveNickname } from './nicknames.ts';
import type { DayOfMonth, DayOfWeek, Schedule, ScheduleFault } from './schedule.ts';

const MAX_LENGTH = 200;
const FIELDS = 'five fields (minute, hour, day of month, month, day of week) or six with seconds in front';

/**
 * Takes what node-cron takes: five or six fields and nicknames; see `Schedule` for the meaning. Beyond that it refuses
 * what can never come and what node-cron reads otherwise than it is written.
 */
export function parseSchedule(text: string): { schedule: Schedule } | { faults: readonly ScheduleFault[] } {
  const resolved = resolveNickname(text);
  const unreadable = wrongAsAWhole(resolved);
  if (unreadable !== null) {
    return { faults: [{ field: 'schedule', value: cut(text), message: `schedule: ${unreadable}` }] };
  }
  const written = resolved.split(' ');
  const hasSeconds = written.length === 6;
  const texts = hasSeconds ? written : ['0', ...written];
  const faults = FIELD_RULES.flatMap((rule, index) => faultsOfField(texts[index]!, rule));
  if (faults.length > 0) return { faults };

  const plain = texts.map((field, index) => withoutNames(field, FIELD_RULES[index]!.names).toUpperCase());
  const { fields, errors } = validateDetailed(plain.join(' '));
  if (!fields) return { faults: [impossibleOr(errors[0]?.message, texts)] };
  const schedule: Schedule = {
    seconds: ascending(fields.second),
    minutes: ascending(fields.minute),
    hours: ascending(fields.hour),
    months: ascending(fields.month),
    daysOfMonth: isAny(texts[3]!) ? null : fields.dayOfMonth.map(dayOfMonth),
    daysOfWeek: isAny(texts[5]!) ? null : fields.dayOfWeek.map(dayOfWeek),
    hasSeconds,
    isFixed: !/[*/]/.test(texts.slice(0, 3).join(' ')),
  };
  return isPossible(schedule) ? { schedule } : { faults: [neverComes(texts)] };
}

function wrongAsAWhole(resolved: string): string | null {
  if (resolved === '') return `it is empty; expected ${FIELDS}.`;
  if (resolved.length > MAX_LENGTH) {
    return `it has ${resolved.length} characters; expected at most ${MAX_LENGTH}.`;
  }
  if (/^@reboot$/i.test(resolved)) {
    return `'@reboot' is no time, and servers restart without notice; expected ${NICKNAME_LIST}, or ${FIELDS}.`;
  }
  if (resolved.startsWith('@')) {
    return `'${cut(resolved)}' is no nickname; expected ${NICKNAME_LIST}, or ${FIELDS}.`;
  }
  const stranger = /[^A-Za-z0-9*/,#? -]/u.exec(resolved)?.[0];
  if (stranger !== undefined) {
    return `the character ${JSON.stringify(stranger)} has no meaning here; expected ${FIELDS}.`;
  }
  const count = resolved.split(' ').length;
  if (count === 7) return `it has 7 fields, and years cannot be chosen; expected ${FIELDS}.`;
  return count === 5 || count === 6 ? null : `it has ${count} ${count === 1 ? 'field' : 'fields'}; expected ${FIELDS}.`;
}

/** node-cron itself refuses days of the month that are all numbers and in none of the months. */
function impossibleOr(message: string | undefined, texts: readonly string[]): ScheduleFault {
  if (message?.includes('impossible day of month')) return neverComes(texts);
  return { field: 'schedule', message: `schedule: ${message ?? 'it cannot be read'}; expected ${FIELDS}.` };
}

function neverComes(texts: readonly string[]): ScheduleFault {
  const [, , , day, month] = texts as [string, string, string, string, string];
  const months = `the months '${cut(month)}'`;
  const message = `day of month: '${cut(day)}' never comes in ${months}; expected a day that one of them has.`;
  return { field: 'day of month', value: cut(day), message };
}

const isAny = (field: string): boolean => field === '*' || field === '?';
const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

function dayOfMonth(token: number | string): DayOfMonth {
  if (typeof token === 'number') return { kind: 'day', day: token };
  if (token === 'LW') return { kind: 'lastWeekday' };
  if (token.endsWith('W')) return { kind: 'nearestWeekday', day: Number.parseInt(token, 10) };
  return { kind: 'last', daysBefore: token === 'L' ? 0 : Number(token.slice(2)) };
}

function dayOfWeek(token: number | string): DayOfWeek {
  if (typeof token === 'number') return { kind: 'every', weekday: token % 7 };
  const weekday = Number(token[0]) % 7;
  return token.endsWith('L') ? { kind: 'last', weekday } : { kind: 'nth', weekday, nth: Number(token.slice(2)) };
}
