/** What the parts of a filter look like: operators or values. */
import { isPlainObject } from '../values/types.ts';

/** The parts of a DBRef begin with $ too, but are fields. */
const REFERENCE_NAMES: ReadonlySet<string> = new Set(['$ref', '$id', '$db']);
const LOGICAL_NAMES: ReadonlySet<string> = new Set([
  '$and',
  '$or',
  '$nor',
  '$expr',
  '$where',
  '$text',
  '$jsonSchema',
  '$comment',
]);

export function isOperatorName(name: string): boolean {
  return name.startsWith('$') && !REFERENCE_NAMES.has(name);
}

/** { $gt: 1 } is one, { a: { $gt: 1 } } and {} are values. The first key decides, as in MongoDB. */
export function isOperatorObject(value: unknown): value is Record<string, unknown> {
  if (!isPlainObject(value)) return false;
  const [first] = Object.keys(value);
  return first !== undefined && isOperatorName(first);
}

/** { $and: […] } and its like speak about a document, not about a value. */
export function isLogicalObject(value: Record<string, unknown>): boolean {
  const [first] = Object.keys(value);
  return first !== undefined && LOGICAL_NAMES.has(first);
}
