/** The _id of a document never changes, stands first, and is no array, regular expression or undefined. */
import { MongoError } from '../errors.ts';
import { type Doc } from '../values/doc.ts';
import { hasOwn } from '../values/own.ts';
import { show } from '../values/show.ts';
import { typeName } from '../values/types.ts';

const REFUSED_TYPES: ReadonlySet<string> = new Set(['array', 'regex', 'undefined']);

/** For inserts too: throws 53 for a value that cannot be an _id. */
export function checkIdType(id: unknown): void {
  const type = typeName(id);
  if (REFUSED_TYPES.has(type)) {
    throw new MongoError(53, 'InvalidIdField', `The '_id' value cannot be of type ${type}`);
  }
}

export function idAltered(id: unknown): MongoError {
  return new MongoError(
    66,
    'ImmutableField',
    id === undefined
      ? "After applying the update, the (immutable) field '_id' was found to have been removed --"
      : `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${show(id)}`,
  );
}

export function idFirst(doc: Doc): Doc {
  if (!hasOwn(doc, '_id') || Object.keys(doc)[0] === '_id') return doc;
  return { _id: doc._id, ...doc };
}
