/**
 * What travels in an api call: JSON, and within it Dates and bytes. Both are written as objects with one tagged member;
 * an object of the author's own that looks like one is wrapped, so everything comes out as it went in.
 */
const TAG = '$earshot:';
const DATE = `${TAG}date`;
const BYTES = `${TAG}bytes`;
const PLAIN = `${TAG}plain`;

/** Throws a TypeError for what JSON cannot hold: cycles, BigInts. Undefined members and functions are left out. */
export function pack(value: unknown): string {
  return JSON.stringify(value === undefined ? null : value, tag);
}

export function unpack(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes(TAG) ? restore(value) : value;
}

function tag(this: unknown, key: string, value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'string') return value;
  // JSON.stringify has already called toJSON of Dates and Buffers; what they were is still in the holder.
  const raw = (this as Record<string, unknown>)[key];
  if (raw instanceof Date) return { [DATE]: Number.isNaN(raw.getTime()) ? null : raw.toISOString() };
  if (raw instanceof Uint8Array) return { [BYTES]: toBase64(raw) };
  if (raw instanceof ArrayBuffer) return { [BYTES]: toBase64(new Uint8Array(raw)) };
  // What is returned from here does not come by again, so a tagged object met here is the author's own.
  if (typeof value === 'object' && value !== null && value === raw && isTagged(value)) {
    return { [PLAIN]: Object.entries(value) };
  }
  return value;
}

function isTagged(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0]!.startsWith(TAG);
}

/** In place, and by hand: a reviver for JSON.parse takes four times as long. What lies within comes first. */
function restore(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (typeof member !== 'object' || member === null) continue;
    const restored = restore(member);
    if (restored !== member) members[key] = restored; // it has a member of that name, even if that is `__proto__`
  }
  return isTagged(value) ? untag(value) : value;
}

function untag(value: object): unknown {
  const key = Object.keys(value)[0]!;
  const inner = (value as Record<string, unknown>)[key];
  if (key === DATE) return new Date(typeof inner === 'string' ? inner : Number.NaN);
  if (key === BYTES && typeof inner === 'string') return new Uint8Array(Buffer.from(inner, 'base64'));
  if (key === PLAIN && Array.isArray(inner)) return Object.fromEntries(inner as [string, unknown][]);
  return value;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
