/** What a table hands to its two forms, the grid and the cards. */
import type { Node } from '../../../schemas/components/base.ts';
import type { Table, TableColumn } from '../../../schemas/components/data/table.ts';
import type { Sort } from './sort.ts';
import type { LiveRows } from './useLiveRows.ts';
import type { VirtualRows } from './useVirtualRows.ts';

export type Row = Readonly<Record<string, Node>>;

export interface TableView {
  readonly node: Table;
  readonly columns: readonly TableColumn[];
  readonly rows: LiveRows<Row>;
  readonly virtual: VirtualRows;
  readonly sort: Sort | undefined;
  readonly onSort: ((next: Sort) => void) | undefined;
  readonly isSorting: boolean;
  readonly isTicked: (id: string) => boolean;
  readonly tick: ((id: string, isRange: boolean) => void) | undefined;
  readonly tickAll: (isOn: boolean) => void;
  readonly open: ((id: string) => void) | undefined;
  readonly linkOf: (id: string) => string | undefined;
}

export const cellOf = (row: Row, key: string): Node | undefined => (Object.hasOwn(row, key) ? row[key] : undefined);

/** The column whose text carries the row's link: the first one that is text or a number. */
export function openColumnOf(row: Row, columns: readonly TableColumn[]): string | undefined {
  return columns.find(({ key }) => ['string', 'number'].includes(typeof cellOf(row, key)))?.key;
}

/** What a row is called where only words can say it. */
export function nameOf(id: string, row: Row, columns: readonly TableColumn[]): string {
  const key = openColumnOf(row, columns);
  const cell = key === undefined ? undefined : cellOf(row, key);
  return typeof cell === 'string' || typeof cell === 'number' ? String(cell) : id;
}
