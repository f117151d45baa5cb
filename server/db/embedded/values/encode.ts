/**
 * Writes BSON. Takes what decodeExact gives (byte for byte the same again) as well as plain JavaScript values: a number is an
 * int32 when it can be one and a double otherwise, a bigint an int64. A field that is undefined is left out; in an array it is null.
 */
import {
  type Binary,
  type BSONRegExp,
  type BSONSymbol,
  type Code,
  type Decimal128,
  type Double,
  type Int32,
  type Long,
  type ObjectId,
} from 'bson';
import { badValue, MongoError } from '../errors.ts';
import { binaryBytes, regexParts, writeObjectIdAt } from './access.ts';
import { type Doc } from './doc.ts';
import { dateMs, type DbPointer } from './legacy.ts';
import { isInt32, typeCode } from './types.ts';

const DEPTH_LIMIT = 200;
const FIRST_BYTES = 16_384;
/** A larger scratch buffer is given back after use. */
const KEEP_BYTES = 1_048_576;

let scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);
let at = 0;

export function encode(doc: Doc): Buffer {
  at = 0;
  try {
    writeObject(doc, 0);
    return Buffer.from(scratch.subarray(0, at));
  } finally {
    if (scratch.length > KEEP_BYTES) scratch = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }
}

function need(length: number): void {
  if (at + length <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + length));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function begin(depth: number): number {
  if (depth > DEPTH_LIMIT) throw new MongoError(15, 'Overflow', `BSON is nested deeper than ${DEPTH_LIMIT} levels`);
  const start = at;
  need(5);
  at += 4;
  return start;
}

function finish(start: number): void {
  need(1);
  scratch[at++] = 0;
  scratch.writeInt32LE(at - start, start);
}

function writeObject(doc: Doc, depth: number): void {
  const start = begin(depth);
  for (const key of Object.keys(doc)) {
    const value = doc[key];
    if (value !== undefined) writeField(key, value, depth);
  }
  finish(start);
}

function writeArray(items: readonly unknown[], depth: number): void {
  const start = begin(depth);
  for (let i = 0; i < items.length; i++) writeField(String(i), items[i] ?? null, depth);
  finish(start);
}

function writeField(key: string, value: unknown, depth: number): void {
  const typeAt = at;
  need(1);
  at += 1;
  writeCString(key, 'A field name');
  const type = typeCode(value)!;
  scratch[typeAt] = type & 255;
  writeValue(type, value, depth);
}

function writeCString(text: string, what: string): void {
  const most = text.length * 3 + 1;
  need(most);
  const from = at;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) throw badValue(`${what} must not contain a null byte: ${JSON.stringify(text)}`);
    if (unit > 127) {
      at = from + scratch.write(text, from, 'utf8');
      if (text.includes('\0', i)) throw badValue(`${what} must not contain a null byte: ${JSON.stringify(text)}`);
      break;
    }
    scratch[at++] = unit;
  }
  scratch[at++] = 0;
}

function writeString(text: string): void {
  need(text.length * 3 + 5);
  const length = scratch.write(text, at + 4, 'utf8') + 1;
  scratch.writeInt32LE(length, at);
  at += 4 + length;
  scratch[at - 1] = 0;
}

function writeBytes(bytes: Uint8Array): void {
  need(bytes.length);
  scratch.set(bytes, at);
  at += bytes.length;
}

function writeValue(type: number, value: unknown, depth: number): void {
  switch (type) {
    case 1:
      need(8);
      at = scratch.writeDoubleLE(typeof value === 'number' ? value : (value as Double).value, at);
      return;
    case 2:
      writeString(value as string);
      return;
    case 3:
      writeObject(value as Doc, depth + 1);
      return;
    case 4:
      writeArray(value as unknown[], depth + 1);
      return;
    case 7:
      writeObjectId(value as ObjectId);
      return;
    case 8:
      need(1);
      scratch[at++] = value === true ? 1 : 0;
      return;
    case 9:
      writeDate(dateMs(value as Date));
      return;
    case 16:
      need(4);
      at = scratch.writeInt32LE(typeof value === 'number' ? value : int32Of(value as Int32), at);
      return;
    default:
      writeRareValue(type, value, depth);
  }
}

function writeDate(ms: number | bigint): void {
  if (typeof ms === 'bigint') {
    writeInt64(ms);
    return;
  }
  need(8);
  const high = Math.floor(ms / 4_294_967_296);
  at = scratch.writeUInt32LE(ms - high * 4_294_967_296, at);
  at = scratch.writeInt32LE(high, at);
}

function writeObjectId(value: ObjectId): void {
  need(12);
  writeObjectIdAt(value, scratch, at);
  at += 12;
}

function int32Of(value: Int32): number {
  const number = value.value;
  return isInt32(number) ? number : number | 0;
}

function writeRareValue(type: number, value: unknown, depth: number): void {
  switch (type) {
    case 5:
      writeBinary(value as Binary | Uint8Array);
      return;
    case 11: {
      const { pattern, options } = regexParts(value as RegExp | BSONRegExp);
      writeCString(pattern, 'A regular expression');
      writeCString(options, 'A regular expression');
      return;
    }
    case 12:
      writeString((value as DbPointer).namespace);
      writeBytes((value as DbPointer).id.id);
      return;
    case 13:
      writeString((value as Code).code);
      return;
    case 14:
      writeString((value as BSONSymbol).value);
      return;
    case 15: {
      const start = at;
      need(4);
      at += 4;
      writeString((value as Code).code);
      writeObject((value as Code).scope as Doc, depth + 1);
      scratch.writeInt32LE(at - start, start);
      return;
    }
    case 17:
    case 18:
      writeInt64(value as Long | bigint);
      return;
    case 19:
      writeBytes((value as Decimal128).bytes);
      return;
    default: // null, undefined, MinKey and MaxKey are all type and no value.
  }
}

function writeInt64(value: Long | bigint): void {
  need(8);
  if (typeof value === 'bigint') {
    at = scratch.writeBigInt64LE(BigInt.asIntN(64, value), at);
    return;
  }
  at = scratch.writeInt32LE(value.low, at);
  at = scratch.writeInt32LE(value.high, at);
}

function writeBinary(value: Binary | Uint8Array): void {
  const bytes = binaryBytes(value);
  need(5);
  at = scratch.writeInt32LE(bytes.length, at);
  scratch[at++] = ArrayBuffer.isView(value) ? 0 : value.sub_type;
  writeBytes(bytes);
}
