/**
 * Draws with uPlot; its own part of the program, for it is large. A canvas says nothing to those who do not see it, so it
 * is a picture with a summary, and arrows read it place by place; shift with arrows chooses a range, Enter takes it.
 */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import css from './chart.module.css';
import type { Drawing } from './chartData.ts';
import { plotOptions, type PlotColours } from './plotOptions.ts';

interface PlotProps {
  readonly drawing: Drawing;
  readonly unit: string | undefined;
  readonly height: number;
  readonly summary: string;
  readonly reading: number | undefined;
  readonly onReading: (at: number | undefined) => void;
  /** ISO 8601. */
  readonly onRange: ((from: string, to: string) => void) | undefined;
}

export default function Plot(props: PlotProps): ReactNode {
  const { drawing, unit, height, summary, reading, onReading, onRange } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  const [from, setFrom] = useState<number>();
  const scheme = useComputedColorScheme('light');
  const width = useWidth(box);
  const shape = JSON.stringify([
    drawing.kind,
    drawing.isTime,
    drawing.isTime ? 0 : drawing.labels,
    unit,
    drawing.lines.map(({ name, tone }) => [name, tone]),
  ]);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = box.current;
    if (element === null || width === 0) return;
    const { drawing: now, unit: itsUnit, height: itsHeight, onRange: range } = latest.current;
    const options = plotOptions({
      drawing: now,
      unit: itsUnit,
      colours: coloursOf(element),
      width,
      height: itsHeight,
      canDrag: range !== undefined,
      onPlace: (at) => latest.current.onReading(at),
      onRange: (fromMs, toMs) => latest.current.onRange?.(iso(fromMs), iso(toMs)),
    });
    const drawn = new uPlot(options, columnsOf(now), element);
    plot.current = drawn;
    return () => {
      plot.current = undefined;
      drawn.destroy();
    };
    // New numbers of the same shape are set below, without drawing everything anew.
  }, [shape, scheme, width, height]);

  useEffect(() => plot.current?.setData(columnsOf(drawing)), [drawing]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const last = drawing.x.length - 1;
    if (step !== 0) {
      event.preventDefault();
      const next = reading === undefined ? (step > 0 ? 0 : last) : Math.max(0, Math.min(last, reading + step));
      setFrom(event.shiftKey ? (from ?? reading ?? next) : undefined);
      plot.current?.setCursor({ left: plot.current.valToPos(drawing.x[next] ?? 0, 'x'), top: 10 });
      onReading(next);
    } else if (event.key === 'Enter' && from !== undefined && reading !== undefined && from !== reading) {
      const [start, end] = [Math.min(from, reading), Math.max(from, reading)];
      onRange?.(iso(drawing.x[start]! * 1_000), iso(drawing.x[end]! * 1_000));
      setFrom(undefined);
    }
  };
  return (
    <div
      ref={box}
      className={css.plot}
      style={{ height }}
      role="img"
      aria-label={summary}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => onReading(undefined)}
    />
  );
}

const iso = (ms: number) => new Date(ms).toISOString();

function columnsOf({ x, lines }: Drawing): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])];
}

function coloursOf(element: HTMLElement): PlotColours {
  const style = getComputedStyle(element);
  const get = (name: string) => style.getPropertyValue(name).trim();
  const names = ['neutral', 'info', 'success', 'warning', 'error'];
  return {
    text: get('--ear-neutral'),
    grid: get('--ear-line'),
    body: get('--mantine-color-body'),
    tones: Object.fromEntries(names.map((name) => [name, get(`--ear-${name}`)])),
  };
}

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    watch.observe(element);
    return () => watch.disconnect();
  }, [box]);
  return width;
}
