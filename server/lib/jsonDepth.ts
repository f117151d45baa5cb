/**
 * Measures JSON text before it is parsed. Text that is deep or has very many members parses quickly and then breaks
 * what touches it next: printing and cloning overflow the stack, and a database stores what nobody can read again.
 *
 * One pass over the bytes, no allocation. It does not check the grammar, JSON.parse does that afterwards; on text that
 * is no JSON the figures mean nothing but the pass still ends.
 */
import { AppError } from './errors.ts';

export interface JsonLimits {
  readonly depth: number;
  /** Values of any kind: members, items and the containers themselves. */
  readonly nodes: number;
  readonly keysPerObject: number;
}

export const jsonLimits: JsonLimits = { depth: 64, nodes: 100_000, keysPerObject: 10_000 };

export interface JsonTraits {
  /** Whether there are bytes above 127, so that UTF-8 has to be checked. */
  readonly isAscii: boolean;
  /** Whether a number may be too large for a double (`1e999`), so that the parsed value has to be looked through. */
  readonly mayOverflow: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** The largest double has 309 digits. */
const LONG_NUMBER_DIGITS = 300;
const DEEPEST = 1_024;

const keysAt = new Uint32Array(DEEPEST + 1);

/** Throws `too_deep` when the text goes beyond a limit. */
export function scanJson(bytes: Uint8Array, limits: JsonLimits = jsonLimits): JsonTraits {
  const { nodes: nodeLimit, keysPerObject } = limits;
  const depthLimit = Math.min(limits.depth, DEEPEST);
  const end = bytes.length;
  let depth = 0;
  let nodes = 1;
  let digits = 0;
  let seen = 0;
  let mayOverflow = false;
  keysAt[0] = 0;

  for (let at = 0; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= ZERO && byte <= NINE) {
      if (++digits > LONG_NUMBER_DIGITS) mayOverflow = true;
      continue;
    }
    switch (byte) {
      case QUOTE:
        for (at++; at < end; at++) {
          const inside = bytes[at]!;
          if (inside === QUOTE) break;
          if (inside === BACKSLASH) at++;
          else seen |= inside;
        }
        break;
      case COMMA:
        if (++nodes > nodeLimit) throw tooMany(nodeLimit);
        break;
      case COLON:
        if (++keysAt[depth]! > keysPerObject) throw tooManyKeys(keysPerObject);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (++depth > depthLimit) throw tooDeep(depthLimit, at);
        // An empty one holds no value; the first value of any other is not told by a comma.
        if (!isClosing(bytes[at + 1]) && ++nodes > nodeLimit) throw tooMany(nodeLimit);
        keysAt[depth] = 0;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (depth > 0) depth--;
        break;
      case LOWER_E:
      case UPPER_E:
        if (digits > 0) mayOverflow = true;
        break;
      default:
        seen |= byte;
    }
    digits = 0;
  }
  return { isAscii: seen < 0x80, mayOverflow };
}

function isClosing(byte: number | undefined): boolean {
  return byte === CLOSE_LIST || byte === CLOSE_OBJECT;
}

/** Whether a parsed value holds a number that JSON cannot write back, such as the Infinity that `1e999` becomes. */
export function hasOverflow(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasOverflow);
}

function tooDeep(limit: number, at: number): AppError {
  return new AppError('too_deep', { detail: `The body is nested more than ${limit} levels deep, at byte ${at}.` });
}

function tooMany(limit: number): AppError {
  return new AppError('too_deep', { detail: `The body holds more than ${limit} values.` });
}

function tooManyKeys(limit: number): AppError {
  return new AppError('too_deep', { detail: `An object in the body has more than ${limit} keys.` });
}
