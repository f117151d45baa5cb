/** What a chart draws, decided without a browser: axis, columns of numbers, and the same in words. */
import type { Chart } from '../../../schemas/components/chart/chart.ts';
import type { ToneName } from '../state/tones.ts';

export interface Line {
  readonly name: string;
  readonly tone: ToneName;
  /** Tells lines apart where colours do not. */
  readonly dash: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface Drawing {
  readonly kind: Chart['kind'];
  readonly isTime: boolean;
  /** Seconds since 1970, or the places of labels from 0. */
  readonly x: readonly number[];
  readonly labels: readonly string[];
  readonly lines: readonly Line[];
}

const ISO = /^\d{4}-\d\d-\d\d([T ]|$)/;
const tones: readonly ToneName[] = ['info', 'success', 'warning', 'error', 'neutral'];
const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5]];

/** Bars stand beside one another, so for them times are labels too. */
export function drawingOf({ kind, x, series }: Chart): Drawing {
  const times = x.map((each) => (typeof each === 'number' ? each : ISO.test(each) ? Date.parse(each) : NaN));
  const areTimes = x.length > 0 && times.every((ms) => Number.isFinite(ms));
  const isTime = areTimes && kind !== 'bar';
  return {
    kind,
    isTime,
    x: isTime ? times.map((ms) => ms / 1_000) : x.map((_, at) => at),
    labels: areTimes ? momentTexts(times) : x.map(String),
    lines: series.map(({ name, values, tone }, at) => ({
      name,
      tone: tone ?? tones[at % tones.length]!,
      dash: kind === 'bar' ? [] : dashes[at % dashes.length]!,
      values: x.map((_, place) => values[place] ?? null),
    })),
  };
}

/** Times with as much as tells them apart. */
function momentTexts(times: readonly number[]): readonly string[] {
  const isOneDay = (times.at(-1) ?? 0) - (times[0] ?? 0) <= 86_400_000;
  const areDays = times.every((ms) => ms % 86_400_000 === 0);
  const format = new Intl.DateTimeFormat(undefined, {
    ...(!(isOneDay && !areDays) && { day: 'numeric', month: 'short' }),
    ...(areDays ? { timeZone: 'UTC' } : { hour: '2-digit', minute: '2-digit' }),
  });
  return times.map((ms) => format.format(ms));
}

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
export const withUnit = (value: number | null | undefined, unit: string | undefined): string =>
  value === null || value === undefined ? '–' : `${number.format(value)}${unit === undefined ? '' : ` ${unit}`}`;

const kinds = { line: 'Line chart', area: 'Area chart', bar: 'Bar chart' } as const;

/** For those who do not see it: where each line begins and ends, and how far it goes. */
export function summaryOf({ kind, labels, lines }: Drawing, unit: string | undefined): string {
  const told = lines.map(({ name, values }) => {
    const there = values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
    const [first, last] = [there[0], there.at(-1)];
    if (first === undefined || last === undefined) return `${name}: no values`;
    const most = there.reduce((best, each) => (each.value > best.value ? each : best));
    const least = there.reduce((best, each) => (each.value < best.value ? each : best));
    const text = (value: number) => withUnit(value, unit);
    return `${name}: ${text(first.value)} at ${labels[first.at]}, ${text(last.value)} at ${labels[last.at]}, least ${text(least.value)}, most ${text(most.value)} at ${labels[most.at]}`;
  });
  return [kinds[kind], ...told].join('. ');
}

/** What stands at one place of the axis: `12:00: Succeeded 49, Failed 5`. */
export function readingOf({ labels, lines }: Drawing, at: number, unit: string | undefined): string {
  return `${labels[at]}: ${lines.map(({ name, values }) => `${name} ${withUnit(values[at], unit)}`).join(', ')}`;
}
