/** What was read, with each document that is as it was before replaced by that very object. */
import { isDeepStrictEqual } from 'node:util';
import type { Doc } from '../ports.ts';

/** The same list where nothing changed. */
export function reconcile(before: readonly Doc[] | undefined, now: readonly Doc[]): readonly Doc[] {
  if (before === undefined) return now;
  const byId = new Map(before.map((doc) => [doc._id, doc]));
  const docs = now.map((doc, i) => {
    // Without an id, as where a projection leaves it out, documents are told apart by their places.
    const old = doc._id === undefined ? before[i] : byId.get(doc._id);
    return old !== undefined && isDeepStrictEqual(old, doc) ? old : doc;
  });
  return docs.length === before.length && docs.every((doc, i) => doc === before[i]) ? before : docs;
}
