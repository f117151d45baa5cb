/** What is inside of bson's wrappers, whichever of the accepted shapes a value has. */
import { type Binary, type BSONRegExp, type ObjectId } from 'bson';

export function binaryBytes(value: Binary | Uint8Array): Uint8Array {
  return ArrayBuffer.isView(value) ? value : value.buffer.subarray(0, value.position);
}

export function binarySubtype(value: Binary | Uint8Array): number {
  return ArrayBuffer.isView(value) ? 0 : value.sub_type;
}

/** Options in alphabetical order, as BSON asks for; of a JavaScript RegExp only those that MongoDB knows. */
export function regexParts(value: RegExp | BSONRegExp): { readonly pattern: string; readonly options: string } {
  if (!(value instanceof RegExp)) return value;
  return { pattern: value.source, options: value.flags.replace(/[^imsux]/g, '') };
}

/** bson packs the 12 bytes into four 24-bit numbers; comparing those needs no copy. Another build may not have them. */
interface Packed {
  readonly i0?: unknown;
  readonly i1?: unknown;
  readonly i2?: unknown;
  readonly i3?: unknown;
}

export function compareObjectIds(a: ObjectId, b: ObjectId): number {
  const x = a as unknown as Packed;
  const y = b as unknown as Packed;
  if (typeof x.i3 !== 'number' || typeof y.i3 !== 'number') return Buffer.compare(a.id, b.id);
  return (
    Math.sign((x.i0 as number) - (y.i0 as number)) ||
    Math.sign((x.i1 as number) - (y.i1 as number)) ||
    Math.sign((x.i2 as number) - (y.i2 as number)) ||
    Math.sign(x.i3 - y.i3)
  );
}

/** The 12 bytes without the copy that `id` makes, where this build of bson can write them in place. */
export function writeObjectIdAt(value: ObjectId, target: Buffer, offset: number): void {
  const writer = value as { serializeInto?: (target: Uint8Array, offset: number) => unknown };
  if (writer.serializeInto === undefined) target.set(value.id, offset);
  else writer.serializeInto(target, offset);
}
