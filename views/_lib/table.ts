/** Rows by id, as the table takes them: a change of one is a small patch, and an insertion shifts nothing. */
import type { Component } from '../../server/sdk.ts';

type Cells = Readonly<Record<string, Component | string | number | null>>;

export function tableOf<D extends { readonly _id: string }>(
  docs: readonly D[],
  columns: readonly object[],
  cells: (doc: D) => Cells,
  more: object = {},
): Component {
  const rows = Object.fromEntries(docs.map((doc) => [doc._id, cells(doc)]));
  return { _type: 'table', columns, order: docs.map(({ _id }) => _id), rows, ...more };
}
