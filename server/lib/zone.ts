/** Time zones by their IANA names, as far as `Intl` knows them. */
import { createLru } from './lru.ts';

/** Names come from people and documents: as many formatters are kept as there are zones, and no more. */
const formatters = createLru<string, Intl.DateTimeFormat>(600);

/** Whether it names a zone, as `Europe/Paris` and `UTC` do. Offsets (`+02:00`) are none: they know no daylight saving. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds east of UTC at a moment, exact to the second. Throws a RangeError for what `isZone` refuses. */
export function offsetAt(zone: string, utcMs: number): number {
  if (zone === 'UTC') return 0;
  const match = OFFSET.exec(formatterOf(zone).format(utcMs));
  if (!match) throw new RangeError(`Time zone '${zone}': expected an offset such as GMT+01:00 from Intl.`);
  const [, sign, hours, minutes, seconds] = match;
  if (sign === undefined) return 0;
  const offsetMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1000;
  return sign === '-' ? -offsetMs : offsetMs;
}

/** `12 GMT`, `12 GMT-03:30`, and, from the days of local mean time, `12 GMT-03:30:52`. */
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

function formatterOf(zone: string): Intl.DateTimeFormat {
  let format = formatters.get(zone);
  if (!format) {
    if (/^[+-]/.test(zone)) throw new RangeError(`Time zone '${zone}': expected a name such as Europe/Paris.`);
    // One field is asked for beside the offset: without any, Intl prints the whole date, which takes longer.
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', second: 'numeric' });
    formatters.set(zone, format);
  }
  return format;
}
