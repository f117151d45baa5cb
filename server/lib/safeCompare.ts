/** Compares secrets without telling, by how long it takes, how much of them is right. */
import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Both sides are hashed first: `timingSafeEqual` throws on unequal lengths, and comparing lengths beforehand would
 * tell them. Strings are compared as UTF-8.
 */
export function safeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

/** Tries every candidate, so the time does not tell which one fitted. */
export function safeEqualAny(candidates: readonly (string | Uint8Array)[], given: string | Uint8Array): boolean {
  let isEqual = false;
  for (const candidate of candidates) if (safeEqual(candidate, given)) isEqual = true;
  return isEqual;
}
