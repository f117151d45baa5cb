/**
 * Field names repeat from document to document, and making a string from bytes is the dearest part of reading a small field.
 * A fixed table of recent names, addressed by a hash of their bytes, hands out the same string again.
 */
interface Slot {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const SLOTS = 2048;
/** Longer names are rare and would make comparing dearer than reading. */
const MAX_CACHED_BYTES = 32;
const table: (Slot | undefined)[] = new Array<Slot | undefined>(SLOTS);

/** Where the name that begins at `start` ends (its zero byte); -1 when it does not end before `limit`. */
export function keyEnd(buf: Buffer, start: number, limit: number): number {
  for (let at = start; at < limit; at++) if (buf[at] === 0) return at;
  return -1;
}

export function readKey(buf: Buffer, start: number, stop: number): string {
  const length = stop - start;
  if (length > MAX_CACHED_BYTES) return buf.toString('utf8', start, stop);
  let hash = length;
  for (let at = start; at < stop; at++) hash = (Math.imul(hash, 31) + buf[at]!) | 0;
  const index = (hash ^ (hash >>> 11)) & (SLOTS - 1);
  const slot = table[index];
  if (slot !== undefined && isSame(slot.bytes, buf, start, length)) return slot.text;
  const text = buf.toString('utf8', start, stop);
  table[index] = { bytes: Uint8Array.prototype.slice.call(buf, start, stop), text };
  return text;
}

function isSame(bytes: Uint8Array, buf: Buffer, start: number, length: number): boolean {
  if (bytes.length !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[i] !== buf[start + i]) return false;
  return true;
}
