/** How $out and $merge write. */
import { type Namespace, type WriteBack } from '../aggregate/env.ts';
import { type Collection } from '../store/catalog.ts';
import { type Work } from '../store/work.ts';
import { decodeExact, encode, type Doc } from '../values/codec.ts';
import { isTrue } from '../store/index-spec.ts';
import { ensureCollection, type Engine } from './context.ts';
import { insertOne } from './insert.ts';
import { withFirst } from './targets.ts';
import { validate } from './validate.ts';

export function createWriteBack({ engine, work }: { readonly engine: Engine; readonly work: Work }): WriteBack {
  const parts = { engine, work };

  return {
    replaceCollection: async ({ db, coll }, documents) => {
      const scratch = `${SCRATCH_PREFIX}${++lastScratch}`;
      const target = engine.catalog.find(db, coll);
      work.touch();
      const fresh = engine.catalog.create(db, scratch, target?.options ?? {});
      copyIndexes(engine, target, fresh);
      try {
        for await (const doc of documents) {
          if (work.shouldBreathe()) await work.breathe();
          insertOne(parts, fresh, encode(doc));
        }
      } catch (error) {
        work.touch();
        engine.catalog.drop(fresh);
        throw error;
      }
      work.touch();
      const old = engine.catalog.find(db, coll);
      if (old !== undefined) engine.catalog.drop(old);
      engine.catalog.rename(fresh, db, coll);
    },
    change: async (ns, filter, decide) => {
      const collection = ensureCollection(parts, ns.db, ns.coll);
      await withFirst(parts, collection, { filter, command: {} }, (target) => {
        const next = decide(target === undefined ? null : decodeExact(target.raw));
        if (next === null) return;
        if (target === undefined) insertOne(parts, collection, encode(next));
        else replaceOne(parts, collection, target, next);
      });
    },
    hasUniqueIndex: (ns, fields) => hasUniqueIndex(engine, ns, fields),
  };
}

/** Where $out collects its result; what is left of it at a start was cut off by a crash. */
export const SCRATCH_PREFIX = 'tmp.agg_out.';

let lastScratch = 0;

/** The scratch collection is empty, so its indexes are complete as soon as they exist. */
function copyIndexes(engine: Engine, from: Collection | undefined, to: Collection): void {
  for (const index of from?.indexes ?? []) {
    const copy = engine.catalog.addIndex(to, index.name, index.spec);
    engine.catalog.readyIndex(to, copy);
  }
}

function replaceOne(
  { engine, work }: { readonly engine: Engine; readonly work: Work },
  collection: Collection,
  target: { readonly row: number; readonly raw: Buffer },
  next: Doc,
): void {
  const after = encode(next);
  if (after.equals(target.raw)) return;
  if (collection.options.validator !== undefined) validate(collection, after, target.raw);
  work.touch();
  engine.records.replace(collection, target.row, target.raw, after);
}

function hasUniqueIndex(engine: Engine, { db, coll }: Namespace, fields: readonly string[]): boolean {
  if (fields.length === 1 && fields[0] === '_id') return true;
  const wanted = [...fields].sort().join('\0');
  const indexes = engine.catalog.find(db, coll)?.indexes ?? [];
  return indexes.some(
    (index) =>
      index.isReady &&
      isTrue(index.spec.unique) &&
      index.partial === undefined &&
      index.fields
        .map(({ path }) => path)
        .sort()
        .join('\0') === wanted,
  );
}
