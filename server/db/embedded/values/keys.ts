/**
 * Index keys: bytes that sort (memcmp) exactly as compareValues orders the values, over all types, so that SQLite's b-tree keeps
 * BSON's order. Every key ends itself: none is a prefix of another, so keys can be joined for compound indexes, and inverted
 * ones among them for descending fields. Layout: the type's rank, then
 *   number        see key-number.ts
 *   text          UTF-8 with 00 written as 00 FF, ended by 00 00
 *   object        for each field the rank of its value, its name as text, its value's key; ended by 00
 *   array         its elements' keys; ended by 00
 *   binary        length, subtype, bytes
 *   date          milliseconds with the sign flipped; timestamp, objectId: their bytes, big-endian
 * With a collation, strings are replaced by their collation key: equal strings get equal keys, but then keys no longer sort
 * as strings do (collation.ts), so such an index answers equality only.
 */
import { type Binary, type BSONRegExp, type Code, type ObjectId, type Timestamp } from 'bson';
import { binaryBytes, binarySubtype, regexParts, writeObjectIdAt } from './access.ts';
import { type Collation } from './collation.ts';
import { type Doc } from './doc.ts';
import { NUMBER_KEY_MAX_BYTES, writeNumberKey } from './key-number.ts';
import { dateMs, type DbPointer } from './legacy.ts';
import { codeOf, textOf } from './order.ts';
import { RANK, typeRank } from './types.ts';

const FIRST_BYTES = 1024;
const KEEP_BYTES = 262_144;
const END = 0;

let scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);
let at = 0;

/** A missing value (undefined) has null's key. */
export function encodeKey(value: unknown, collation?: Collation): Buffer {
  at = 0;
  try {
    writeValue(value, collation);
    return Buffer.from(scratch.subarray(0, at));
  } finally {
    if (scratch.length > KEEP_BYTES) scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }
}

/** The same key for a descending field: every bit flipped reverses the order. */
export function invertKey(key: Uint8Array): Buffer {
  const inverted = Buffer.allocUnsafe(key.length);
  for (let i = 0; i < key.length; i++) inverted[i] = 255 - key[i]!;
  return inverted;
}

/** The smallest bytes above everything that begins with these; null when there are none. */
export function successor(key: Uint8Array): Buffer | null {
  let length = key.length;
  while (length > 0 && key[length - 1] === 255) length -= 1;
  if (length === 0) return null;
  const next = Buffer.from(key.subarray(0, length));
  next[length - 1] = next[length - 1]! + 1;
  return next;
}

/** What all keys of one kind begin with (RANK in types.ts), for ranges over a type such as all strings. */
export function keyPrefixOfType(rank: number): Buffer {
  return Buffer.from([rank]);
}

function need(length: number): void {
  if (at + length <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + length));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function writeByte(byte: number): void {
  need(1);
  scratch[at++] = byte;
}

function writeBytes(bytes: Uint8Array): void {
  need(bytes.length);
  scratch.set(bytes, at);
  at += bytes.length;
}

function writeText(text: string): void {
  if (text.includes('\0')) {
    writeEscaped(Buffer.from(text, 'utf8'));
    return;
  }
  need(text.length * 3 + 2);
  at += scratch.write(text, at, 'utf8');
  scratch[at++] = END;
  scratch[at++] = END;
}

function writeEscaped(bytes: Uint8Array): void {
  need(bytes.length * 2 + 2);
  for (const byte of bytes) {
    scratch[at++] = byte;
    if (byte === 0) scratch[at++] = 255;
  }
  scratch[at++] = END;
  scratch[at++] = END;
}

function writeValue(value: unknown, collation: Collation | undefined): void {
  const rank = typeRank(value);
  writeByte(rank);
  switch (rank) {
    case RANK.number:
      need(NUMBER_KEY_MAX_BYTES);
      at = writeNumberKey(scratch, at, value);
      return;
    case RANK.string:
      if (collation === undefined) writeText(textOf(value));
      else writeEscaped(collation.keyOf(textOf(value)));
      return;
    case RANK.object:
      writeFields(value as Doc, collation);
      return;
    case RANK.array:
      for (const item of value as unknown[]) writeValue(item, collation);
      writeByte(END);
      return;
    case RANK.objectId:
      need(12);
      writeObjectIdAt(value as ObjectId, scratch, at);
      at += 12;
      return;
    case RANK.boolean:
      writeByte(value === true ? 1 : 0);
      return;
    case RANK.date:
      writeDate(dateMs(value as Date));
      return;
    default:
      writeRare(rank, value, collation);
  }
}

function writeFields(doc: Doc, collation: Collation | undefined): void {
  for (const name of Object.keys(doc)) {
    const value = doc[name];
    writeByte(typeRank(value));
    writeText(name);
    writeValue(value, collation);
  }
  writeByte(END);
}

function writeDate(ms: number | bigint): void {
  need(8);
  if (typeof ms === 'bigint') {
    at = scratch.writeBigUInt64BE(BigInt.asUintN(64, ms) ^ 0x8000000000000000n, at);
    return;
  }
  const high = Math.floor(ms / 4294967296);
  at = scratch.writeUInt32BE((high ^ 0x80000000) >>> 0, at);
  at = scratch.writeUInt32BE(ms - high * 4294967296, at);
}

function writeRare(rank: number, value: unknown, collation: Collation | undefined): void {
  switch (rank) {
    case RANK.binary: {
      const bytes = binaryBytes(value as Binary);
      need(5);
      at = scratch.writeUInt32BE(bytes.length, at);
      scratch[at++] = binarySubtype(value as Binary);
      writeBytes(bytes);
      return;
    }
    case RANK.timestamp:
      need(8);
      at = scratch.writeUInt32BE((value as Timestamp).t, at);
      at = scratch.writeUInt32BE((value as Timestamp).i, at);
      return;
    case RANK.regex: {
      const { pattern, options } = regexParts(value as RegExp | BSONRegExp);
      writeText(pattern);
      writeText(options);
      return;
    }
    case RANK.dbPointer: {
      const name = Buffer.from((value as DbPointer).namespace);
      need(4);
      at = scratch.writeUInt32BE(name.length, at);
      writeBytes(name);
      writeBytes((value as DbPointer).id.id);
      return;
    }
    case RANK.code:
      writeText(codeOf(value));
      return;
    case RANK.codeWithScope:
      writeText(codeOf(value));
      writeFields((value as Code).scope as Doc, collation);
      return;
    default: // null, undefined, MinKey, MaxKey: the rank says it all
  }
}
