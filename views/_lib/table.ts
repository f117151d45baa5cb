/** Rows by id, as the table takes them: a change of one is a small patch, and an insertion shifts nothing. */
import type { Component, Shown } from '../../server/sdk.ts';

type Table = Component<'table'>;
export type Columns = Table['columns'];

export function tableOf<D extends { readonly _id: string }>(
  docs: readonly D[],
  columns: Columns,
  cells: (doc: D) => Readonly<Record<string, Shown>>,
  more: Omit<Table, '_type' | 'columns' | 'order' | 'rows'> = {},
): Table {
  const rows = Object.fromEntries(docs.map((doc) => [doc._id, cells(doc)]));
  return { _type: 'table', columns, order: docs.map(({ _id }) => _id), rows, ...more };
}
