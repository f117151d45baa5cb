/** The output of an expression: data and nothing else, written anew as JSON, within limits. */
import { MAX_OUTPUT_BYTES, MAX_OUTPUT_DEPTH } from './limits.ts';

const TOO_LARGE = `The output is larger than ${MAX_OUTPUT_BYTES / 1024 / 1024} MiB`;

/**
 * JSON text of the value; null for undefined. Throws an Error with a sentence where it is no data or too much. The walk
 * counts every visit, so that parts which are shared a million times over end it early.
 */
export function toDataText(value: unknown): string | null {
  if (value === undefined) return null;
  let budget = MAX_OUTPUT_BYTES;

  function spend(bytes: number): void {
    budget -= bytes;
    if (budget < 0) throw new Error(TOO_LARGE);
  }

  function walk(part: unknown, depth: number): void {
    spend(1);
    if (typeof part === 'string') spend(part.length);
    if (typeof part === 'function' || typeof part === 'symbol' || typeof part === 'bigint') {
      throw new Error(`The output holds a ${typeof part}; it may hold data only`);
    }
    if (typeof part !== 'object' || part === null) return;
    if (depth >= MAX_OUTPUT_DEPTH) throw new Error(`The output is nested more than ${MAX_OUTPUT_DEPTH} deep`);
    if (Array.isArray(part)) {
      spend(part.length);
      for (const item of part) walk(item, depth + 1);
      return;
    }
    for (const name of Object.keys(part)) {
      spend(name.length + 3);
      const member = (part as Record<string, unknown>)[name];
      if (member !== undefined) walk(member, depth + 1);
    }
  }

  walk(value, 0);
  const text = JSON.stringify(value);
  if (text.length > MAX_OUTPUT_BYTES || Buffer.byteLength(text) > MAX_OUTPUT_BYTES) throw new Error(TOO_LARGE);
  return text;
}
