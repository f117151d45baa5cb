/**
 * Runs a query: reads along its plan, matches, sorts when no index did, skips and limits. What comes out are pages of rows;
 * between pages anything may happen to the collection. A sort without index keeps sort keys and row numbers, not documents:
 * the best `skip + limit` of them, or all up to a limit of memory.
 */
import { MongoError } from '../errors.ts';
import { compileMatch, needsExactTypes, type Matcher, type MatchOptions } from '../match/compile.ts';
import { createSorter, type SortKeys } from '../sort/sorter.ts';
import { bytesOf } from '../sqlite.ts';
import { type Collection } from '../store/catalog.ts';
import { type DataFile } from '../store/file.ts';
import { type Work } from '../store/work.ts';
import { decode, decodeExact, type Doc } from '../values/codec.ts';
import { type Plan } from './plan.ts';
import { pageRows, type PageReader } from './read-interval.ts';
import { readPlan } from './read-plan.ts';

export interface QueryRequest {
  readonly file: DataFile;
  readonly collection: Collection;
  readonly plan: Plan;
  readonly filter: Doc;
  readonly sort?: Doc | undefined;
  readonly skip?: number | undefined;
  /** 0 or absent: no limit. */
  readonly limit?: number | undefined;
  readonly match: MatchOptions;
  /** Ask the matcher for the array element that matched, for the positional operator. */
  readonly wantsArrayIndex?: boolean | undefined;
  readonly work: Work;
}

export interface MatchedRow {
  readonly row: number;
  readonly raw: Buffer;
  readonly arrayIndex: number | undefined;
  /** The collection's count of changes when it was read. */
  readonly seenAt: number;
}

export interface QueryStats {
  keysExamined: number;
  docsExamined: number;
  returned: number;
}

export interface Query {
  /** The next rows, at most that many; an empty page is the end. */
  readonly next: (maxRows: number) => Promise<readonly MatchedRow[]>;
  readonly stats: QueryStats;
}

/** MongoDB's limit for a sort in memory. */
const SORT_LIMIT_BYTES = 100 * 1024 * 1024;
/** What an entry costs besides its keys, roughly. */
const ENTRY_BYTES = 96;

export function createQuery(request: QueryRequest): Query {
  const { plan, sort, skip = 0, limit = 0 } = request;
  const stats: QueryStats = { keysExamined: 0, docsExamined: 0, returned: 0 };
  const matcher = createRowMatcher(request);
  const reader = readPlan(request.file, request.collection, plan);
  const needsSort = !plan.isSorted && sort !== undefined && Object.keys(sort).length > 0;
  const source = needsSort ? sortedRows(request, reader, matcher, stats) : plainRows(request, reader, matcher, stats);
  let toSkip = skip;
  let left = limit === 0 ? Infinity : limit;

  return {
    stats,
    next: async (maxRows) => {
      while (left > 0) {
        const page = await source(Math.min(maxRows, left) + toSkip);
        if (page.length === 0) return page;
        const rows = page.slice(toSkip, toSkip + Math.min(maxRows, left));
        toSkip -= page.length - rows.length;
        if (toSkip < 0) toSkip = 0;
        if (rows.length === 0) continue;
        left -= rows.length;
        stats.returned += rows.length;
        return rows;
      }
      return [];
    },
  };
}

type Source = (maxRows: number) => Promise<readonly MatchedRow[]>;
type RowMatcher = (raw: Buffer) => { readonly isMatch: boolean; readonly arrayIndex: number | undefined };

const YES = { isMatch: true, arrayIndex: undefined };
const NO = { isMatch: false, arrayIndex: undefined };

/** Matching decodes the document, so it is left out where the plan already says everything. */
function createRowMatcher({ filter, match, plan, wantsArrayIndex }: QueryRequest): RowMatcher {
  const matcher: Matcher = compileMatch(filter, match);
  if (wantsArrayIndex !== true && (Object.keys(filter).length === 0 || ('isExact' in plan && plan.isExact)))
    return () => YES;
  const read = needsExactTypes(filter) ? decodeExact : decode;
  if (wantsArrayIndex !== true) return (raw) => (matcher(read(raw)) ? YES : NO);
  return (raw) => {
    const found: { arrayIndex?: number } = {};
    return matcher(read(raw), found) ? { isMatch: true, arrayIndex: found.arrayIndex } : NO;
  };
}

function plainRows(
  { collection, work }: QueryRequest,
  reader: PageReader,
  matches: RowMatcher,
  stats: QueryStats,
): Source {
  let isDone = false;
  let ready: MatchedRow[] = [];
  let readyBytes = 0;

  function readPage(maxRows: number): void {
    const page = reader.next(pageRows(collection, maxRows));
    if (page === undefined) {
      isDone = true;
      return;
    }
    stats.docsExamined += page.length;
    const seenAt = collection.changes;
    for (const { row, raw } of page) {
      const { isMatch, arrayIndex } = matches(raw);
      if (!isMatch) continue;
      ready.push({ row, raw, arrayIndex, seenAt });
      readyBytes += raw.length;
    }
  }

  return async (maxRows) => {
    // A small first page serves "the newest ten"; a filter that rejects much makes the pages grow.
    let pageSize = maxRows - ready.length;
    while (ready.length < maxRows && readyBytes < ANSWER_BYTES && !isDone) {
      if (work.shouldBreathe()) await work.breathe();
      if (collection.isDropped) throw collectionDropped(collection);
      work.enter();
      readPage(pageSize);
      pageSize = Math.max(16, pageSize * 4);
    }
    const rows = ready.slice(0, maxRows);
    ready = ready.slice(maxRows);
    readyBytes = ready.reduce((sum, { raw }) => sum + raw.length, 0);
    return rows;
  };
}

/** Rows that are ready to be answered wait in memory only up to this size. */
const ANSWER_BYTES = 16 * 1024 * 1024;

interface SortEntry {
  readonly keys: SortKeys;
  readonly row: number;
  readonly arrayIndex: number | undefined;
}

function sortedRows(request: QueryRequest, reader: PageReader, matches: RowMatcher, stats: QueryStats): Source {
  const { file, collection, work, skip = 0, limit = 0 } = request;
  let entries: readonly SortEntry[] | undefined;
  let at = 0;
  return async (maxRows) => {
    entries ??= await collectSorted(request, reader, matches, stats, limit === 0 ? Infinity : skip + limit);
    const rows: MatchedRow[] = [];
    if (collection.isDropped) throw collectionDropped(collection);
    const most = pageRows(collection, maxRows);
    await work.breathe();
    work.enter();
    const statement = file.statement(`select d from ${collection.table} where rid=?`);
    while (rows.length < most && at < entries.length) {
      const { row, arrayIndex } = entries[at++]!;
      const found = statement.get([row]);
      if (found !== undefined) rows.push({ row, raw: bytesOf(found.d), arrayIndex, seenAt: -1 });
    }
    return rows;
  };
}

async function collectSorted(
  { collection, sort, match, work }: QueryRequest,
  reader: PageReader,
  matches: RowMatcher,
  stats: QueryStats,
  keep: number,
): Promise<readonly SortEntry[]> {
  const sorter = createSorter(sort ?? {}, match.collation);
  let entries: SortEntry[] = [];
  let bytes = 0;
  const order = (a: SortEntry, b: SortEntry): number => sorter.compare(a.keys, b.keys) || a.row - b.row;
  for (;;) {
    await work.breathe();
    if (collection.isDropped) throw collectionDropped(collection);
    work.enter();
    const page = reader.next(pageRows(collection, Infinity));
    if (page === undefined) break;
    stats.docsExamined += page.length;
    for (const { row, raw } of page) {
      const { isMatch, arrayIndex } = matches(raw);
      if (!isMatch) continue;
      const keys = sorter.keysOf(decode(raw));
      entries.push({ keys, row, arrayIndex });
      bytes += ENTRY_BYTES + sizeOfKeys(keys);
    }
    if (entries.length > 2 * keep + 256) {
      entries = entries.sort(order).slice(0, keep);
      bytes = entries.reduce((sum, { keys }) => sum + ENTRY_BYTES + sizeOfKeys(keys), 0);
    }
    if (bytes > SORT_LIMIT_BYTES) throw sortTooLarge();
  }
  return (await sortInTurns(entries, order, work)).slice(0, keep);
}

/** Sorting a million entries at once would hold everybody up: runs are sorted by themselves, then merged. */
async function sortInTurns<T>(entries: T[], order: (a: T, b: T) => number, work: Work): Promise<readonly T[]> {
  const RUN = 4096;
  if (entries.length <= RUN) return entries.sort(order);
  let runs: T[][] = [];
  for (let at = 0; at < entries.length; at += RUN) {
    runs.push(entries.slice(at, at + RUN).sort(order));
    await work.breathe();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(await mergeRuns(runs[i]!, runs[i + 1] ?? [], order, work));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergeRuns<T>(a: readonly T[], b: readonly T[], order: (x: T, y: T) => number, work: Work): Promise<T[]> {
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    out.push(order(a[i]!, b[j]!) <= 0 ? a[i++]! : b[j++]!);
    if ((out.length & 2047) === 0) await work.breathe();
  }
  while (i < a.length) out.push(a[i++]!);
  while (j < b.length) out.push(b[j++]!);
  return out;
}

function sizeOfKeys(keys: SortKeys): number {
  let bytes = 0;
  for (const key of keys) bytes += typeof key === 'string' ? 16 + 2 * key.length : 24;
  return bytes;
}

function sortTooLarge(): MongoError {
  return new MongoError(
    292,
    'QueryExceededMemoryLimitNoDiskUseAllowed',
    `Sort exceeded memory limit of ${SORT_LIMIT_BYTES} bytes, but did not opt in to external sorting. Add an index or a limit.`,
  );
}

function collectionDropped({ db, name }: Collection): MongoError {
  return new MongoError(175, 'QueryPlanKilled', `collection dropped while it was read: ${db}.${name}`);
}
