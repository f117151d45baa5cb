/** The output of an expression: data and nothing else, written anew as JSON, within limits. */
import { MAX_OUTPUT_BYTES, MAX_OUTPUT_DEPTH } from './limits.ts';

const MiB = 1024 * 1024;

/** JSON text of the value; null for undefined. Throws an Error with a sentence where it is no data or too much. */
export function toDataText(value: unknown): string | null {
  if (value === undefined) return null;
  measure(value, { what: 'The output', limitBytes: MAX_OUTPUT_BYTES, limitDepth: MAX_OUTPUT_DEPTH });
  const text = JSON.stringify(value);
  if (text.length > MAX_OUTPUT_BYTES || Buffer.byteLength(text) > MAX_OUTPUT_BYTES) {
    throw new Error(`The output is larger than ${MAX_OUTPUT_BYTES / MiB} MiB`);
  }
  return text;
}

export interface Measure {
  readonly what: string;
  readonly limitBytes: number;
  readonly limitDepth?: number;
  readonly allowFunctions?: boolean;
}

/**
 * Walks through all that the JSON of the value would hold, and throws where that is too much. Every visit counts, so
 * that parts which are shared a million times over end it early.
 */
export function measure(value: unknown, { what, limitBytes, limitDepth, allowFunctions = false }: Measure): void {
  let budget = limitBytes;

  function spend(bytes: number): void {
    budget -= bytes;
    if (budget < 0) throw new Error(`${what} is larger than ${limitBytes / MiB} MiB`);
  }

  function walk(part: unknown, depth: number): void {
    spend(1);
    if (typeof part === 'string') spend(part.length);
    if (isFunction(part)) {
      if (allowFunctions) return; // JSONata writes it as nothing
      throw new Error(`${what} holds a function; it may hold data only`);
    }
    if (typeof part !== 'object' || part === null) return;
    if (limitDepth !== undefined && depth >= limitDepth) {
      throw new Error(`${what} is nested more than ${limitDepth} deep`);
    }
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
}

/** A function of JavaScript, or of JSONata: an object that holds one. Data that looks like it holds none. */
function isFunction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'function';
  const { implementation, apply } = value as Readonly<Record<string, unknown>>;
  return typeof implementation === 'function' || typeof apply === 'function';
}
