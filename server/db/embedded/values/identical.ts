/** Whether two values are stored as the same bytes: 1 and 1.0 are equal but not identical. An update to an identical value is none. */
import { type Int32, type ObjectId } from 'bson';
import { compareObjectIds } from './access.ts';
import { encode } from './codec.ts';
import { wrapperOf } from './types.ts';

export function isIdentical(a: unknown, b: unknown): boolean {
  if (a === b) return !(typeof a === 'number' && a === 0) || Object.is(a, b);
  if (typeof a === 'string' || typeof b === 'string') return false;
  if (typeof a === 'boolean' || typeof b === 'boolean' || a === null || b === null) return false;
  if (a === undefined || b === undefined) return false;
  return isSameWrapper(a, b) ?? encode({ v: a }).equals(encode({ v: b }));
}

/** The common kinds without a detour through bytes; undefined when those have to decide. */
function isSameWrapper(a: unknown, b: unknown): boolean | undefined {
  const wrapper = wrapperOf(a);
  if (wrapper !== wrapperOf(b)) return undefined;
  if (wrapper === 'ObjectId') return compareObjectIds(a as ObjectId, b as ObjectId) === 0;
  return wrapper === 'Int32' ? (a as Int32).value === (b as Int32).value : undefined;
}
