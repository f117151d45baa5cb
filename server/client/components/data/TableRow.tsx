/** One row. Drawn anew only when something of its own changed. */
import { memo, type ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import type { TableColumn } from '../../../schemas/components/data/table.ts';
import { Show } from '../../render/Show.tsx';
import css from './data.module.css';
import { openByRow } from './open.ts';
import { Opener } from './Opener.tsx';
import { hiding } from './hiding.ts';
import { cellOf, nameOf, openColumnOf, type Row } from './tableView.ts';
import { Tick } from './Tick.tsx';
import { useMark } from './useMark.ts';

interface TableRowProps {
  readonly id: string;
  readonly index: number;
  readonly row: Row;
  readonly columns: readonly TableColumn[];
  readonly isGone: boolean;
  readonly isTicked: boolean;
  readonly to: string | undefined;
  readonly open: ((id: string) => void) | undefined;
  readonly tick: ((id: string, isRange: boolean) => void) | undefined;
  readonly measure: ((element: HTMLElement | null) => void) | undefined;
}

export const TableRow = memo(function TableRow(props: TableRowProps): ReactNode {
  const { id, index, row, columns, isGone, isTicked, to, open, tick, measure } = props;
  const canOpen = to !== undefined || open !== undefined;
  const openColumn = canOpen ? (openColumnOf(row, columns) ?? columns[0]?.key) : undefined;
  return (
    <tr
      ref={measure}
      data-index={index}
      data-row={id}
      data-gone={isGone || undefined}
      data-ticked={isTicked || undefined}
      data-opens={canOpen || undefined}
      aria-rowindex={index + 2}
      onClick={canOpen ? openByRow : undefined}
    >
      {tick !== undefined && (
        <td className={css.tickCell}>
          <Tick
            label={`Select ${nameOf(id, row, columns)}`}
            isOn={isTicked}
            onTick={(_, isRange) => tick(id, isRange)}
          />
        </td>
      )}
      {columns.map((column) => (
        <Cell
          key={column.key}
          column={column}
          cell={cellOf(row, column.key)}
          {...(column.key === openColumn && { opens: { id, to, open } })}
        />
      ))}
    </tr>
  );
});

interface CellProps {
  readonly column: TableColumn;
  readonly cell: Node | undefined;
  readonly opens?: Pick<TableRowProps, 'id' | 'to' | 'open'>;
}

function Cell({ column, cell, opens }: CellProps): ReactNode {
  const marked = useMark<HTMLTableCellElement>(cell);
  const title = typeof cell === 'string' && cell.length > 30 ? cell : undefined;
  return (
    <td
      ref={marked}
      className={hiding(column)}
      data-align={column.align}
      title={title}
      data-long={hasLongWord(cell) || undefined}
    >
      {opens === undefined ? <Show node={cell} /> : <Opener {...opens} cell={cell} />}
    </td>
  );
}

const LONG_WORD = /\S{31}/;

/** Whether a word of it would make its column too wide: it may be broken anywhere then, which others are not. */
function hasLongWord(cell: Node | undefined): boolean {
  if (typeof cell === 'string') return LONG_WORD.test(cell);
  if (typeof cell !== 'object' || cell === null) return false;
  return Object.values(cell).some((member) => typeof member === 'string' && LONG_WORD.test(member));
}
