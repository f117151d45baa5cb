/** What a listener returned, as JSON text, within the limits of what is stored. */
import { failure } from './failure.ts';
import { type CodeSource } from './protocol.ts';

const RESULT_LIMIT_BYTES = 1024 * 1024;
const DEPTH_LIMIT = 64;
/** It gives nothing for functions and symbols, whatever its own type says. */
const stringify = JSON.stringify as (value: unknown) => string | undefined;

export function jsonResult(value: unknown, source: CodeSource): string {
  let text: string | undefined;
  try {
    text = stringify(value);
  } catch (error) {
    throw failure.result(
      source,
      `cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (text === undefined) throw failure.result(source, `is a ${typeof value}, which JSON cannot hold`);
  if (
    text.length > RESULT_LIMIT_BYTES ||
    (text.length > RESULT_LIMIT_BYTES / 3 && Buffer.byteLength(text) > RESULT_LIMIT_BYTES)
  ) {
    throw failure.result(source, 'is larger than 1 MiB as JSON');
  }
  if (text.length > DEPTH_LIMIT * 2 && depthOf(text) > DEPTH_LIMIT) {
    throw failure.result(source, `is nested more than ${DEPTH_LIMIT} deep`);
  }
  return text;
}

/** Counts brackets outside of strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i);
    if (char === 0x22) {
      for (i++; json.charCodeAt(i) !== 0x22; i++) if (json.charCodeAt(i) === 0x5c) i++;
    } else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth--;
  }
  return deepest;
}
