/** Date operators: parts, formats, and making a date. Counting in units is in dateunits.ts. */
import { Long, ObjectId, Timestamp } from 'bson';
import { isPlainObject } from '../../values/types.ts';
import { named, positional } from './arguments.ts';
import { dayOfWeek, dayOfYear, isoDayOfWeek, isoWeek, isoWeekYear, startOfIsoYear, weekOfYear } from './calendar.ts';
import { compileExpression, type Evaluate, type OperatorCompiler } from './compile.ts';
import { formatDate, parseLoosely, parseWithFormat } from './dateformat.ts';
import { asNumber, int, kindOf } from './numbers.ts';
import { momentOf, partsOf, timeZoneOf } from './timezone.ts';
import { dateFrom, fail, isNullish, nameOfType, show } from './values.ts';

/** A date, or what carries one: a timestamp or an ObjectId. */
export function dateOf(value: unknown): Date {
  if (value instanceof Date) return dateFrom(value.getTime());
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  if (value instanceof ObjectId) return value.getTimestamp();
  return fail(16006, `can't convert from BSON type ${nameOfType(value)} to Date`);
}

export function zoneName(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') fail(40517, `timezone must evaluate to a string, found ${nameOfType(value)}`);
  return value;
}

/** `$year` and its like: a date, or `{ date, timezone }`. The function reads the UTC getters of a local date. */
function part(read: (local: Date) => unknown): OperatorCompiler {
  return (argument, scope, name) => {
    let date: Evaluate;
    let zone: Evaluate | undefined;
    if (isPlainObject(argument) && !Object.keys(argument)[0]?.startsWith('$')) {
      for (const key of Object.keys(argument))
        if (key !== 'date' && key !== 'timezone') fail(40535, `unrecognized option to ${name}: "${key}"`);
      if (!Object.hasOwn(argument, 'date'))
        fail(40539, `missing 'date' argument to ${name}, provided: ${show(argument)}`);
      date = compileExpression(argument.date, scope);
      if (Object.hasOwn(argument, 'timezone')) zone = compileExpression(argument.timezone, scope);
    } else [date] = positional(argument, scope, name, 1) as [Evaluate];
    return (frame) => {
      const value = date(frame);
      if (isNullish(value)) return null;
      const moment = dateOf(value).getTime();
      if (!zone) return read(new Date(moment));
      const given = zone(frame);
      if (isNullish(given)) return null;
      return read(new Date(moment + timeZoneOf(zoneName(given))(moment) * 60_000));
    };
  };
}

const dateToString = named(
  {
    required: ['date'],
    optional: ['format', 'timezone', 'onNull'],
    codes: { unknown: 18534, missing: 18628, shape: 18629 },
  },
  (given) => {
    const { date, timezone } = given;
    if (
      isNullish(date) ||
      ('timezone' in given && isNullish(timezone)) ||
      ('format' in given && isNullish(given.format))
    )
      return 'onNull' in given ? given.onNull : null;
    const usual =
      timezone === undefined || timezone === 'UTC' || timezone === 'GMT'
        ? '%Y-%m-%dT%H:%M:%S.%LZ'
        : '%Y-%m-%dT%H:%M:%S.%L';
    const format = given.format ?? usual;
    if (typeof format !== 'string')
      fail(
        18533,
        `$dateToString requires that 'format' be a string, found: ${nameOfType(format)} with value ${show(format)}`,
      );
    return formatDate(dateOf(date), format, zoneName(timezone));
  },
);

const dateFromString = named(
  {
    required: ['dateString'],
    optional: ['format', 'timezone', 'onNull', 'onError'],
    codes: { unknown: 40541, missing: 40542, shape: 40540 },
  },
  (given) => {
    const { dateString, format, timezone } = given;
    if (isNullish(dateString)) return 'onNull' in given ? given.onNull : null;
    if (('timezone' in given && isNullish(timezone)) || ('format' in given && isNullish(format))) return null;
    if (format !== undefined && typeof format !== 'string')
      fail(40684, `$dateFromString requires that 'format' be a string, found: ${nameOfType(format)}`);
    const zone = zoneName(timezone);
    const text = typeof dateString === 'string' ? dateString : undefined;
    const ms =
      text === undefined
        ? undefined
        : format === undefined
          ? parseLoosely(text, zone)
          : parseWithFormat(text, format, zone);
    if (ms !== undefined) return new Date(ms);
    if ('onError' in given) return given.onError;
    return fail(
      241,
      text === undefined
        ? `$dateFromString requires that 'dateString' be a string, found: ${nameOfType(dateString)}`
        : `Error parsing date string '${text}'`,
      'ConversionFailure',
    );
  },
);

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
const ISO_PARTS = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'] as const;

const dateFromParts = named(
  { required: [], optional: [...PARTS, ...ISO_PARTS, 'timezone'], codes: { unknown: 40518, shape: 40519 } },
  (given) => {
    const isIso = 'isoWeekYear' in given;
    if (!isIso && !('year' in given))
      fail(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
    if (isIso && ('year' in given || 'month' in given || 'day' in given))
      fail(40489, '$dateFromParts does not allow mixing natural dates with ISO dates');
    if (Object.values(given).some(isNullish)) return null;
    const number = (key: string, otherwise: number): number => {
      const value = given[key];
      if (value === undefined) return otherwise;
      const n = kindOf(value) === undefined ? NaN : asNumber(value);
      if (!Number.isInteger(n))
        fail(40515, `'${key}' must evaluate to an integer, found ${nameOfType(value)} with value ${show(value)}`);
      if ((key === 'year' || key === 'isoWeekYear') && (n < 1 || n > 9999))
        fail(40523, `'${key}' must evaluate to an integer in the range 1 to 9999, found ${n}`);
      if (n < -32768 || n > 32767)
        if (key !== 'second' && key !== 'millisecond')
          fail(31034, `'${key}' must evaluate to a value in the range [-32768, 32767]; value ${n} is not in range`);
      return n;
    };
    const zone = timeZoneOf(zoneName(given.timezone));
    const time = {
      hour: number('hour', 0),
      minute: number('minute', 0),
      second: number('second', 0),
      millisecond: number('millisecond', 0),
    };
    if (!isIso)
      return dateFrom(
        momentOf({ year: number('year', 1970), month: number('month', 1), day: number('day', 1), ...time }, zone),
      );
    const days = (number('isoWeek', 1) - 1) * 7 + number('isoDayOfWeek', 1) - 1;
    const start = new Date(startOfIsoYear(number('isoWeekYear', 1970)) + days * 86_400_000);
    return dateFrom(
      momentOf(
        { year: start.getUTCFullYear(), month: start.getUTCMonth() + 1, day: start.getUTCDate(), ...time },
        zone,
      ),
    );
  },
);

const dateToParts = named(
  { required: ['date'], optional: ['timezone', 'iso8601'], codes: { unknown: 40520, missing: 40522, shape: 40524 } },
  (given) => {
    const { date, timezone, iso8601 } = given;
    if (isNullish(date) || ('timezone' in given && isNullish(timezone)) || ('iso8601' in given && isNullish(iso8601)))
      return null;
    if (iso8601 !== undefined && typeof iso8601 !== 'boolean')
      fail(40521, `iso8601 must evaluate to a bool, found ${nameOfType(iso8601)}`);
    const moment = dateOf(date).getTime();
    const zone = timeZoneOf(zoneName(timezone));
    const parts = partsOf(moment, zone);
    const local = new Date(moment + zone(moment) * 60_000);
    const time = PARTS.slice(3).map((name) => [name, int(parts[name])]);
    const day =
      iso8601 === true
        ? [
            ['isoWeekYear', int(isoWeekYear(local))],
            ['isoWeek', int(isoWeek(local))],
            ['isoDayOfWeek', int(isoDayOfWeek(local))],
          ]
        : PARTS.slice(0, 3).map((name) => [name, int(parts[name])]);
    return Object.fromEntries([...day, ...time]) as Record<string, unknown>;
  },
);

export const dates: Readonly<Record<string, OperatorCompiler>> = {
  $year: part((d) => int(d.getUTCFullYear())),
  $month: part((d) => int(d.getUTCMonth() + 1)),
  $dayOfMonth: part((d) => int(d.getUTCDate())),
  $hour: part((d) => int(d.getUTCHours())),
  $minute: part((d) => int(d.getUTCMinutes())),
  $second: part((d) => int(d.getUTCSeconds())),
  $millisecond: part((d) => int(d.getUTCMilliseconds())),
  $dayOfYear: part((d) => int(dayOfYear(d))),
  $dayOfWeek: part((d) => int(dayOfWeek(d))),
  $week: part((d) => int(weekOfYear(d))),
  $isoDayOfWeek: part((d) => int(isoDayOfWeek(d))),
  $isoWeek: part((d) => int(isoWeek(d))),
  $isoWeekYear: part((d) => Long.fromNumber(isoWeekYear(d))),
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateFromParts: dateFromParts,
  $dateToParts: dateToParts,
};
