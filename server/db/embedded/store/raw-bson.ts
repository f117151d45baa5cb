/**
 * Reads BSON where it lies. An insert must look at a handful of fields of each document (its _id and what is indexed);
 * decoding the rest would cost more than storing it. Offsets are into the buffer, documents begin at `start`.
 * Layout: https://bsonspec.org/spec.html
 */
import { MongoError } from '../errors.ts';

export const MAX_DEPTH = 100;

export const BsonType = {
  double: 0x01,
  string: 0x02,
  object: 0x03,
  array: 0x04,
  binary: 0x05,
  undefined: 0x06,
  objectId: 0x07,
  bool: 0x08,
  date: 0x09,
  null: 0x0a,
  regex: 0x0b,
  dbPointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  codeWithScope: 0x0f,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
  decimal128: 0x13,
  minKey: 0xff,
  maxKey: 0x7f,
} as const;

/** Where one field's value lies. */
export interface RawValue {
  readonly type: number;
  /** Offset of the type byte. */
  readonly element: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly start: number;
  readonly end: number;
}

const invalid = (detail: string): MongoError =>
  new MongoError(22, 'InvalidBSON', `The document is not valid BSON: ${detail}`);

/** The offset behind a value of that type that begins at `at`; anything that does not fit throws. */
export function endOfValue(bytes: Buffer, type: number, at: number, limit: number): number {
  let end: number;
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      end = at + 8;
      break;
    case 0x02:
    case 0x0d:
    case 0x0e: {
      const length = int32At(bytes, at, limit);
      end = at + 4 + length;
      if (length < 1 || end > limit || bytes[end - 1] !== 0) throw invalid('a string does not end where it says');
      break;
    }
    case 0x03:
    case 0x04:
    case 0x0f: {
      const length = int32At(bytes, at, limit);
      if (length < 5) throw invalid('a sub-document is too short');
      end = at + length;
      break;
    }
    case 0x05: {
      const length = int32At(bytes, at, limit);
      if (length < 0) throw invalid('a binary value has a negative length');
      end = at + 5 + length;
      break;
    }
    case 0x06:
    case 0x0a:
    case 0xff:
    case 0x7f:
      end = at;
      break;
    case 0x07:
      end = at + 12;
      break;
    case 0x08:
      end = at + 1;
      break;
    case 0x0b:
      end = endOfName(bytes, endOfName(bytes, at, limit) + 1, limit) + 1;
      break;
    case 0x0c: {
      const length = int32At(bytes, at, limit);
      if (length < 1) throw invalid('a pointer is too short');
      end = at + 4 + length + 12;
      break;
    }
    case 0x10:
      end = at + 4;
      break;
    case 0x13:
      end = at + 16;
      break;
    default:
      throw invalid(`there is no type 0x${type.toString(16)}`);
  }
  if (end > limit) throw invalid('a value reaches beyond its document');
  return end;
}

/** The offset of the NUL that ends the name. */
export function endOfName(bytes: Buffer, at: number, limit: number): number {
  let end = at;
  while (end < limit && bytes[end] !== 0) end++;
  if (end >= limit) throw invalid('a name does not end');
  return end;
}

function int32At(bytes: Buffer, at: number, limit: number): number {
  if (at + 4 > limit) throw invalid('a length is cut off');
  return bytes.readInt32LE(at);
}

/** Checks a whole document, sub-documents included, without recursion: sizes, ends, types and depth. */
export function checkBson(bytes: Buffer, start = 0, end = bytes.length): void {
  const ends: number[] = [documentEnd(bytes, start, end)];
  let at = start + 4;
  while (ends.length > 0) {
    const limit = ends[ends.length - 1]! - 1;
    if (at === limit) {
      if (bytes[at] !== 0) throw invalid('a document does not end with zero');
      at++;
      ends.pop();
      continue;
    }
    const type = bytes[at]!;
    const valueAt = endOfName(bytes, at + 1, limit) + 1;
    const valueEnd = endOfValue(bytes, type, valueAt, limit);
    if (type === 0x03 || type === 0x04) {
      if (ends.length >= MAX_DEPTH)
        throw new MongoError(15, 'Overflow', `cannot nest documents deeper than ${MAX_DEPTH} levels`);
      ends.push(valueEnd);
      at = valueAt + 4;
    } else if (type === 0x0f) {
      checkCodeWithScope(bytes, valueAt, valueEnd);
      at = valueEnd;
    } else at = valueEnd;
    if (at > limit) throw invalid('a document is longer than it says');
  }
}

/** Code with scope is old and rare: its scope may hold scalars only, so no depth hides in it. */
function checkCodeWithScope(bytes: Buffer, at: number, end: number): void {
  const codeEnd = endOfValue(bytes, BsonType.string, at + 4, end);
  const scopeEnd = documentEnd(bytes, codeEnd, end);
  if (scopeEnd !== end) throw invalid('a scope does not end where it says');
  for (const value of elementsOf(bytes, codeEnd))
    if (value.type === BsonType.object || value.type === BsonType.array || value.type === BsonType.codeWithScope)
      throw invalid('a scope holds documents');
}

function documentEnd(bytes: Buffer, start: number, limit: number): number {
  const length = int32At(bytes, start, limit);
  if (length < 5 || start + length > limit) throw invalid('a document is longer than its message');
  return start + length;
}

/** The elements of one document, in order. */
export function* elementsOf(bytes: Buffer, start = 0): Generator<RawValue> {
  const limit = start + bytes.readInt32LE(start) - 1;
  let element = start + 4;
  while (element < limit) {
    const type = bytes[element]!;
    const nameEnd = endOfName(bytes, element + 1, limit);
    const end = endOfValue(bytes, type, nameEnd + 1, limit);
    yield { type, element, nameStart: element + 1, nameEnd, start: nameEnd + 1, end };
    element = end;
  }
}

/** One field of a document by its name, given as bytes. */
export function findField(bytes: Buffer, start: number, name: Buffer): RawValue | undefined {
  const limit = start + bytes.readInt32LE(start) - 1;
  const first = name[0];
  let element = start + 4;
  while (element < limit) {
    const type = bytes[element]!;
    const nameEnd = endOfName(bytes, element + 1, limit);
    const end = endOfValue(bytes, type, nameEnd + 1, limit);
    if (
      nameEnd - element - 1 === name.length &&
      (name.length === 0 ||
        (bytes[element + 1] === first && bytes.compare(name, 0, name.length, element + 1, nameEnd) === 0))
    )
      return { type, element, nameStart: element + 1, nameEnd, start: nameEnd + 1, end };
    element = end;
  }
  return undefined;
}
