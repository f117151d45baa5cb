/** A chart, and the same numbers as a table. What draws is loaded when the first chart is. */
import { Button } from '@mantine/core';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import type { Chart as ChartNode } from '../../../schemas/components/chart/chart.ts';
import { useEvent } from '../../render/useEvent.ts';
import { toneColour } from '../state/tones.ts';
import css from './chart.module.css';
import { drawingOf, readingOf, summaryOf, withUnit, type Drawing } from './chartData.ts';

const Plot = lazy(() => import('./Plot.tsx'));

/** More rows are left out of the table. */
const MAX_TABLE_ROWS = 500;
const heights = { small: 140, medium: 240, large: 380 } as const;

export function Chart({ node }: { readonly node: ChartNode }): ReactNode {
  const { label = 'Chart', unit } = node;
  const drawing = useMemo(() => drawingOf(node), [node]);
  const [isTable, setTable] = useState(false);
  const [reading, setReading] = useState<number>();
  const range = useEvent(node.onRange);
  const height = heights[node.height ?? 'medium'];
  const isEmpty = drawing.x.length === 0 || drawing.lines.length === 0;
  const at = reading !== undefined && reading < drawing.x.length ? reading : undefined;
  return (
    <figure className={css.chart} aria-label={label}>
      <div className={css.head}>
        <figcaption className={css.title}>{node.label}</figcaption>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          className={css.switch ?? ''}
          disabled={isEmpty}
          onClick={() => setTable((was) => !was)}
        >
          {isTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </div>
      {isEmpty && (
        <div className={css.none} style={{ minHeight: heights.small }}>
          No numbers yet
        </div>
      )}
      {!isEmpty && isTable && <Numbers label={label} drawing={drawing} unit={unit} maxHeight={height + 60} />}
      {!isEmpty && !isTable && (
        <>
          <Legend drawing={drawing} />
          <Suspense fallback={<div style={{ height }} />}>
            <Plot
              drawing={drawing}
              unit={unit}
              height={height}
              summary={summaryOf(drawing, unit)}
              reading={at}
              onReading={setReading}
              onRange={range.isThere && drawing.isTime ? (from, to) => void range.fire({ from, to }) : undefined}
            />
          </Suspense>
          <div className={css.reading} aria-live="polite">
            {at === undefined ? '' : readingOf(drawing, at, unit)}
          </div>
        </>
      )}
    </figure>
  );
}

function Legend({ drawing }: { readonly drawing: Drawing }): ReactNode {
  if (drawing.lines.length < 2) return null;
  return (
    <ul className={css.legend}>
      {drawing.lines.map(({ name, tone, dash }, at) => (
        <li key={name}>
          <svg width="28" height="10" aria-hidden="true">
            {drawing.kind === 'bar' ? (
              <rect
                x="1"
                y="1"
                width="26"
                height="8"
                fill={toneColour(tone)}
                fillOpacity={at % 2 === 0 ? 1 : 0.25}
                stroke={toneColour(tone)}
                strokeDasharray={at % 2 === 0 ? undefined : '3 2'}
              />
            ) : (
              <line
                x1="0"
                x2="28"
                y1="5"
                y2="5"
                stroke={toneColour(tone)}
                strokeWidth="2.5"
                strokeDasharray={dash.join(' ')}
              />
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

interface NumbersProps {
  readonly label: string;
  readonly drawing: Drawing;
  readonly unit: string | undefined;
  readonly maxHeight: number;
}

function Numbers({ label, drawing, unit, maxHeight }: NumbersProps): ReactNode {
  const { labels, lines } = drawing;
  const left = labels.length - MAX_TABLE_ROWS;
  return (
    <div className={css.numbers} style={{ maxHeight }} role="region" aria-label={`${label}, as a table`} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{drawing.isTime ? 'Time' : 'Name'}</th>
            {lines.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.slice(0, MAX_TABLE_ROWS).map((text, at) => (
            <tr key={at}>
              <th scope="row">{text}</th>
              {lines.map(({ name, values }) => (
                <td key={name}>{withUnit(values[at], unit)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <div className={css.none}>and {left} more</div>}
    </div>
  );
}
