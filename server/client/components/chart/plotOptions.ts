/** What uPlot is told: axes, scales, and how each line is drawn. */
import uPlot from 'uplot';
import { withUnit, type Drawing } from './chartData.ts';

export interface PlotColours {
  readonly text: string;
  readonly grid: string;
  readonly body: string;
  readonly tones: Readonly<Record<string, string>>;
}

export interface PlotSetting {
  readonly drawing: Drawing;
  readonly unit: string | undefined;
  readonly colours: PlotColours;
  readonly width: number;
  readonly height: number;
  readonly canDrag: boolean;
  readonly onPlace: (at: number | undefined) => void;
  readonly onRange: (fromMs: number, toMs: number) => void;
}

const FONT = '12px system-ui, sans-serif';
/** Of the room one label has, for all its bars. */
const BAR_SHARE = 0.7;
/** `ScaleValue`: uPlot's enum is there for types only. */
const ON_SCALE = 1 as unknown as uPlot.Series.BarsPathBuilderFacetUnit;

export function plotOptions(setting: PlotSetting): uPlot.Options {
  const { drawing, unit, colours, width, height, canDrag } = setting;
  const { isTime, x } = drawing;
  const axis = { stroke: colours.text, font: FONT, grid: { stroke: colours.grid, width: 1 }, ticks: { show: false } };
  const first = x[0] ?? 0;
  const last = x.at(-1) ?? 1;
  const edge = drawing.kind === 'bar' ? 0.5 : 0;
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: canDrag, y: false, setScale: false }, y: false, points: { show: drawing.kind !== 'bar' } },
    select: { show: canDrag, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: isTime
        ? { time: true, ...(first === last && { range: [first - 1, last + 1] }) }
        : { time: false, range: [first - Math.max(edge, 0.001), last + Math.max(edge, 0.001)] },
      y: { range: (_plot, min, max) => rangeOf(min, max) },
    },
    padding: [12, 28, 0, 0],
    axes: [
      isTime
        ? {
            ...axis,
            size: 30,
            gap: 8,
            space: 96,
            values: (_plot, splits, _axis, _space, incr) => splits.map((s) => timeText(s, incr)),
          }
        : {
            ...axis,
            size: 30,
            gap: 8,
            incrs: WHOLE,
            values: (_plot, splits) => splits.map((at) => short(drawing.labels[at])),
            space: 96,
          },
      { ...axis, size: 64, incrs: stepsOf, values: (_plot, splits) => splits.map((value) => withUnit(value, unit)) },
    ],
    series: [{}, ...drawing.lines.map((_, at) => seriesOf(setting, at))],
    hooks: {
      setCursor: [(plot) => setting.onPlace(plot.cursor.idx ?? undefined)],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select;
          if (wide < 4) return;
          const ms = (pixels: number) => Math.round(plot.posToVal(pixels, 'x') * 1_000);
          setting.onRange(ms(left), ms(left + wide));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function seriesOf({ drawing, colours }: PlotSetting, at: number): uPlot.Series {
  const { tone, dash, name } = drawing.lines[at]!;
  const stroke = colours.tones[tone] ?? colours.text;
  const plain = { label: name, stroke, width: 2, points: { show: false } };
  if (drawing.kind === 'area') return { ...plain, dash: [...dash], fill: `${stroke}33` };
  if (drawing.kind === 'line') return { ...plain, dash: [...dash] };
  const size = BAR_SHARE / drawing.lines.length;
  const bars = uPlot.paths.bars!({
    align: 1,
    disp: {
      x0: { unit: ON_SCALE, values: () => drawing.x.map((place) => place - BAR_SHARE / 2 + at * size) },
      size: { unit: ON_SCALE, values: () => drawing.x.map(() => size * 0.92) },
    },
  });
  return { ...plain, width: 0, fill: at % 2 === 0 ? stroke : () => hatched(stroke), paths: bars };
}

/** From nought, unless something is below it, with some air above. */
function rangeOf(min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, min ?? 0);
  const high = Math.max(0, max ?? 1);
  const air = (high - low) * 0.06 || 1;
  return [low < 0 ? low - air : 0, high > 0 || low === 0 ? high + air : 0];
}

const steps = (from: number, to: number, of: readonly number[]) =>
  Array.from({ length: to - from }, (_, at) => of.map((step) => step * 10 ** (from + at))).flat();
const WHOLE_STEPS = steps(0, 16, [1, 2, 5]);
const ANY_STEPS = steps(-12, 16, [1, 2, 2.5, 5]);

/** Between whole numbers stands no half of an order. */
function stepsOf({ data: [, ...lines] }: uPlot): number[] {
  return lines.every((values) => [...values].every((value) => Number.isInteger(value ?? 0))) ? WHOLE_STEPS : ANY_STEPS;
}

const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
const short = (label: string | undefined) =>
  label === undefined ? '' : label.length > 14 ? `${label.slice(0, 13)}…` : label;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const precise = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

function timeText(seconds: number, incr: number): string {
  const moment = new Date(seconds * 1_000);
  if (incr >= 86_400 || (moment.getHours() === 0 && moment.getMinutes() === 0 && incr >= 60)) return day.format(moment);
  return (incr < 60 ? precise : clock).format(moment);
}

/** Every second series of bars is hatched, so that its colour is not all that tells it apart. */
function hatched(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  const size = 8 * devicePixelRatio;
  [tile.width, tile.height] = [size, size];
  const pen = tile.getContext('2d');
  if (pen === null) return colour;
  pen.fillStyle = `${colour}40`;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = colour;
  pen.lineWidth = size / 4;
  for (const shift of [-size / 2, size / 2, size * 1.5]) {
    pen.beginPath();
    pen.moveTo(shift - size / 2, size);
    pen.lineTo(shift + size / 2, 0);
    pen.stroke();
  }
  return pen.createPattern(tile, 'repeat') ?? colour;
}
