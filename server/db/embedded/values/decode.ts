/**
 * Reads BSON. bson's own reader is not used because it changes documents: DBRefs are reordered, `undefined` becomes null,
 * DBPointers become DBRefs, flags of regular expressions are lost. Lengths are checked against what encloses them.
 */
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import { MongoError } from '../errors.ts';
import { readKey, keyEnd } from './decode-key.ts';
import { type Doc } from './doc.ts';
import { DbPointer, DistantDate, UNDEFINED } from './legacy.ts';
import { setOwn } from './own.ts';

/** MongoDB's own limit is 180 levels for stored documents and 200 for what travels. */
const DEPTH_LIMIT = 200;
/** bson's ObjectId can read its bytes in place; the type leaves that out because its own reader alone uses it. */
const ObjectIdAt = ObjectId as unknown as new (source: Uint8Array, offset: number) => ObjectId;
const MAX_DATE_MS = 8_640_000_000_000_000;

export function decode(bytes: Uint8Array): Doc {
  return readRoot(bytes, false);
}

export function decodeExact(bytes: Uint8Array): Doc {
  return readRoot(bytes, true);
}

interface Reader {
  readonly buf: Buffer;
  readonly isExact: boolean;
  /** Where the next value begins. */
  at: number;
  depth: number;
}

const malformed = (what: string): MongoError => new MongoError(22, 'InvalidBSON', `Malformed BSON: ${what}`);

function readRoot(bytes: Uint8Array, isExact: boolean): Doc {
  const buf = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readObject({ buf, isExact, at: 0, depth: 0 }, buf.length);
}

function open(r: Reader, limit: number): number {
  if (r.at + 5 > limit) throw malformed('a document is cut off');
  const end = r.at + r.buf.readInt32LE(r.at);
  if (end > limit || end < r.at + 5 || r.buf[end - 1] !== 0) throw malformed('a document has a wrong length');
  if (++r.depth > DEPTH_LIMIT) throw new MongoError(15, 'Overflow', `BSON is nested deeper than ${DEPTH_LIMIT} levels`);
  r.at += 4;
  return end - 1;
}

function readObject(r: Reader, limit: number): Doc {
  const end = open(r, limit);
  const { buf } = r;
  const doc: Doc = {};
  while (r.at < end) {
    const type = buf[r.at]!;
    const start = r.at + 1;
    const stop = keyEnd(buf, start, end);
    if (stop < 0) throw malformed('a key has no end');
    const key = readKey(buf, start, stop);
    r.at = stop + 1;
    const value = readValue(r, type, end);
    if (key === '__proto__') setOwn(doc, key, value);
    else doc[key] = value;
  }
  return close(r, end, doc);
}

function readArray(r: Reader, limit: number): unknown[] {
  const end = open(r, limit);
  const { buf } = r;
  const items: unknown[] = [];
  while (r.at < end) {
    const type = buf[r.at]!;
    const stop = buf.indexOf(0, r.at + 1);
    if (stop < 0 || stop >= end) throw malformed('a key has no end');
    r.at = stop + 1;
    items.push(readValue(r, type, end));
  }
  return close(r, end, items);
}

function close<T>(r: Reader, end: number, value: T): T {
  if (r.at !== end) throw malformed('a value reaches beyond its document');
  r.at = end + 1;
  r.depth -= 1;
  return value;
}

function take(r: Reader, length: number, limit: number): number {
  const from = r.at;
  if (length < 0 || from + length > limit) throw malformed('a value is cut off');
  r.at = from + length;
  return from;
}

function readString(r: Reader, limit: number): string {
  const length = r.buf.readInt32LE(take(r, 4, limit));
  const from = take(r, length, limit);
  if (length < 1 || r.buf[from + length - 1] !== 0) throw malformed('a string has no end');
  return r.buf.toString('utf8', from, from + length - 1);
}

function readCString(r: Reader, limit: number): string {
  const stop = r.buf.indexOf(0, r.at);
  if (stop < 0 || stop >= limit) throw malformed('a text has no end');
  const text = r.buf.toString('utf8', r.at, stop);
  r.at = stop + 1;
  return text;
}

function readValue(r: Reader, type: number, limit: number): unknown {
  const { buf } = r;
  switch (type) {
    case 1: {
      const value = buf.readDoubleLE(take(r, 8, limit));
      return r.isExact ? new Double(value) : value;
    }
    case 2:
      return readString(r, limit);
    case 3:
      return readObject(r, limit);
    case 4:
      return readArray(r, limit);
    case 7:
      return new ObjectIdAt(buf, take(r, 12, limit));
    case 8:
      return buf[take(r, 1, limit)] !== 0;
    case 9:
      return readDate(r, limit);
    case 10:
      return null;
    case 16: {
      const value = buf.readInt32LE(take(r, 4, limit));
      return r.isExact ? new Int32(value) : value;
    }
    case 18:
      return readLong(r, limit);
    default:
      return readRareValue(r, type, limit);
  }
}

function readRareValue(r: Reader, type: number, limit: number): unknown {
  switch (type) {
    case 5:
      return readBinary(r, limit);
    case 6:
      return UNDEFINED;
    case 11: {
      const pattern = readCString(r, limit);
      return regexOf(pattern, readCString(r, limit));
    }
    case 12: {
      const namespace = readString(r, limit);
      return new DbPointer(namespace, new ObjectIdAt(r.buf, take(r, 12, limit)));
    }
    case 13:
      return new Code(readString(r, limit));
    case 14:
      return new BSONSymbol(readString(r, limit));
    case 15:
      return readCodeWithScope(r, limit);
    case 17: {
      const from = take(r, 8, limit);
      return new Timestamp(Long.fromBits(r.buf.readInt32LE(from), r.buf.readInt32LE(from + 4), true));
    }
    case 19: {
      const from = take(r, 16, limit);
      return new Decimal128(Uint8Array.prototype.slice.call(r.buf, from, from + 16));
    }
    case 127:
      return new MaxKey();
    case 255:
      return new MinKey();
    default:
      throw malformed(`there is no type ${type}`);
  }
}

function readLong(r: Reader, limit: number): unknown {
  const from = take(r, 8, limit);
  const low = r.buf.readInt32LE(from);
  const high = r.buf.readInt32LE(from + 4);
  if (!r.isExact) {
    const value = high * 4294967296 + (low >>> 0);
    if (Number.isSafeInteger(value)) return value;
  }
  return Long.fromBits(low, high);
}

function readDate(r: Reader, limit: number): Date {
  const from = take(r, 8, limit);
  const ms = r.buf.readInt32LE(from + 4) * 4294967296 + r.buf.readUInt32LE(from);
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms) : new DistantDate(r.buf.readBigInt64LE(from));
}

function readBinary(r: Reader, limit: number): Binary {
  const length = r.buf.readInt32LE(take(r, 4, limit));
  const subtype = r.buf[take(r, 1, limit)]!;
  const from = take(r, length, limit);
  // Copied, so that a value that is kept does not keep the whole page it came with.
  return new Binary(Uint8Array.prototype.slice.call(r.buf, from, from + length), subtype);
}

function regexOf(pattern: string, options: string): BSONRegExp {
  const regex = new BSONRegExp(pattern, '');
  regex.options = options;
  return regex;
}

function readCodeWithScope(r: Reader, limit: number): Code {
  const from = take(r, 4, limit);
  const end = from + r.buf.readInt32LE(from);
  if (end > limit) throw malformed('a value is cut off');
  const code = readString(r, end);
  return new Code(code, readObject(r, end));
}
