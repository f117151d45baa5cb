/** Moments and what the clock on a wall shows at them, in any zone of the world. */

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `2026-03-01T14:30` of a moment, with seconds where there are any; '' for what is no moment, or where the zone is unknown. */
export function wallOf(iso: string, zone: string): string {
  const moment = Date.parse(iso);
  const offset = Number.isNaN(moment) ? undefined : offsetAt(moment, zone);
  if (offset === undefined) return '';
  const text = new Date(moment + offset).toISOString();
  return text.slice(17, 23) === '00.000' ? text.slice(0, 16) : text.slice(0, text.endsWith('.000Z') ? 19 : 23);
}

/**
 * The moment at which the wall shows this. Of two (when clocks are set back) the first; where there is none (when they
 * are set forward) the one that the same clock would have shown had it not been set.
 */
export function momentOf(wall: string, zone: string): string | undefined {
  const plain = Date.parse(`${wall}Z`);
  if (Number.isNaN(plain)) return undefined;
  const before = offsetAt(plain - DAY, zone);
  const after = offsetAt(plain + DAY, zone);
  if (before === undefined || after === undefined) return undefined;
  const moment = plain - before;
  const isThere = offsetAt(moment, zone) === before;
  const fits = !isThere && offsetAt(plain - after, zone) === after ? plain - after : moment;
  return new Date(fits).toISOString();
}

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** Milliseconds to add to a moment so that UTC shows what the wall shows. */
function offsetAt(moment: number, zone: string): number | undefined {
  const format = formatOf(zone);
  if (format === undefined || Number.isNaN(new Date(moment).getTime())) return undefined;
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const shown = new Date(0);
  shown.setUTCFullYear(year, month - 1, day);
  shown.setUTCHours(hour, minute, second);
  return shown.getTime() - Math.floor(moment / 1_000) * 1_000;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone));
  return formats.get(zone);
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  const two = '2-digit';
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
  } catch {
    return undefined; // no such zone
  }
}
