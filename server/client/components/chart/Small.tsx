/** Numbers drawn small: how one went lately, and how much of something is used. */
import { useId, type ReactNode } from 'react';
import type { Meter as MeterNode, Sparkline as SparklineNode } from '../../../schemas/components/chart/small.ts';
import { toneColour } from '../state/tones.ts';
import css from './chart.module.css';
import { withUnit } from './chartData.ts';
import { sparkPath } from './sparkPath.ts';

const WIDTH = 120;
const HEIGHT = 28;

export function Sparkline({ node }: { readonly node: SparklineNode }): ReactNode {
  const { values, tone, unit, label } = node;
  const there = values.filter((value) => value !== null);
  const words =
    there.length === 0
      ? 'no values'
      : `last ${withUnit(there.at(-1), unit)}, least ${withUnit(Math.min(...there), unit)}, most ${withUnit(Math.max(...there), unit)}`;
  const { line, dots } = sparkPath(values, WIDTH, HEIGHT);
  return (
    <svg
      className={css.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label === undefined ? words : `${label}: ${words}`}
      style={{ color: toneColour(tone ?? 'info') }}
    >
      <path d={line} fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinejoin="round" />
      {dots.map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r="2.25" fill="currentColor" />
      ))}
    </svg>
  );
}

const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });

export function Meter({ node }: { readonly node: MeterNode }): ReactNode {
  const { value, max = 100, tone } = node;
  const labelId = useId();
  const share = Math.max(0, Math.min(1, value / max));
  const text = node.text ?? percent.format(share);
  return (
    <div className={css.meter}>
      <div className={css.meterLine}>
        <span id={labelId}>{node.label ?? 'Used'}</span>
        <span>{text}</span>
      </div>
      <div
        className={css.meterBar}
        role="meter"
        aria-labelledby={labelId}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.max(0, Math.min(max, value))}
        aria-valuetext={text}
      >
        <div style={{ width: `${share * 100}%`, background: toneColour(tone ?? 'info') }} />
      </div>
    </div>
  );
}
