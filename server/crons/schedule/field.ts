/**
 * Whether the text of one field is well formed. node-cron takes a number of texts for something else than they say
 * (`1*` for 10-59, `JAN2` for December, `70-5`, `*` + `/90`) and spells `0-999999999` out number by number, so that each
 * field is read here before it is handed over.
 */
import type { ScheduleFault, ScheduleField } from './schedule.ts';

interface FieldRule {
  readonly field: ScheduleField;
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names?: readonly string[];
  /** Words of this field alone, after names have become numbers. */
  readonly special?: RegExp;
  readonly expected: string;
}

const COMMON = '`*`, lists (1,2), ranges (1-5) or steps (*/5)';

export const FIELD_RULES: readonly FieldRule[] = [
  { field: 'second', min: 0, max: 59, expected: `0 to 59, ${COMMON}` },
  { field: 'minute', min: 0, max: 59, expected: `0 to 59, ${COMMON}` },
  { field: 'hour', min: 0, max: 23, expected: `0 to 23, ${COMMON}` },
  {
    field: 'day of month',
    min: 1,
    max: 31,
    special: /^(L|LW|L-(0?[1-9]|[12]\d|30)|(0?[1-9]|[12]\d|3[01])W)$/,
    expected: `1 to 31, ${COMMON}, L (the last day), L-3, 15W (the nearest weekday) or LW (the last weekday)`,
  },
  {
    field: 'month',
    min: 1,
    max: 12,
    names: 'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'.split(' '),
    expected: `1 to 12, JAN to DEC, ${COMMON}`,
  },
  {
    field: 'day of week',
    min: 0,
    max: 7,
    names: 'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY'.split(' '),
    special: /^[0-7](L|#[1-5])$/,
    expected: `0 to 7 (0 and 7 are Sunday), SUN to SAT, ${COMMON}, 5#2 (the second Friday) or 5L (the last Friday)`,
  },
];

/** One fault for each different entry of the list that is wrong. */
export function faultsOfField(text: string, rule: FieldRule): ScheduleFault[] {
  const takesQuestionMark = rule.field === 'day of month' || rule.field === 'day of week';
  if (text === '?' && takesQuestionMark) return [];
  return [...new Set(text.split(','))].flatMap((entry) => {
    const wrong = wrongWith(withoutNames(entry, rule.names).toUpperCase(), rule, entry);
    if (wrong === null) return [];
    return [{ field: rule.field, value: cut(entry), message: `${rule.field}: ${wrong}; expected ${rule.expected}.` }];
  });
}

/** `mon-FRI` becomes `1-5`, `Friday#2` becomes `5#2`; for the eyes of a library that knows only short names, or none. */
export function withoutNames(text: string, names: readonly string[] | undefined): string {
  if (!names) return text;
  const first = names[0] === 'JANUARY' ? 1 : 0;
  // A name beside a digit (`JAN2`) is none.
  return text.replace(/(?<![A-Za-z\d])[A-Za-z]{3,}(?![A-Za-z\d])/g, (word) => {
    const upper = word.toUpperCase();
    // `FRIL` is a name with the L of `5L` behind it.
    for (const [name, rest] of [[upper, ''] as const, [upper.slice(0, -1), upper.slice(-1)] as const]) {
      const index = names.findIndex((full) => full === name || full.slice(0, 3) === name);
      if (index >= 0 && (rest === '' || rest === 'L')) return `${index + first}${rest}`;
    }
    return word;
  });
}

export const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** What is wrong with one entry, as the middle of a sentence; null when it is well formed. */
function wrongWith(entry: string, rule: FieldRule, written: string): string | null {
  if (rule.special?.test(entry)) return null;
  const shown = `'${cut(written)}'`;
  if (entry === '') return 'a list has an empty entry';
  const parts = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,3}))?$/.exec(entry);
  if (!parts) return `${shown} is no ${rule.field}`;
  const [, from, to, step] = parts;
  for (const value of [from, to]) {
    if (value !== undefined && !isIn(Number(value), rule)) return `${shown} is no ${rule.field}`;
  }
  if (step === undefined) return null;
  if (from !== undefined && to === undefined)
    return `${shown} has a step but no range (${from}-${lastOf(rule)}/${step})`;
  const size = lastOf(rule) - rule.min + 1;
  if (Number(step) < 1 || Number(step) > size) return `the step of ${shown} is not between 1 and ${size}`;
  return null;
}

const isIn = (value: number, { min, max }: FieldRule): boolean => value >= min && value <= max;
/** The 7 of the day of week is another name of its 0. */
const lastOf = ({ field, max }: FieldRule): number => (field === 'day of week' ? 6 : max);
