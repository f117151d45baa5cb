/** E11000 in the words, and with the keyPattern and keyValue, that drivers and Mongoose read. */
import { Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import { MongoError } from '../errors.ts';
import { decode, type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { type Collection } from './catalog.ts';
import { keysOfDocument } from './index-keys.ts';
import { type Index } from './index-spec.ts';

export function duplicateKey(collection: Collection, index: Index | undefined, raw: Buffer, key: Buffer): MongoError {
  const doc = decode(raw);
  const keyPattern = index === undefined ? { _id: 1 } : index.spec.key;
  const keyValue = index === undefined ? { _id: doc._id } : valuesOf(index, doc, key);
  const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${show(value)}`);
  return new MongoError(
    11000,
    'DuplicateKey',
    `E11000 duplicate key error collection: ${collection.db}.${collection.name} index: ${index?.name ?? '_id_'} dup key: { ${shown.join(', ')} }`,
    { keyPattern, keyValue },
  );
}

/** One value a field; where an array gave several keys, the element that is taken. */
function valuesOf(index: Index, doc: Doc, key: Buffer): Doc {
  const values: Doc = {};
  for (const field of index.fields) {
    const candidates = reach(doc, field.parts, 0);
    const fitting = candidates.find((value) => {
      const alone = { ...index, fields: [field], partial: undefined, isSparse: false };
      const own = keysOfDocument(alone, nest(field.parts, value)).keys[0];
      return own !== undefined && key.includes(own);
    });
    values[field.path] = fitting ?? candidates[0] ?? null;
  }
  return values;
}

function nest(parts: readonly string[], value: unknown): Doc {
  return parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Doc;
}

function reach(node: unknown, parts: readonly string[], depth: number): unknown[] {
  if (Array.isArray(node))
    return node.flatMap((element) => (depth === parts.length ? [element as unknown] : reach(element, parts, depth)));
  if (depth === parts.length) return [node];
  const part = parts[depth]!;
  return isPlainObject(node) && Object.hasOwn(node, part) ? reach(node[part], parts, depth + 1) : [];
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Int32 || value instanceof Double) return String(value.value);
  if (value instanceof Long || value instanceof Decimal128) return value.toString();
  return JSON.stringify(value);
}
