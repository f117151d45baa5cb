/** Documents in memory, asked with the platform's own matcher, that tell what changes. */
import { compileMatch } from '../../../server/db/embedded/match/compile.ts';
import type { Changes, CollectionChanges, DataChange, Doc, FindDocs, FindSpec } from '../../../server/views/ports.ts';

export interface MemoryStore {
  readonly find: FindDocs;
  readonly changes: Changes;
  /** Each find, in order. */
  readonly asked: FindSpec[];
  readonly put: (coll: string, doc: Doc, environmentId?: number) => void;
  readonly remove: (coll: string, id: string, environmentId?: number) => void;
  readonly tell: (changed: CollectionChanges) => void;
  /** Waits, or throws, before each find is answered. */
  beforeAnswer: (spec: FindSpec) => Promise<void>;
}

export function memoryStore(): MemoryStore {
  const collections = new Map<string, Map<string, Doc>>();
  const callbacks = new Set<(changed: CollectionChanges) => void>();
  const docsOf = (environmentId: number, coll: string) => {
    const name = `${String(environmentId)}.${coll}`;
    const docs = collections.get(name) ?? new Map<string, Doc>();
    collections.set(name, docs);
    return docs;
  };
  const change = (environmentId: number, collection: string, one: DataChange) =>
    store.tell({ environmentId, collection, changes: [one] });

  const store: MemoryStore = {
    asked: [],
    beforeAnswer: () => Promise.resolve(),
    async find(environmentId, spec) {
      store.asked.push(spec);
      await new Promise((resolve) => setImmediate(resolve));
      const found = answer([...docsOf(environmentId, spec.coll).values()], spec);
      await store.beforeAnswer(spec);
      return found;
    },
    changes: {
      subscribe: (callback) => {
        callbacks.add(callback);
        return () => callbacks.delete(callback);
      },
    },
    put(coll, doc, environmentId = 1) {
      const docs = docsOf(environmentId, coll);
      const before = docs.get(doc._id as string);
      docs.set(doc._id as string, doc);
      change(environmentId, coll, { before, after: doc });
    },
    remove(coll, id, environmentId = 1) {
      const docs = docsOf(environmentId, coll);
      const before = docs.get(id);
      if (!docs.delete(id)) return;
      change(environmentId, coll, { before });
    },
    tell: (changed) => {
      for (const callback of callbacks) callback(changed);
    },
  };
  return store;
}

function answer(docs: readonly Doc[], { query, projection, sort, skip, limit }: FindSpec): readonly Doc[] {
  const matches = compileMatch({ ...query });
  const found = docs.filter((doc) => matches(doc)).sort((a, b) => compare(a, b, sort));
  const fields = Object.keys(projection);
  const shown = (doc: Doc): Doc =>
    fields.length === 0 ? doc : Object.fromEntries(['_id', ...fields].map((field) => [field, doc[field]]));
  return structuredClone(found.slice(skip, skip + limit).map(shown));
}

function compare(a: Doc, b: Doc, sort: FindSpec['sort']): number {
  for (const [field, direction] of sort) {
    const [x, y] = [a[field] as number, b[field] as number];
    if (x !== y) return (x < y ? -1 : 1) * direction;
  }
  return (a._id as string) < (b._id as string) ? -1 : 1;
}
