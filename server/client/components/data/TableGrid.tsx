/** The table as a table. Of many rows only those in sight are drawn; screen readers are told how many there are. */
import { IconArrowDown, IconArrowUp, IconArrowsSort } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TableColumn } from '../../../schemas/components/data/table.ts';
import css from './data.module.css';
import { nextSort } from './sort.ts';
import { hiding } from './hiding.ts';
import { TableRow } from './TableRow.tsx';
import type { TableView } from './tableView.ts';
import { Tick } from './Tick.tsx';

/** A column without a width gets at least this before the table scrolls sideways in its own place. */
const MIN_WIDTH = 110;

export function TableGrid({ view }: { readonly view: TableView }): ReactNode {
  const { node, columns, rows, virtual } = view;
  const cells = columns.length + (view.tick === undefined ? 0 : 1);
  const minWidth = columns.reduce((sum, { width = MIN_WIDTH }) => sum + width, view.tick === undefined ? 0 : 44);
  return (
    <table
      className={css.table}
      aria-label={node.label}
      aria-rowcount={rows.order.length + 1}
      data-dense={node.dense === true || undefined}
      data-virtual={virtual.isVirtual || undefined}
      style={virtual.isVirtual ? { minWidth } : undefined}
    >
      <colgroup>
        {view.tick !== undefined && <col style={{ width: 44 }} />}
        {columns.map((column) => (
          <col key={column.key} className={hiding(column)} style={{ width: column.width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {view.tick !== undefined && <TickAll view={view} />}
          {columns.map((column) => (
            <Head key={column.key} column={column} view={view} />
          ))}
        </tr>
      </thead>
      <tbody>
        {virtual.pieces.map((piece) => {
          if (piece.type === 'room') {
            return (
              <tr key={piece.id} aria-hidden="true" className={css.room}>
                <td colSpan={cells} style={{ height: piece.height }} />
              </tr>
            );
          }
          const row = rows.rowOf(piece.id);
          if (row === undefined) return null;
          return (
            <TableRow
              key={piece.id}
              id={piece.id}
              index={piece.index}
              row={row}
              columns={columns}
              isGone={rows.isGone(piece.id)}
              isTicked={view.isTicked(piece.id)}
              to={view.linkOf(piece.id)}
              open={view.open}
              tick={view.tick}
              measure={virtual.measure}
            />
          );
        })}
      </tbody>
    </table>
  );
}

function TickAll({ view }: { readonly view: TableView }): ReactNode {
  const { order } = view.rows;
  const ticked = order.filter((id) => view.isTicked(id)).length;
  return (
    <th scope="col" className={css.tickCell}>
      <Tick
        label="Select all rows"
        isOn={order.length > 0 && ticked === order.length}
        isPart={ticked > 0 && ticked < order.length}
        onTick={(isOn) => view.tickAll(isOn)}
      />
    </th>
  );
}

function Head({ column, view }: { readonly column: TableColumn; readonly view: TableView }): ReactNode {
  const { sort, onSort } = view;
  const dir = sort?.key === column.key ? sort.dir : undefined;
  const Icon = dir === undefined ? IconArrowsSort : dir === 'asc' ? IconArrowUp : IconArrowDown;
  const sorting = dir === undefined ? undefined : dir === 'asc' ? 'ascending' : 'descending';
  const isSortable = column.sort === true && onSort !== undefined;
  return (
    <th scope="col" className={hiding(column)} data-align={column.align} aria-sort={sorting}>
      {isSortable ? (
        <button
          type="button"
          className={css.sort}
          aria-busy={view.isSorting}
          onClick={() => onSort(nextSort(sort, column.key))}
        >
          {column.title}
          <Icon size={14} aria-hidden data-idle={dir === undefined || undefined} />
        </button>
      ) : (
        column.title || <span className={css.hidden}>Actions</span>
      )}
    </th>
  );
}
