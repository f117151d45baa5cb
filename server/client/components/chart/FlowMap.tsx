/** What leads to what: boxes in columns with lines between them, or the same as a table, which a narrow place always gets. */
import { Button } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { FlowMap as FlowMapNode } from '../../../schemas/components/chart/flowMap.ts';
import { useIsPhone } from '../../render/screen.ts';
import { useEvent } from '../../render/useEvent.ts';
import css from './flow.module.css';
import { FlowTable } from './FlowTable.tsx';
import { layoutOf, type FlowLayout } from './flowLayout.ts';
import { FlowBox } from './FlowBox.tsx';
import { lookOf } from '../fact/statusLook.ts';
import { toneColour } from '../state/tones.ts';

const ROW_PX = 84;
const BOX_PX = 64;
const HEAD_PX = 36;
/** Of a column's width, for the lines between two boxes. */
const GAP_SHARE = 0.3;
const MIN_COLUMN_PX = 150;

export default function FlowMap({ node }: { readonly node: FlowMapNode }): ReactNode {
  const { columns, nodes, edges } = node;
  const layout = useMemo(() => layoutOf({ columns, nodes, edges }), [columns, nodes, edges]);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [isTable, setTable] = useState(false);
  const select = useEvent(node.onSelect);
  const isPhone = useIsPhone();
  const isNarrow = isPhone || (width > 0 && width / columns.length < MIN_COLUMN_PX);
  const onSelect = select.isThere ? (id: string) => void select.fire(id) : undefined;
  return (
    <div ref={box} className={css.flow} role="group" aria-label={node.label ?? 'Map'}>
      {!isNarrow && (
        <div className={css.head}>
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => setTable((was) => !was)}>
            {isTable ? 'Show as map' : 'Show as table'}
          </Button>
        </div>
      )}
      {width > 0 &&
        (isTable || isNarrow ? (
          <FlowTable node={node} layout={layout} onSelect={onSelect} />
        ) : (
          <Drawn node={node} layout={layout} width={width} onSelect={onSelect} />
        ))}
    </div>
  );
}

interface DrawnProps {
  readonly node: FlowMapNode;
  readonly layout: FlowLayout;
  readonly width: number;
  readonly onSelect: ((id: string) => void) | undefined;
}

function Drawn({ node, layout, width, onSelect }: DrawnProps): ReactNode {
  const [pointed, setPointed] = useState<string>();
  const columnPx = width / node.columns.length;
  const boxPx = Math.min(240, columnPx * (1 - GAP_SHARE));
  const leftOf = (column: number) => column * columnPx + (columnPx - boxPx) / 2;
  const topOf = (row: number) => HEAD_PX + row * ROW_PX + (ROW_PX - BOX_PX) / 2;
  const height = HEAD_PX + layout.rows * ROW_PX;
  const heaviest = Math.max(1, ...layout.edges.map(({ weight }) => weight ?? 1));
  return (
    <div className={css.map} style={{ height }}>
      <svg className={css.lines} width={width} height={height} aria-hidden="true">
        {layout.edges.map(({ from, to, weight, status }, at) => {
          const [a, b] = [layout.placed.get(from)!, layout.placed.get(to)!];
          const [x1, y1] = [leftOf(a.column) + boxPx, topOf(a.row) + BOX_PX / 2];
          const [x2, y2] = [leftOf(b.column), topOf(b.row) + BOX_PX / 2];
          const bend = Math.max(24, Math.abs(x2 - x1) / 2);
          const isFaint = pointed !== undefined && pointed !== from && pointed !== to;
          return (
            <path
              key={`${at}:${from}:${to}`}
              d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
              fill="none"
              stroke={toneColour(lookOf(status).tone)}
              strokeWidth={1.5 + ((weight ?? 1) / heaviest) * 4}
              strokeDasharray={status === 'dead' || status === 'failed' ? '6 5' : undefined}
              opacity={isFaint ? 0.15 : 0.6}
            />
          );
        })}
      </svg>
      {node.columns.map(({ id, title }, at) => (
        <div key={id} className={css.columnTitle} style={{ insetInlineStart: leftOf(at), width: boxPx }}>
          {title}
        </div>
      ))}
      {[...layout.placed.values()].map((placed) => (
        <div
          key={placed.node.id}
          className={css.place}
          style={{ insetInlineStart: leftOf(placed.column), top: topOf(placed.row), width: boxPx, height: BOX_PX }}
          onPointerEnter={() => setPointed(placed.node.id)}
          onPointerLeave={() => setPointed(undefined)}
          onFocus={() => setPointed(placed.node.id)}
          onBlur={() => setPointed(undefined)}
        >
          <FlowBox node={placed.node} onSelect={onSelect} />
        </div>
      ))}
    </div>
  );
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
