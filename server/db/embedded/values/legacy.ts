/**
 * BSON types that JavaScript drivers can no longer write but other programs may have: kept as themselves, so that rewriting
 * a document that holds one changes nothing but what was asked for.
 */
import { type ObjectId } from 'bson';

/** BSON's `undefined` (type 6), which is a value; JavaScript's undefined means "no such field" in this engine. */
export class BsonUndefined {
  toJSON(): null {
    return null;
  }
}
/** An empty array sorts and is indexed as this value, as in MongoDB. */
export const UNDEFINED: BsonUndefined = Object.freeze(new BsonUndefined());

/** BSON's DBPointer (type 12). */
export class DbPointer {
  readonly namespace: string;
  readonly id: ObjectId;

  constructor(namespace: string, id: ObjectId) {
    this.namespace = namespace;
    this.id = id;
  }
}

/** A date outside of JavaScript's range of ±8.64e15 ms: an invalid Date that still knows its exact milliseconds. */
export class DistantDate extends Date {
  readonly exactMs: bigint;

  constructor(exactMs: bigint) {
    super(NaN);
    this.exactMs = exactMs;
  }
}

/** Milliseconds since 1970; a bigint only where a number cannot hold them. The two compare exactly with < and >. */
export function dateMs(date: Date): number | bigint {
  const ms = date.getTime();
  if (ms === ms) return ms;
  return date instanceof DistantDate ? date.exactMs : 0;
}
