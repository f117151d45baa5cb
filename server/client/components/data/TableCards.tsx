/** The table on a phone: a card for each row, the first column as its title, the others below it with their names. */
import { NativeSelect } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import type { Node } from '../../../schemas/components/base.ts';
import type { TableColumn } from '../../../schemas/components/data/table.ts';
import { Show } from '../../render/Show.tsx';
import css from './data.module.css';
import { openByRow } from './open.ts';
import { Opener } from './Opener.tsx';
import { sortOf, sortText } from './sort.ts';
import { hiding } from './hiding.ts';
import { cellOf, nameOf, openColumnOf, type Row, type TableView } from './tableView.ts';
import { Tick } from './Tick.tsx';
import { useMark } from './useMark.ts';

export function TableCards({ view }: { readonly view: TableView }): ReactNode {
  const { columns, rows, virtual } = view;
  return (
    <>
      <SortChoice view={view} />
      <ul className={css.cards} aria-label={view.node.label}>
        {virtual.pieces.map((piece) => {
          if (piece.type === 'room') return <li key={piece.id} aria-hidden="true" style={{ height: piece.height }} />;
          const row = rows.rowOf(piece.id);
          if (row === undefined) return null;
          return (
            <Card
              key={piece.id}
              id={piece.id}
              index={piece.index}
              count={rows.order.length}
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
      </ul>
    </>
  );
}

function SortChoice({ view }: { readonly view: TableView }): ReactNode {
  const { columns, sort, onSort } = view;
  const sortable = columns.filter((column) => column.sort === true);
  if (onSort === undefined || sortable.length === 0) return null;
  const choices = sortable.flatMap(({ key, title }) => [
    { value: key, label: `${title} ↑` },
    { value: `-${key}`, label: `${title} ↓` },
  ]);
  return (
    <NativeSelect
      label="Sort by"
      className={css.sortChoice ?? ''}
      data={[{ value: '', label: '–' }, ...choices]}
      value={sortText(sort)}
      onChange={(event) => {
        const next = sortOf(event.currentTarget.value);
        if (next !== undefined) onSort(next);
      }}
    />
  );
}

interface CardProps {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  readonly row: Row;
  readonly columns: readonly TableColumn[];
  readonly isGone: boolean;
  readonly isTicked: boolean;
  readonly to: string | undefined;
  readonly open: ((id: string) => void) | undefined;
  readonly tick: ((id: string, isRange: boolean) => void) | undefined;
  readonly measure: ((element: HTMLElement | null) => void) | undefined;
}

const Card = memo(function Card(props: CardProps): ReactNode {
  const { id, row, columns, to, open, tick } = props;
  const canOpen = to !== undefined || open !== undefined;
  const head = (canOpen ? openColumnOf(row, columns) : undefined) ?? columns[0]?.key;
  return (
    <li
      ref={props.measure}
      className={css.cardRoom}
      data-index={props.index}
      data-row={id}
      aria-posinset={props.index + 1}
      aria-setsize={props.count}
    >
      <div
        className={css.card}
        data-gone={props.isGone || undefined}
        data-ticked={props.isTicked || undefined}
        onClick={canOpen ? openByRow : undefined}
      >
        {tick !== undefined && (
          <Tick
            label={`Select ${nameOf(id, row, columns)}`}
            isOn={props.isTicked}
            onTick={(_, isRange) => tick(id, isRange)}
          />
        )}
        <div className={css.cardBody}>
          <div className={css.cardTitle}>
            {canOpen ? <Opener id={id} to={to} open={open} cell={cell(row, head)} /> : <Show node={cell(row, head)} />}
          </div>
          {columns.map((column) => {
            const value = cellOf(row, column.key);
            if (column.key === head || value === undefined || value === null) return null;
            return <Fact key={column.key} column={column} value={value} />;
          })}
        </div>
      </div>
    </li>
  );
});

const cell = (row: Row, key: string | undefined) => (key === undefined ? undefined : cellOf(row, key));

function Fact({ column, value }: { readonly column: TableColumn; readonly value: Node }): ReactNode {
  const marked = useMark<HTMLDivElement>(value);
  return (
    <div ref={marked} className={[css.cardFact, hiding(column)].filter(Boolean).join(' ')}>
      {column.title !== '' && <span className={css.cardName}>{column.title}</span>}
      <span className={css.cardValue}>
        <Show node={value} />
      </span>
    </div>
  );
}
