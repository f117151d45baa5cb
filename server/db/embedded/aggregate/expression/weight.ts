/**
 * Values share their parts, so `['$x', '$x']` costs nothing to make, and after forty times of it nothing can write it
 * down or compare it. What an expression puts together is therefore weighed, each part once. Between two stages it may be
 * heavier than a document, as in MongoDB, but not by much.
 */
import { MongoError } from '../../errors.ts';

const MAX_BYTES = 64 * 1024 * 1024;
const VALUE_BYTES = 8;

/** Parts are never changed once they stand in two places, so each is weighed once. */
const weights = new WeakMap<object, number>();

/** About the bytes the value takes when it is written down. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return VALUE_BYTES;
  const known = weights.get(value);
  if (known !== undefined) return known;
  const weight = value instanceof Uint8Array ? VALUE_BYTES + value.length : weightOfParts(value);
  weights.set(value, weight);
  return weight;
}

function weightOfParts(value: object): number {
  let weight = VALUE_BYTES;
  if (Array.isArray(value)) for (const part of value) weight += weightOf(part);
  else for (const [key, part] of Object.entries(value)) weight += key.length + weightOf(part);
  return weight;
}

/** Gives the value back. Throws MongoDB's error 10334 when it is too heavy. */
export function weighed<T extends object>(value: T): T {
  if (weightOf(value) > MAX_BYTES) {
    throw new MongoError(10334, 'BSONObjectTooLarge', `An expression gives a value of more than ${MAX_BYTES} bytes`);
  }
  return value;
}
