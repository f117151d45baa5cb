/**
 * Ids of the platform's nouns: a prefix that says what it is, then 26 characters of Crockford base 32 (the ULID
 * layout: 48 bits of milliseconds, 80 bits of chance), so that sorting ids sorts by time of creation.
 */
import { createHash, randomFillSync } from 'node:crypto';

export type IdPrefix = 'run' | 'evt' | 'rul' | 'dlv' | 'crn' | 'tok' | 'req' | 'rcv' | 'usr' | 'ses';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/** Ids made in one millisecond by one process count upwards, so they sort in the order they were made. */
export function createIdMaker(now: () => number) {
  const pool = new Uint8Array(RANDOM_CHARS * 64);
  let poolAt = pool.length;
  let lastMs = -1;
  let timePart = '';
  const digits = new Uint8Array(RANDOM_CHARS);

  return function newId<P extends IdPrefix>(prefix: P): `${P}_${string}` {
    const ms = Math.max(now(), lastMs);
    if (ms === lastMs) increment(digits);
    else {
      lastMs = ms;
      timePart = timeChars(ms);
      if (poolAt >= pool.length) {
        randomFillSync(pool);
        poolAt = 0;
      }
      for (let i = 0; i < RANDOM_CHARS; i++) digits[i] = (pool[poolAt++] ?? 0) & 31;
      digits[0] = (digits[0] ?? 0) & 15; // leaves room to count upwards within the millisecond
    }
    let tail = '';
    for (let i = 0; i < RANDOM_CHARS; i++) tail += ALPHABET[digits[i] ?? 0] ?? '';
    return `${prefix}_${timePart}${tail}`;
  };
}

export type NewId = ReturnType<typeof createIdMaker>;

/** The smallest id of that prefix made at or after the given time: for ranges over ids. */
export function firstIdAt(prefix: IdPrefix, ms: number): string {
  return `${prefix}_${timeChars(ms)}${'0'.repeat(RANDOM_CHARS)}`;
}

/** The range of all ids with that prefix made in the same millisecond as the given id. */
export function idsOfSameMs(prefix: IdPrefix, id: string): { readonly $gte: string; readonly $lt: string } {
  const start = `${prefix}_${timePartOf(id)}`;
  return { $gte: start, $lt: `${start}{` }; // `{` is what comes after `z`
}

/** An id with the time of the given one, and the hash of the seed in place of chance: the same seed, the same id. */
export function deriveId<P extends IdPrefix>(prefix: P, timeOf: string, seed: string): `${P}_${string}` {
  const hash = createHash('sha256').update(seed).digest();
  let tail = '';
  for (let i = 0; i < RANDOM_CHARS; i++) tail += ALPHABET[(hash[i] ?? 0) & 31] ?? '';
  return `${prefix}_${timePartOf(timeOf)}${tail}`;
}

function timePartOf(id: string): string {
  const start = id.indexOf('_') + 1;
  return id.slice(start, start + TIME_CHARS);
}

function timeChars(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let chars = '';
  for (let i = 0; i < TIME_CHARS; i++) {
    chars = (ALPHABET[rest % 32] ?? '') + chars;
    rest = Math.floor(rest / 32);
  }
  return chars;
}

function increment(digits: Uint8Array): void {
  for (let i = digits.length - 1; i >= 0; i--) {
    const next = ((digits[i] ?? 0) + 1) & 31;
    digits[i] = next;
    if (next !== 0) return;
  }
}
