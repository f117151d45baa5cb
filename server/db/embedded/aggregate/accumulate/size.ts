/** About how many bytes of heap a value takes: an estimate for the memory limits, made without encoding anything. */
const OBJECT_BYTES = 56;
const FIELD_BYTES = 24;

export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (Array.isArray(value)) {
    let bytes = OBJECT_BYTES;
    for (const item of value) bytes += 8 + sizeOf(item);
    return bytes;
  }
  if (value instanceof Date) return 40;
  if (value instanceof Uint8Array) return OBJECT_BYTES + value.byteLength;
  const tag = (value as { _bsontype?: unknown })._bsontype;
  if (typeof tag === 'string' && Object.getPrototypeOf(value) !== Object.prototype) {
    return tag === 'Binary' ? 160 + (value as { position: number }).position : tag === 'ObjectId' ? 120 : OBJECT_BYTES;
  }
  let bytes = OBJECT_BYTES;
  for (const key of Object.keys(value))
    bytes += FIELD_BYTES + key.length + sizeOf((value as Record<string, unknown>)[key]);
  return bytes;
}
