/** Turns a plan into one reader over all its stretches: in a row, merged by key, or one clause of `$or` after another. */
import { type Collection } from '../store/catalog.ts';
import { type DataFile } from '../store/file.ts';
import { type IdPlan, type IndexPlan, type Plan } from './plan.ts';
import {
  readCollection,
  readIdInterval,
  readIdPoint,
  readIndexInterval,
  type PageReader,
  type StoredRow,
} from './read-interval.ts';

export function readPlan(file: DataFile, collection: Collection, plan: Plan): PageReader {
  switch (plan.kind) {
    case 'collection':
      return readCollection(file, collection, plan.isReversed);
    case 'union':
      return withoutRepeats(inTurn(plan.branches.map((branch) => () => readPlan(file, collection, branch))));
    case 'id':
      return readId(file, collection, plan);
    case 'index':
      return plan.needsDedup ? withoutRepeats(readIndex(file, collection, plan)) : readIndex(file, collection, plan);
  }
}

function readId(file: DataFile, collection: Collection, plan: IdPlan): PageReader {
  const { intervals, isReversed } = plan;
  if (plan.arePoints) {
    const points = isReversed ? [...intervals].reverse() : intervals;
    let at = 0;
    return {
      next: (maxRows) => {
        const rows: StoredRow[] = [];
        if (at >= points.length) return undefined;
        const until = at + MAX_PROBES;
        while (rows.length < maxRows && at < points.length && at < until) {
          const row = readIdPoint(file, collection, points[at++]!.low);
          if (row !== undefined) rows.push(row);
        }
        return rows;
      },
    };
  }
  const makers = intervals.map((interval) => () => readIdInterval(file, collection, interval, isReversed));
  return inTurn(isReversed ? makers.reverse() : makers);
}

function readIndex(file: DataFile, collection: Collection, plan: IndexPlan): PageReader {
  const { index, isReversed, mergeFrom } = plan;
  const makers = plan.intervals.map(
    (interval) => () => readIndexInterval(file, collection, index, interval, isReversed),
  );
  if (mergeFrom !== undefined)
    return merged(
      makers.map((make) => make()),
      mergeFrom,
      isReversed,
    );
  return inTurn(isReversed ? makers.reverse() : makers);
}

function inTurn(makers: readonly (() => PageReader)[]): PageReader {
  let at = 0;
  let reader: PageReader | undefined;
  return {
    next: (maxRows) => {
      const rows: StoredRow[] = [];
      for (let probes = 0; rows.length < maxRows && at < makers.length && probes < MAX_PROBES; probes++) {
        reader ??= makers[at]!();
        const page = reader.next(maxRows - rows.length);
        if (page === undefined) {
          reader = undefined;
          at++;
        } else if (rows.length === 0 && page.length === maxRows) return page;
        else rows.push(...page);
      }
      return rows.length === 0 && at >= makers.length ? undefined : rows;
    },
  };
}

/** So many stretches are looked into before others get their turn: a few milliseconds' worth. */
const MAX_PROBES = 500;

/** Stretches whose keys are ordered behind a prefix of known length: the least of their next keys comes first. */
function merged(readers: readonly PageReader[], skip: readonly number[], isReversed: boolean): PageReader {
  const heads: { page: readonly StoredRow[]; at: number }[] = readers.map(() => ({ page: [], at: 0 }));
  const sign = isReversed ? -1 : 1;

  function headOf(i: number, maxRows: number): StoredRow | undefined {
    const head = heads[i]!;
    if (head.at >= head.page.length) {
      head.page = readers[i]!.next(maxRows) ?? [];
      head.at = 0;
    }
    return head.page[head.at];
  }

  return {
    next: (maxRows) => {
      const rows: StoredRow[] = [];
      while (rows.length < maxRows) {
        let best: StoredRow | undefined;
        let from = -1;
        for (let i = 0; i < readers.length; i++) {
          const row = headOf(i, maxRows);
          if (row !== undefined && (best === undefined || sign * compareBehind(row, skip[i]!, best, skip[from]!) < 0)) {
            best = row;
            from = i;
          }
        }
        if (best === undefined) break;
        heads[from]!.at++;
        rows.push(best);
      }
      return rows.length === 0 ? undefined : rows;
    },
  };
}

function compareBehind(a: StoredRow, skipA: number, b: StoredRow, skipB: number): number {
  return a.key!.compare(b.key!, skipB, b.key!.length, skipA, a.key!.length);
}

function withoutRepeats(reader: PageReader): PageReader {
  const seen = new Set<number>();
  return {
    next: (maxRows) => reader.next(maxRows)?.filter(({ row }) => !seen.has(row) && seen.add(row)),
  };
}
