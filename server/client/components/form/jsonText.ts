/** JSON as a person types it, and where it stops being JSON. */
import type { Json } from '../../../schemas/json.ts';

export type Read =
  | { readonly ok: true; /** Undefined where nothing was typed. */ readonly value: Json | undefined }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly message: string };

export function readJson(text: string): Read {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    const { line, column } = placeOf(text, error instanceof Error ? error.message : '');
    return { ok: false, line, column, message: `Not JSON at line ${line}, column ${column}.` };
  }
}

export function printJson(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

// Browsers say it differently: a place in the text, a line and a column, or that the text ended.
function placeOf(text: string, message: string): { readonly line: number; readonly column: number } {
  const pair = /line (\d+) column (\d+)/.exec(message);
  if (pair !== null) return { line: Number(pair[1]), column: Number(pair[2]) };
  const at = /position (\d+)/.exec(message);
  const before = text.slice(0, at === null ? text.trimEnd().length : Number(at[1])).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
