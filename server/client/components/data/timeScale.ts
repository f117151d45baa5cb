/** Where moments stand on an axis, and how long spans of time are in words. */
import type { Span } from '../../../schemas/components/data/times.ts';

export interface Bar {
  readonly span: Span;
  readonly startMs: number;
  /** Undefined while it goes on. */
  readonly endMs: number | undefined;
}

export interface Lane {
  readonly name: string;
  /** Spans that do not overlap share a line. */
  readonly lines: readonly (readonly Bar[])[];
}

export interface Scale {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lanes: readonly Lane[];
}

export const msOf = (moment: string | number): number =>
  typeof moment === 'number' ? moment : new Date(moment).getTime();

export function scaleOf(spans: readonly Span[]): Scale {
  const bars = spans
    .map((span): Bar => {
      const startMs = msOf(span.start);
      const endMs = span.end === undefined || span.end === null ? undefined : Math.max(startMs, msOf(span.end));
      return { span, startMs, endMs };
    })
    .filter(({ startMs, endMs }) => Number.isFinite(startMs) && (endMs === undefined || Number.isFinite(endMs)));
  const fromMs = bars.reduce((least, { startMs }) => Math.min(least, startMs), Infinity);
  const last = bars.reduce((most, { startMs, endMs }) => Math.max(most, endMs ?? startMs), -Infinity);
  if (bars.length === 0) return { fromMs: 0, toMs: 1, lanes: [] };
  // What goes on reaches to the edge, so there has to be some room for it.
  const room = bars.some(({ endMs }) => endMs === undefined) ? Math.max(1, (last - fromMs) * 0.08) : 0;
  const toMs = Math.max(fromMs + 1, last + room);

  const names = [...new Set(bars.map(({ span }) => span.lane))];
  const lanes = names.map((name) => ({ name, lines: linesOf(bars.filter(({ span }) => span.lane === name)) }));
  return { fromMs, toMs, lanes };
}

function linesOf(bars: readonly Bar[]): readonly (readonly Bar[])[] {
  const lines: Bar[][] = [];
  for (const bar of [...bars].sort((a, b) => a.startMs - b.startMs)) {
    const free = lines.find((line) => (line.at(-1)!.endMs ?? Infinity) <= bar.startMs);
    if (free === undefined) lines.push([bar]);
    else free.push(bar);
  }
  return lines;
}

/** `12 ms`, `1.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function spanText(ms: number): string {
  if (ms < 1) return `${Number(ms.toFixed(2))} ms`;
  if (ms < 1_000) return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return two(Math.floor(minutes / 1_440), 'd', Math.round((minutes % 1_440) / 60), 'h');
}

const two = (large: number, unit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
