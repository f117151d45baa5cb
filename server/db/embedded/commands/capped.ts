/** Capped collections: before a document is stored, the oldest make room for it. */
import { bytesOf } from '../sqlite.ts';
import { type Collection } from '../store/catalog.ts';
import { toNumber } from '../values/types.ts';
import { type Engine } from './context.ts';

interface Fill {
  count: number;
  bytes: number;
  changes: number;
}

/** How full each capped collection is; counted anew when somebody else changed it in between. */
const fills = new WeakMap<Collection, Fill>();

export function makeRoom(engine: Engine, collection: Collection, bytes: number): void {
  const { file, records } = engine;
  const maxCount = collection.options.max === undefined ? Infinity : toNumber(collection.options.max);
  const maxBytes = collection.options.size === undefined ? Infinity : toNumber(collection.options.size);
  const fill = fillOf(engine, collection);
  while (fill.count > 0 && (fill.count + 1 > maxCount || fill.bytes + bytes > maxBytes)) {
    const oldest = file.statement(`select rid, d from ${collection.table} order by rid limit 1`).get([]);
    if (oldest === undefined) break;
    const raw = bytesOf(oldest.d);
    records.remove(collection, Number(oldest.rid), raw);
    fill.count--;
    fill.bytes -= raw.length;
  }
  fill.count++;
  fill.bytes += bytes;
  // The insert that follows is one change more.
  fill.changes = collection.changes + 1;
}

function fillOf({ file }: Engine, collection: Collection): Fill {
  const known = fills.get(collection);
  if (known?.changes === collection.changes) return known;
  const row = file.prepare(`select count(*) n, coalesce(sum(length(d)), 0) bytes from ${collection.table}`).get([]);
  const fill = { count: Number(row?.n), bytes: Number(row?.bytes), changes: collection.changes };
  fills.set(collection, fill);
  return fill;
}
