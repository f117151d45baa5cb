/**
 * Picks the indexed fields out of a document's bytes in one pass. Values that index keys are usually made of (strings,
 * numbers, dates, ids, booleans, null) come out as plain values; for any other the caller decodes the whole document.
 */
import { Long, ObjectId } from 'bson';
import { BsonType, endOfName, endOfValue } from './raw-bson.ts';

/** Stands for a value that cannot be read in passing: arrays, sub-documents, binary and the like. */
export const UNREAD = Symbol('unread');

export interface FieldPicker {
  readonly names: readonly string[];
  /** One value a name: undefined when missing, UNREAD when it needs decoding. */
  readonly pick: (bytes: Buffer) => unknown[];
}

/** `names` are top-level field names. */
export function createFieldPicker(names: readonly string[]): FieldPicker {
  const wanted = names.map((name) => Buffer.from(name));
  /** For each length, which names have it: most elements are passed over without comparing a byte. */
  const byLength = new Map<number, number[]>();
  wanted.forEach((name, index) => {
    byLength.set(name.length, [...(byLength.get(name.length) ?? []), index]);
  });
  let longest = 0;
  for (const length of byLength.keys()) longest = Math.max(longest, length);
  const table: (readonly number[] | undefined)[] = Array.from({ length: longest + 1 }, (_, length) =>
    byLength.get(length),
  );

  return {
    names,
    pick: (bytes) => {
      const values = new Array<unknown>(wanted.length).fill(undefined);
      const limit = bytes.readInt32LE(0) - 1;
      let missing = wanted.length;
      let at = 4;
      while (at < limit && missing > 0) {
        const type = bytes[at]!;
        const nameEnd = endOfName(bytes, at + 1, limit);
        const valueAt = nameEnd + 1;
        const end = endOfValue(bytes, type, valueAt, limit);
        const candidates = table[nameEnd - at - 1];
        if (candidates !== undefined)
          for (const index of candidates)
            if (isNameAt(bytes, at + 1, wanted[index]!)) {
              values[index] = scalarAt(bytes, type, valueAt, end);
              missing--;
            }
        at = end;
      }
      return values;
    },
  };
}

function isNameAt(bytes: Buffer, at: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

function scalarAt(bytes: Buffer, type: number, at: number, end: number): unknown {
  switch (type) {
    case BsonType.string:
      return bytes.toString('utf8', at + 4, end - 1);
    case BsonType.int32:
      return bytes.readInt32LE(at);
    case BsonType.double:
      return bytes.readDoubleLE(at);
    case BsonType.date:
      return dateAt(bytes, at);
    case BsonType.bool:
      return bytes[at] !== 0;
    case BsonType.null:
      return null;
    case BsonType.objectId:
      return new ObjectId(bytes.subarray(at, end));
    case BsonType.int64: {
      const long = Long.fromBits(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
      return long;
    }
    default:
      return UNREAD;
  }
}

/** Dates beyond JavaScript's range are left to the decoder, which keeps their exact milliseconds. */
function dateAt(bytes: Buffer, at: number): unknown {
  const ms = bytes.readInt32LE(at + 4) * 4294967296 + bytes.readUInt32LE(at);
  return Math.abs(ms) <= 8.64e15 ? new Date(ms) : UNREAD;
}
