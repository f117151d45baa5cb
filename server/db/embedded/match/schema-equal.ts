/** $jsonSchema compares documents without regard to the order of their fields, unlike the rest of MongoDB. */
import { type Doc } from '../values/doc.ts';
import { encodeKey } from '../values/keys.ts';
import { setOwn } from '../values/own.ts';
import { isPlainObject } from '../values/types.ts';

export function equalsUnordered(a: unknown, b: unknown): boolean {
  return unorderedKey(a) === unorderedKey(b);
}

/** Equal for values that are equal but for the order of fields. */
export function unorderedKey(value: unknown): string {
  return encodeKey(sorted(value)).toString('latin1');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlainObject(value)) return value;
  const doc: Doc = {};
  for (const name of Object.keys(value).sort()) setOwn(doc, name, sorted(value[name]));
  return doc;
}
