/**
 * BSON's order over values of all types, as MongoDB sorts, indexes and compares with $gt: first the kind (types.ts), then the
 * value. Documents compare field by field: kind, then name, then value; so key order matters and a prefix comes first.
 * A total order: missing equals null, NaN equals NaN, 1 equals 1.0 equals Decimal128('1').
 */
import { type Binary, type BSONRegExp, type Code, type ObjectId, type Timestamp } from 'bson';
import { binaryBytes, binarySubtype, compareObjectIds, regexParts } from './access.ts';
import { type Collation } from './collation.ts';
import { type Doc } from './doc.ts';
import { dateMs, type DbPointer } from './legacy.ts';
import { compareNumbers } from './numbers.ts';
import { RANK, typeRank } from './types.ts';

export function compareValues(a: unknown, b: unknown, collation?: Collation): number {
  if (typeof a === 'number' && typeof b === 'number' && a === b) return 0;
  const rank = typeRank(a);
  const other = typeRank(b);
  if (rank !== other) return rank < other ? -1 : 1;
  switch (rank) {
    case RANK.number:
      return compareNumbers(a, b);
    case RANK.string:
      return compareTexts(textOf(a), textOf(b), collation);
    case RANK.object:
      return compareDocs(a as Doc, b as Doc, collation);
    case RANK.array:
      return compareArrays(a as unknown[], b as unknown[], collation);
    case RANK.objectId:
      return compareObjectIds(a as ObjectId, b as ObjectId);
    case RANK.boolean:
      return Number(a) - Number(b);
    case RANK.date:
      return compareScalars(dateMs(a as Date), dateMs(b as Date));
    default:
      return compareRare(rank, a, b, collation);
  }
}

export function equalValues(a: unknown, b: unknown, collation?: Collation): boolean {
  return compareValues(a, b, collation) === 0;
}

function compareRare(rank: number, a: unknown, b: unknown, collation: Collation | undefined): number {
  switch (rank) {
    case RANK.binary:
      return compareBinaries(a as Binary, b as Binary);
    case RANK.timestamp:
      return (
        compareScalars((a as Timestamp).t, (b as Timestamp).t) || compareScalars((a as Timestamp).i, (b as Timestamp).i)
      );
    case RANK.regex: {
      const x = regexParts(a as RegExp | BSONRegExp);
      const y = regexParts(b as RegExp | BSONRegExp);
      return compareStrings(x.pattern, y.pattern) || compareStrings(x.options, y.options);
    }
    case RANK.dbPointer:
      return comparePointers(a as DbPointer, b as DbPointer);
    case RANK.code:
      return compareStrings(codeOf(a), codeOf(b));
    case RANK.codeWithScope:
      return (
        compareStrings(codeOf(a), codeOf(b)) ||
        compareDocs((a as Code).scope as Doc, (b as Code).scope as Doc, collation)
      );
    default:
      return 0; // null, undefined, MinKey, MaxKey: one value each
  }
}

function compareScalars(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text of a string or a symbol, which MongoDB compares as one kind. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (value as { valueOf(): string }).valueOf();
}

export function codeOf(value: unknown): string {
  return typeof value === 'function' ? String(value) : (value as Code).code;
}

function compareTexts(a: string, b: string, collation: Collation | undefined): number {
  return collation === undefined ? compareStrings(a, b) : Math.sign(collation.compare(a, b));
}

/** By UTF-8 bytes, which is by code point: only a surrogate against U+E000…U+FFFF differs from JavaScript's own order. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      const isSurrogate = x <= 0xdfff;
      if (isSurrogate !== y <= 0xdfff) return isSurrogate ? 1 : -1;
    }
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

function compareDocs(a: Doc, b: Doc, collation: Collation | undefined): number {
  const names = Object.keys(a);
  const others = Object.keys(b);
  const length = Math.min(names.length, others.length);
  for (let i = 0; i < length; i++) {
    const name = names[i]!;
    const other = others[i]!;
    const x = a[name];
    const y = b[other];
    const order = typeRank(x) - typeRank(y) || compareStrings(name, other) || compareValues(x, y, collation);
    if (order !== 0) return Math.sign(order);
  }
  return Math.sign(names.length - others.length);
}

function compareArrays(a: readonly unknown[], b: readonly unknown[], collation: Collation | undefined): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i], collation);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareBinaries(a: Binary | Uint8Array, b: Binary | Uint8Array): number {
  const x = binaryBytes(a);
  const y = binaryBytes(b);
  return (
    Math.sign(x.length - y.length) || Math.sign(binarySubtype(a) - binarySubtype(b)) || Math.sign(Buffer.compare(x, y))
  );
}

function comparePointers(a: DbPointer, b: DbPointer): number {
  return (
    Math.sign(Buffer.byteLength(a.namespace) - Buffer.byteLength(b.namespace)) ||
    compareStrings(a.namespace, b.namespace) ||
    compareObjectIds(a.id, b.id)
  );
}
