/** Times, durations, numbers and sizes in words: pure functions, so that a time is drawn again only when its words change. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Making one of these takes longer than using it a hundred times. */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(undefined, options));
  return formats.get(key) as Intl.NumberFormat;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(undefined, options));
  return formats.get(key) as Intl.DateTimeFormat;
}

export type TimeMode = 'relative' | 'absolute' | 'date';

/** `8 s ago` in steps of one second, from a minute on of ten seconds and more, beyond a day the date. */
export function timeWords(atMs: number, mode: TimeMode, nowMs: number): string {
  if (mode === 'absolute') return dates({ dateStyle: 'medium', timeStyle: 'medium' }).format(atMs);
  if (mode === 'date' || Math.abs(nowMs - atMs) >= DAY) return dates({ dateStyle: 'medium' }).format(atMs);
  const isPast = nowMs >= atMs;
  const words = distanceWords(Math.abs(nowMs - atMs));
  if (words === undefined) return 'just now';
  return isPast ? `${words} ago` : `in ${words}`;
}

function distanceWords(ms: number): string | undefined {
  // Two clocks are seldom closer than this.
  if (ms < 1.5 * SECOND) return undefined;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < 10 * MINUTE) {
    const [minutes, seconds] = [Math.floor(ms / MINUTE), Math.floor((ms % MINUTE) / (10 * SECOND)) * 10];
    return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  }
  return ms < HOUR ? `${Math.floor(ms / MINUTE)} min` : `${Math.floor(ms / HOUR)} h`;
}

/** The moment in its zone, and in UTC: what is told on hover. */
export function timeTitle(atMs: number): string {
  const zoned = dates({ dateStyle: 'full', timeStyle: 'long' }).format(atMs);
  return `${zoned}\n${new Date(atMs).toISOString()} (UTC)`;
}

const steps: readonly (readonly [number, string])[] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
];

/** `38 ms`, `1.2 s`, `2 h 14 min`. */
export function durationWords(ms: number): string {
  if (ms < 0) return `−${durationWords(-ms)}`;
  if (ms < 1) return ms === 0 ? '0 ms' : `${numbers({ maximumSignificantDigits: 2 }).format(ms)} ms`;
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${numbers({ maximumFractionDigits: ms < 9_950 ? 2 : 1 }).format(ms / SECOND)} s`;
  const whole = Math.round(ms / SECOND) * SECOND;
  const first = steps.findIndex(([size]) => whole >= size);
  const [size, unit] = steps[first]!;
  const [nextSize, nextUnit] = steps[first + 1]!;
  const rest = Math.floor((whole % size) / nextSize);
  return `${Math.floor(whole / size)} ${unit}${rest === 0 ? '' : ` ${rest} ${nextUnit}`}`;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `812 B`, `16.4 kB`: steps of a thousand, three digits. */
export function bytesWords(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  const digits = numbers({ maximumFractionDigits: unit === 0 || value >= 99.95 ? 0 : 1 });
  return `${digits.format(value)} ${units[unit]!}`;
}

export interface NumberLook {
  readonly format?: 'decimal' | 'compact' | 'percent' | 'currency';
  readonly decimals?: number;
  readonly currency?: string;
}

export function numberWords(value: number, look: NumberLook = {}): string {
  return numbers(optionsOf(look)).format(value);
}

/** With its sign: `+12`, `−0.5 %`. */
export function deltaWords(value: number, look: NumberLook = {}): string {
  return numbers({ ...optionsOf(look), signDisplay: 'exceptZero' }).format(value);
}

function optionsOf({ format = 'decimal', decimals, currency = 'EUR' }: NumberLook): Intl.NumberFormatOptions {
  const digits = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  switch (format) {
    case 'decimal':
      return decimals === undefined ? { maximumFractionDigits: 6 } : digits;
    case 'compact':
      return { notation: 'compact', maximumFractionDigits: 1, ...digits };
    case 'percent':
      return { style: 'percent', maximumFractionDigits: 1, ...digits };
    case 'currency':
      return { style: 'currency', currency, ...digits };
  }
}
