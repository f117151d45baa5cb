/**
 * About how many bytes a tree is as JSON. Trees are never changed in place and share what did not change, so what was
 * measured once is never walked again.
 */
import type { Json, JsonObject } from '../../schemas/json.ts';

const known = new WeakMap<object, number>();

export function sizeOf(value: Json | undefined): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return 8;
  if (typeof value !== 'object' || value === null) return 4;
  const before = known.get(value);
  if (before !== undefined) return before;
  let size = 2;
  if (isList(value)) for (const item of value) size += sizeOf(item) + 1;
  else for (const [name, member] of Object.entries(value)) size += name.length + 4 + sizeOf(member);
  known.set(value, size);
  return size;
}

/** Array.isArray, for readonly lists as well. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function hasComponentShape(value: Json): value is JsonObject & { readonly _type: string } {
  return typeof value === 'object' && value !== null && !isList(value) && typeof value._type === 'string';
}
