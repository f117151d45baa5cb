/**
 * What kind of BSON value a JavaScript value is. Everything above asks here, so that plain numbers and bson's wrappers,
 * promoted and exact documents, all mean the same. A plain object is known by its prototype and never by its keys:
 * a stored document may well contain a key called `_bsontype`, `constructor` or `__proto__`.
 */
import { type Decimal128, type Double, type Int32, Long } from 'bson';
import { decimalToNumber } from './decimal.ts';
import { type Doc } from './doc.ts';
import { BsonUndefined, DbPointer } from './legacy.ts';

/** BSON's order of types, as MongoDB compares values of different kinds. Numbers share a rank, so do strings and symbols. */
export const RANK = {
  minKey: 1,
  undefined: 4,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  dbPointer: 55,
  code: 60,
  codeWithScope: 65,
  maxKey: 127,
} as const;

/** BSON's type numbers by the aliases `$type` takes. */
export const TYPE_CODES: ReadonlyMap<string, number> = new Map([
  ['double', 1],
  ['string', 2],
  ['object', 3],
  ['array', 4],
  ['binData', 5],
  ['undefined', 6],
  ['objectId', 7],
  ['bool', 8],
  ['date', 9],
  ['null', 10],
  ['regex', 11],
  ['dbPointer', 12],
  ['javascript', 13],
  ['symbol', 14],
  ['javascriptWithScope', 15],
  ['int', 16],
  ['timestamp', 17],
  ['long', 18],
  ['decimal', 19],
  ['minKey', -1],
  ['maxKey', 127],
]);
const NAMES = new Map([...TYPE_CODES].map(([name, code]) => [code, name]));

export function isPlainObject(value: unknown): value is Doc {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The name of bson's wrapper, undefined for what is none. */
export function wrapperOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || Array.isArray(value)) return undefined;
  return (value as { _bsontype?: string })._bsontype;
}

/** The BSON type number; undefined for a missing value. A plain number is an int when it can be one, as drivers store it. */
export function typeCode(value: unknown): number | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'number':
      return isInt32(value) ? 16 : 1;
    case 'bigint':
      return 18;
    case 'string':
      return 2;
    case 'symbol':
      return 14;
    case 'boolean':
      return 8;
    case 'function':
      return 13;
    case 'object':
      return value === null ? 10 : objectTypeCode(value);
  }
}

function objectTypeCode(value: object): number {
  if (Array.isArray(value)) return 4;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 3;
  if (value instanceof Date) return 9;
  switch ((value as { _bsontype?: string })._bsontype) {
    case 'ObjectId':
      return 7;
    case 'Int32':
      return 16;
    case 'Double':
      return 1;
    case 'Long':
      return 18;
    case 'Decimal128':
      return 19;
    case 'Binary':
      return 5;
    case 'Timestamp':
      return 17;
    case 'BSONRegExp':
      return 11;
    case 'MinKey':
      return -1;
    case 'MaxKey':
      return 127;
    case 'Code':
      return (value as { scope?: unknown }).scope == null ? 13 : 15;
    case 'BSONSymbol':
      return 14;
    default:
      break;
  }
  if (value instanceof RegExp) return 11;
  if (ArrayBuffer.isView(value)) return 5;
  if (value instanceof BsonUndefined) return 6;
  if (value instanceof DbPointer) return 12;
  return 3;
}

const RANK_OF_CODE: Readonly<Record<number, number>> = {
  [-1]: RANK.minKey,
  1: RANK.number,
  2: RANK.string,
  3: RANK.object,
  4: RANK.array,
  5: RANK.binary,
  6: RANK.undefined,
  7: RANK.objectId,
  8: RANK.boolean,
  9: RANK.date,
  10: RANK.null,
  11: RANK.regex,
  12: RANK.dbPointer,
  13: RANK.code,
  14: RANK.string,
  15: RANK.codeWithScope,
  16: RANK.number,
  17: RANK.timestamp,
  18: RANK.number,
  19: RANK.number,
  127: RANK.maxKey,
};

/** Where values of this kind stand in BSON's order. A missing value (JavaScript's undefined) ranks as null. */
export function typeRank(value: unknown): number {
  if (typeof value === 'string') return RANK.string;
  if (typeof value === 'number') return RANK.number;
  const code = typeCode(value);
  return code === undefined ? RANK.null : RANK_OF_CODE[code]!;
}

/** MongoDB's name of the type: 'int', 'objectId', …; 'missing' for undefined. */
export function typeName(value: unknown): string {
  const code = typeCode(value);
  return code === undefined ? 'missing' : NAMES.get(code)!;
}

export function isInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeRank(value) === RANK.number;
}

/** The nearest double; NaN for what is no number. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  switch (wrapperOf(value)) {
    case 'Int32':
    case 'Double':
      return (value as Int32 | Double).value;
    case 'Long':
      return longToNumber(value as Long);
    case 'Decimal128':
      return decimalToNumber(value as Decimal128);
    default:
      return NaN;
  }
}

function longToNumber(value: Long): number {
  return value.high * 4294967296 + (value.low >>> 0);
}

/** The integer a number stands for, without loss; undefined when it has a fraction, is not finite or is no number. */
export function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (wrapperOf(value) === 'Long') return Long.fromValue(value as Long).toBigInt();
  const number = toNumber(value);
  return Number.isInteger(number) ? BigInt(number) : undefined;
}
