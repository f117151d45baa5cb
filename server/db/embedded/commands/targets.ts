/**
 * Finds the documents a write is about and makes sure that each is still what was found when it is changed: other commands
 * may have run since. One target is found, checked and changed without a pause; many are first collected as row numbers,
 * so that changing an indexed field cannot make the scan meet a document twice.
 */
import { compileMatch, needsExactTypes, type MatchFound } from '../match/compile.ts';
import { type Collection } from '../store/catalog.ts';
import { decode, decodeExact } from '../values/codec.ts';
import { type CommandContext } from './context.ts';
import { readIdPoint } from '../plan/read-interval.ts';
import { directId, openQuery, type QuerySpec } from './open-query.ts';

export interface Target {
  readonly row: number;
  readonly raw: Buffer;
  readonly arrayIndex: number | undefined;
}

type Parts = Pick<CommandContext, 'engine' | 'work'>;

/** After so many documents were changed under its hands, a command takes what it found. */
const MAX_RETRIES = 20;

/** Calls `change` with the first document that fits, or with undefined when none does, in one go with finding it. */
export async function withFirst<T>(
  parts: Parts,
  collection: Collection,
  spec: QuerySpec,
  change: (target: Target | undefined) => T,
): Promise<T> {
  const direct = spec.wantsArrayIndex === true ? undefined : directId(collection, spec);
  if (direct !== undefined) {
    parts.work.enter();
    const found = readIdPoint(parts.engine.file, collection, direct);
    return change(found === undefined ? undefined : { row: found.row, raw: found.raw, arrayIndex: undefined });
  }
  for (let attempt = 1; ; attempt++) {
    const { query } = openQuery(parts, collection, { ...spec, limit: 1 });
    const before = collection.changes;
    const [found] = await query.next(1);
    parts.work.enter();
    if (found === undefined) {
      if (collection.changes === before || attempt >= MAX_RETRIES) return change(undefined);
      continue;
    }
    if (found.seenAt === collection.changes) return change(found);
    const current = parts.engine.records.read(collection, found.row);
    if (current?.equals(found.raw) === true) return change(found);
    if (attempt >= MAX_RETRIES && current !== undefined) {
      const again = createRecheck(parts, collection, spec)(current);
      if (again !== undefined) return change({ row: found.row, raw: current, ...again });
    }
  }
}

/** Calls `change` with each document that fits, pausing in between. */
export async function forEachTarget(
  parts: Parts,
  collection: Collection,
  spec: QuerySpec,
  change: (target: Target) => void,
): Promise<void> {
  const { work, engine } = parts;
  const rows = await collectRows(parts, collection, spec);
  const recheck = createRecheck(parts, collection, spec);
  for (const row of rows) {
    if (work.shouldBreathe()) await work.breathe();
    if (collection.isDropped) return;
    work.enter();
    const raw = engine.records.read(collection, row);
    const again = raw === undefined ? undefined : recheck(raw);
    if (raw !== undefined && again !== undefined) change({ row, raw, ...again });
  }
}

async function collectRows(parts: Parts, collection: Collection, spec: QuerySpec): Promise<readonly number[]> {
  const { query } = openQuery(parts, collection, spec);
  const rows: number[] = [];
  for (;;) {
    const page = await query.next(128);
    if (page.length === 0) return rows;
    for (const { row } of page) rows.push(row);
  }
}

function createRecheck(
  parts: Parts,
  collection: Collection,
  spec: QuerySpec,
): (raw: Buffer) => { readonly arrayIndex: number | undefined } | undefined {
  const { match } = openQuery(parts, collection, { ...spec, limit: 1 });
  if (Object.keys(spec.filter).length === 0) return () => ({ arrayIndex: undefined });
  const matcher = compileMatch(spec.filter, match);
  const read = needsExactTypes(spec.filter) ? decodeExact : decode;
  return (raw) => {
    const found: MatchFound = {};
    return matcher(read(raw), found) ? { arrayIndex: found.arrayIndex } : undefined;
  };
}
