/** Time zones by Olson name (through Intl) or by offset, and the parts of a date in one of them. */
import { isZone, offsetAt } from '../../../../lib/zone.ts';
import { fail } from './values.ts';

export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Minutes east of UTC at a moment. */
export type TimeZone = (utcMs: number) => number;

const UTC: TimeZone = () => 0;
const MINUTE_MS = 60_000;

export function timeZoneOf(name: string | undefined): TimeZone {
  if (name === undefined || name === 'UTC' || name === 'GMT' || name === 'Z') return UTC;
  const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(name);
  if (offset) {
    const minutes = (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * (offset[1] === '-' ? -1 : 1);
    return () => minutes;
  }
  if (!isZone(name)) return fail(40485, `unrecognized time zone identifier: "${name}"`);
  return (utcMs) => Math.round(offsetAt(name, utcMs) / MINUTE_MS);
}

export function partsOf(utcMs: number, zone: TimeZone): DateParts {
  const local = new Date(utcMs + zone(utcMs) * MINUTE_MS);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
  };
}

/** Parts outside their range carry over, as month 13 is January of the next year. */
export function utcMsOf({ year, month, day, hour, minute, second, millisecond }: DateParts): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, millisecond);
  return date.getTime();
}

/** The moment at which a clock in the zone shows these parts. */
export function momentOf(parts: DateParts, zone: TimeZone): number {
  const local = utcMsOf(parts);
  const guess = local - zone(local) * MINUTE_MS;
  return local - zone(guess) * MINUTE_MS;
}
