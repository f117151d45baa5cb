/**
 * Reads stored documents page by page. A reader holds a position (the last key it gave), not an open statement, so anything
 * may happen to the collection between two pages: what is inserted behind the position is seen, what is removed is not.
 */
import { bytesOf, type Row } from '../sqlite.ts';
import { type Collection } from '../store/catalog.ts';
import { type DataFile } from '../store/file.ts';
import { type Index } from '../store/index-spec.ts';
import { type Interval } from './intervals.ts';

export interface StoredRow {
  readonly row: number;
  readonly raw: Buffer;
  /** The key under which an index gave it. */
  readonly key: Buffer | undefined;
}

/** undefined is the end; an empty page means that it took long to find nothing, and there may be more. */
export interface PageReader {
  readonly next: (maxRows: number) => readonly StoredRow[] | undefined;
}

/** A page holds at most this many bytes … */
const PAGE_BYTES = 8 * 1024 * 1024;
/** … and rows: reading and matching them stays within a few milliseconds. */
const PAGE_ROWS = 128;

export function pageRows(collection: Collection, wanted: number): number {
  return Math.max(1, Math.min(wanted, PAGE_ROWS, Math.floor(PAGE_BYTES / collection.largestBytes)));
}

export function readCollection(file: DataFile, collection: Collection, isReversed: boolean): PageReader {
  const sql = isReversed
    ? `select rid, d from ${collection.table} where rid<? order by rid desc limit ?`
    : `select rid, d from ${collection.table} where rid>? order by rid limit ?`;
  let position = isReversed ? Number.MAX_SAFE_INTEGER : 0;
  return {
    next: (maxRows) => {
      const rows = readRows(file, sql, [position, maxRows]);
      position = rows.at(-1)?.row ?? position;
      return rows.length === 0 ? undefined : rows;
    },
  };
}

export function readIdPoint(file: DataFile, collection: Collection, key: Buffer): StoredRow | undefined {
  const row = file.statement(`select rid, d from ${collection.table} where k=?`).get([key]);
  return row === undefined ? undefined : storedRow(row);
}

export function readIdInterval(
  file: DataFile,
  collection: Collection,
  interval: Interval,
  isReversed: boolean,
): PageReader {
  let { low, high } = interval;
  let isFirst = true;
  return {
    next: (maxRows) => {
      const above = !isReversed && !isFirst ? 'k>?' : 'k>=?';
      const below = high === null ? '' : ' and k<?';
      const order = isReversed ? 'k desc' : 'k';
      const sql = `select rid, d, k from ${collection.table} where ${above}${below} order by ${order} limit ?`;
      const rows = readRows(file, sql, high === null ? [low, maxRows] : [low, high, maxRows]);
      const last = rows.at(-1)?.key;
      if (last !== undefined) {
        if (isReversed) high = last;
        else low = last;
        isFirst = false;
      }
      return rows.length === 0 ? undefined : rows;
    },
  };
}

export function readIndexInterval(
  file: DataFile,
  collection: Collection,
  index: Index,
  interval: Interval,
  isReversed: boolean,
): PageReader {
  const from = `select i.rid rid, i.k k, c.d d from ${index.table} i cross join ${collection.table} c on c.rid=i.rid`;
  const order = isReversed ? 'order by i.k desc, i.rid desc limit ?' : 'order by i.k, i.rid limit ?';
  const { low, high } = interval;
  let last: StoredRow | undefined;
  return {
    next: (maxRows) => {
      const conditions: string[] = [];
      const values: (Buffer | number)[] = [];
      if (last === undefined || isReversed) {
        conditions.push('i.k>=?');
        values.push(low);
      }
      if (last !== undefined) {
        conditions.push(isReversed ? '(i.k, i.rid)<(?, ?)' : '(i.k, i.rid)>(?, ?)');
        values.push(last.key!, last.row);
      }
      if (high !== null && (last === undefined || !isReversed)) {
        conditions.push('i.k<?');
        values.push(high);
      }
      const rows = readRows(file, `${from} where ${conditions.join(' and ')} ${order}`, [...values, maxRows]);
      last = rows.at(-1) ?? last;
      return rows.length === 0 ? undefined : rows;
    },
  };
}

/**
 * The SQL ends with `limit ?`, the values with how many. One row is asked for most often, and `get` costs a fifth of `all`
 * with libsql; it is a statement of its own, because libsql's `get` finds nothing in one that `all` has used.
 */
function readRows(file: DataFile, sql: string, values: readonly (Buffer | number)[]): readonly StoredRow[] {
  if (values.at(-1) !== 1) return file.statement(sql).all(values).map(storedRow);
  const row = file.statement(`${sql.slice(0, -1)}1`).get(values.slice(0, -1));
  return row === undefined ? [] : [storedRow(row)];
}

function storedRow(row: Row): StoredRow {
  return { row: Number(row.rid), raw: bytesOf(row.d), key: row.k === undefined ? undefined : bytesOf(row.k) };
}
