/** `$dateToString` formats and `$dateFromString` parsing. */
import { dayOfWeek, dayOfYear, isoDayOfWeek, isoWeek, isoWeekYear, startOfIsoYear, weekOfYear } from './calendar.ts';
import { momentOf, type TimeZone, timeZoneOf } from './timezone.ts';
import { fail } from './values.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAY_MS = 86_400_000;

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

const FORMATTERS: Readonly<Record<string, (local: Date, offsetMinutes: number) => string>> = {
  Y: (d) => pad(d.getUTCFullYear(), 4),
  m: (d) => pad(d.getUTCMonth() + 1, 2),
  d: (d) => pad(d.getUTCDate(), 2),
  H: (d) => pad(d.getUTCHours(), 2),
  M: (d) => pad(d.getUTCMinutes(), 2),
  S: (d) => pad(d.getUTCSeconds(), 2),
  L: (d) => pad(d.getUTCMilliseconds(), 3),
  j: (d) => pad(dayOfYear(d), 3),
  w: (d) => String(dayOfWeek(d)),
  u: (d) => String(isoDayOfWeek(d)),
  U: (d) => pad(weekOfYear(d), 2),
  V: (d) => pad(isoWeek(d), 2),
  G: (d) => pad(isoWeekYear(d), 4),
  b: (d) => (MONTHS[d.getUTCMonth()] ?? '').slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()] ?? '',
  z: (_d, offset) =>
    `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60), 2)}${pad(Math.abs(offset) % 60, 2)}`,
  Z: (_d, offset) => `${offset < 0 ? '-' : '+'}${Math.abs(offset)}`,
  '%': () => '%',
};

export function formatDate(date: Date, format: string, zoneName: string | undefined): string {
  const offset = timeZoneOf(zoneName)(date.getTime());
  const local = new Date(date.getTime() + offset * 60_000);
  return format.replace(/%(.?)/gs, (_whole, letter: string) => {
    const formatter = FORMATTERS[letter];
    if (!formatter) fail(18536, `Invalid format character '%${letter}' in format string`);
    if (local.getUTCFullYear() < 0 || local.getUTCFullYear() > 9999)
      fail(18537, `$dateToString is only defined on year 0-9999, tried to use year ${local.getUTCFullYear()}`);
    return formatter(local, offset);
  });
}

/** What a formatted text may hold for each letter. */
const PATTERNS: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  m: '\\d{1,2}',
  d: '\\d{1,2}',
  H: '\\d{1,2}',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  L: '\\d{1,3}',
  j: '\\d{1,3}',
  u: '[1-7]',
  w: '[1-7]',
  V: '\\d{1,2}',
  U: '\\d{1,2}',
  G: '\\d{4}',
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]+',
  z: 'Z|[+-]\\d{2}:?\\d{2}|[+-]\\d{2}',
  Z: '[+-]\\d{1,4}',
};

/** Milliseconds of the moment the text names, or undefined when it does not fit the format. */
export function parseWithFormat(text: string, format: string, zoneName: string | undefined): number | undefined {
  const letters: string[] = [];
  const source = format.replace(/%(.?)|[.*+?^${}()|[\]\\]/gs, (whole: string, letter: string | undefined) => {
    if (letter === undefined) return `\\${whole}`;
    if (letter === '%') return '%';
    const pattern = PATTERNS[letter];
    if (pattern === undefined) fail(18536, `Invalid format character '%${letter}' in format string`);
    letters.push(letter);
    return `(${pattern})`;
  });
  const found = new RegExp(`^${source}$`, 's').exec(text);
  if (!found) return undefined;
  const part = new Map(letters.map((letter, i) => [letter, found[i + 1] ?? '']));
  const number = (letter: string, otherwise: number): number =>
    part.has(letter) ? Number(part.get(letter)) : otherwise;
  const zoneText = part.get('z');
  const minutes = part.has('Z') ? Number(part.get('Z')) : undefined;
  if ((zoneText !== undefined || minutes !== undefined) && zoneName !== undefined)
    fail(
      241,
      'you cannot pass in a date/time string with GMT offset together with a timezone argument',
      'ConversionFailure',
    );
  const zone: TimeZone = minutes !== undefined ? () => minutes : timeZoneOf(zoneText ?? zoneName);
  const time = {
    hour: number('H', 0),
    minute: number('M', 0),
    second: number('S', 0),
    millisecond: Number((part.get('L') ?? '0').padEnd(3, '0')),
  };
  if (time.hour > 23 || time.minute > 59 || time.second > 59) return undefined;
  if (part.has('G')) {
    const monday = new Date(
      startOfIsoYear(number('G', 1970)) + (number('V', 1) - 1) * 7 * DAY_MS + (number('u', 1) - 1) * DAY_MS,
    );
    return momentOf(
      { year: monday.getUTCFullYear(), month: monday.getUTCMonth() + 1, day: monday.getUTCDate(), ...time },
      zone,
    );
  }
  const named = part.get('b') ?? part.get('B');
  const month =
    named === undefined
      ? number('m', 1)
      : MONTHS.findIndex((name) => name.toLowerCase().startsWith(named.toLowerCase())) + 1;
  const day = part.has('j') ? number('j', 1) : number('d', 1);
  if (month < 1 || month > 12 || day < 1 || (!part.has('j') && day > 31)) return undefined;
  return momentOf({ year: number('Y', 1970), month: part.has('j') ? 1 : month, day, ...time }, zone);
}

/** Without a format: ISO 8601 in its common shapes, or what the platform reads (`June 19 2018`). A missing offset is UTC or the zone. */
export function parseLoosely(text: string, zoneName: string | undefined): number | undefined {
  const iso =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i.exec(
      text.trim(),
    );
  if (!iso) {
    if (!/\d{4}/.test(text)) return undefined;
    const hasZone = /(?:GMT|UTC|Z|[+-]\d{2}:?\d{2})\s*$/i.test(text);
    const ms = Date.parse(hasZone ? text : `${text} UTC`);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = iso
    .slice(1, 7)
    .map((part) => Number((part as string | undefined) ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (iso[8] !== undefined && zoneName !== undefined)
    fail(
      241,
      'you cannot pass in a date/time string with GMT offset together with a timezone argument',
      'ConversionFailure',
    );
  const millisecond = Number((iso[7] ?? '0').slice(0, 3).padEnd(3, '0'));
  return momentOf(
    { year, month, day, hour, minute, second, millisecond },
    timeZoneOf(iso[8]?.toUpperCase() ?? zoneName),
  );
}
