/** Counting dates in units: `$dateAdd`, `$dateSubtract`, `$dateDiff`, `$dateTrunc`. */
import { Long } from 'bson';
import { named } from './arguments.ts';
import { daysInMonth } from './calendar.ts';
import { type OperatorCompiler } from './compile.ts';
import { dateOf, zoneName } from './dates.ts';
import { asNumber, kindOf } from './numbers.ts';
import { momentOf, partsOf, type TimeZone, timeZoneOf, utcMsOf } from './timezone.ts';
import { dateFrom, fail, isNullish, nameOfType } from './values.ts';

const FIXED_MS = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
} as const;
const MONTHS = { year: 12, quarter: 3, month: 1 } as const;
export type DateUnit = keyof typeof FIXED_MS | keyof typeof MONTHS;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

export function unitOf(value: unknown): DateUnit {
  if (typeof value === 'string' && (Object.hasOwn(FIXED_MS, value) || Object.hasOwn(MONTHS, value)))
    return value as DateUnit;
  return typeof value === 'string'
    ? fail(9, `unknown time unit value: ${value}`, 'FailedToParse')
    : fail(5439013, `requires 'unit' to be a string, but got ${nameOfType(value)}`);
}

const isMonths = (unit: DateUnit): unit is keyof typeof MONTHS => Object.hasOwn(MONTHS, unit);

/** Days and longer keep the time of day in the zone; a day that the month does not have becomes its last. */
export function addUnits(date: Date, unit: DateUnit, amount: number, zone: TimeZone): Date {
  if (!isMonths(unit) && unit !== 'week' && unit !== 'day') return dateFrom(date.getTime() + amount * FIXED_MS[unit]);
  const parts = partsOf(date.getTime(), zone);
  if (!isMonths(unit))
    return dateFrom(momentOf({ ...parts, day: parts.day + amount * (unit === 'week' ? 7 : 1) }, zone));
  const months = parts.year * 12 + parts.month - 1 + amount * MONTHS[unit];
  const year = Math.floor(months / 12);
  const month = (((months % 12) + 12) % 12) + 1;
  return dateFrom(momentOf({ ...parts, year, month, day: Math.min(parts.day, daysInMonth(year, month)) }, zone));
}

function shift(sign: 1 | -1): OperatorCompiler {
  return named(
    {
      required: ['startDate', 'unit', 'amount'],
      optional: ['timezone'],
      codes: { unknown: 5166401, missing: 5166402, shape: 5166400 },
    },
    (given, name) => {
      if (Object.values(given).some(isNullish)) return null;
      const amount = kindOf(given.amount) === undefined ? NaN : asNumber(given.amount);
      if (!Number.isInteger(amount)) fail(5166405, `${name} expects integer amount of time units`);
      return addUnits(dateOf(given.startDate), unitOf(given.unit), sign * amount, timeZoneOf(zoneName(given.timezone)));
    },
  );
}

/** Boundaries of the unit that lie between the two moments, by the clock of the zone. */
export function countUnits(from: Date, to: Date, unit: DateUnit, zone: TimeZone, firstDay = 0): number {
  const a = partsOf(from.getTime(), zone);
  const b = partsOf(to.getTime(), zone);
  if (unit === 'year') return b.year - a.year;
  if (unit === 'month') return (b.year - a.year) * 12 + b.month - a.month;
  if (unit === 'quarter') return (b.year - a.year) * 4 + Math.floor((b.month - 1) / 3) - Math.floor((a.month - 1) / 3);
  if (unit === 'millisecond') return to.getTime() - from.getTime();
  // Hours and shorter are boundaries of real time, days and weeks those of the local calendar.
  if (unit !== 'day' && unit !== 'week') {
    const offset = zone(from.getTime()) * 60_000;
    const floor = (ms: number): number => Math.floor((ms + offset) / FIXED_MS[unit]);
    return floor(to.getTime()) - floor(from.getTime());
  }
  const day = (parts: typeof a): number =>
    utcMsOf({ ...parts, hour: 0, minute: 0, second: 0, millisecond: 0 }) / FIXED_MS.day;
  if (unit === 'day') return day(b) - day(a);
  const week = (n: number): number => Math.floor((n + 4 - firstDay) / 7); // 1 January 1970 was a Thursday
  return week(day(b)) - week(day(a));
}

function weekday(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value !== 'string') fail(5439015, `requires 'startOfWeek' to be a string, but got ${nameOfType(value)}`);
  const at = DAYS.findIndex((name) => name === value.toLowerCase() || name.slice(0, 3) === value.toLowerCase());
  return at < 0 ? fail(9, `unknown day of week value: ${value}`, 'FailedToParse') : at;
}

const difference = named(
  {
    required: ['startDate', 'endDate', 'unit'],
    optional: ['timezone', 'startOfWeek'],
    codes: { unknown: 5166302, missing: 5166303, shape: 5166301 },
  },
  (given) => {
    const { startOfWeek, ...others } = given;
    if (Object.values(others).some(isNullish)) return null;
    const unit = unitOf(given.unit);
    if (unit === 'week' && startOfWeek === null) return null;
    const zone = timeZoneOf(zoneName(given.timezone));
    return Long.fromNumber(
      countUnits(
        dateOf(given.startDate),
        dateOf(given.endDate),
        unit,
        zone,
        unit === 'week' ? weekday(startOfWeek) : 0,
      ),
    );
  },
);

/** Bins are counted from 2000-01-01, weeks from the first start of a week after it. */
export function truncate(date: Date, unit: DateUnit, size: number, zone: TimeZone, firstDay: number): Date {
  const parts = partsOf(date.getTime(), zone);
  if (isMonths(unit)) {
    const bin = MONTHS[unit] * size;
    const months = Math.floor(((parts.year - 2000) * 12 + parts.month - 1) / bin) * bin;
    return dateFrom(
      momentOf(
        {
          year: 2000 + Math.floor(months / 12),
          month: (((months % 12) + 12) % 12) + 1,
          day: 1,
          hour: 0,
          minute: 0,
          second: 0,
          millisecond: 0,
        },
        zone,
      ),
    );
  }
  const reference = Date.UTC(2000, 0, 1 + (unit === 'week' ? (firstDay + 1) % 7 : 0)); // 1 January 2000 was a Saturday
  const bin = FIXED_MS[unit] * size;
  if (unit === 'day' || unit === 'week') {
    const local = new Date(reference + Math.floor((utcMsOf(parts) - reference) / bin) * bin);
    return dateFrom(
      momentOf(
        partsOf(local.getTime(), () => 0),
        zone,
      ),
    );
  }
  const start = reference - zone(reference) * 60_000;
  return dateFrom(start + Math.floor((date.getTime() - start) / bin) * bin);
}

const dateTrunc = named(
  {
    required: ['date', 'unit'],
    optional: ['binSize', 'timezone', 'startOfWeek'],
    codes: { unknown: 5439008, missing: 5439009, shape: 5439007 },
  },
  (given) => {
    const { startOfWeek, ...others } = given;
    if (Object.values(others).some(isNullish)) return null;
    const unit = unitOf(given.unit);
    const size = given.binSize === undefined ? 1 : kindOf(given.binSize) === undefined ? NaN : asNumber(given.binSize);
    if (!Number.isInteger(size)) fail(5439017, "$dateTrunc requires 'binSize' to be a 64-bit integer");
    if (size <= 0) fail(5439018, "$dateTrunc requires 'binSize' to be greater than 0");
    return truncate(
      dateOf(given.date),
      unit,
      size,
      timeZoneOf(zoneName(given.timezone)),
      unit === 'week' ? weekday(startOfWeek ?? undefined) : 0,
    );
  },
);

export const dateUnits: Readonly<Record<string, OperatorCompiler>> = {
  $dateAdd: shift(1),
  $dateSubtract: shift(-1),
  $dateDiff: difference,
  $dateTrunc: dateTrunc,
};
