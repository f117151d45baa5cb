/** How rows are sorted, as `{ key, dir }` or as a text: `total`, and `-total` for downwards. */
import type { Table } from '../../../schemas/components/data/table.ts';

export interface Sort {
  readonly key: string;
  readonly dir: 'asc' | 'desc';
}

export function sortOf(given: Table['sort']): Sort | undefined {
  if (given === undefined || given === '') return undefined;
  if (typeof given !== 'string') return { key: given.key, dir: given.dir ?? 'asc' };
  return given.startsWith('-') ? { key: given.slice(1), dir: 'desc' } : { key: given, dir: 'asc' };
}

export const sortText = (sort: Sort | undefined): string =>
  sort === undefined ? '' : `${sort.dir === 'desc' ? '-' : ''}${sort.key}`;

/** What a press on a column's head asks for: upwards first, then the other way round. */
export const nextSort = (now: Sort | undefined, key: string): Sort => ({
  key,
  dir: now?.key === key && now.dir === 'asc' ? 'desc' : 'asc',
});
