/**
 * Expressions that are a path of plain names, `data.customer.id`, read straight from the input where that is exactly
 * what JSONata would give: objects all the way, no array, nothing that JSONata takes for a function. Whatever else there
 * is goes the long way.
 */
import { toDataText } from './data.ts';

const PATH = /^\s*[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\s*$/;
/** Words of the language. */
const RESERVED = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);
const MAX_NAMES = 16;

/** The names, or null where the expression is something else. */
export function plainPathOf(expression: string): readonly string[] | null {
  if (expression.length > 256 || !PATH.test(expression)) return null;
  const names = expression.trim().split('.');
  return names.length <= MAX_NAMES && !names.some((name) => RESERVED.has(name)) ? names : null;
}

/** What the path leads to, as JSON text; null for nothing; undefined where JSONata has to be asked. */
export function readPlainPath(names: readonly string[], inputJson: string): string | null | undefined {
  let at: unknown = JSON.parse(inputJson);
  for (const name of names) {
    if (!isPlain(at)) return undefined;
    at = Object.hasOwn(at, name) ? at[name] : undefined;
    if (at === undefined) return null;
  }
  if (typeof at === 'object' && at !== null && !isPlain(at)) return undefined;
  return toDataText(at);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !Object.hasOwn(value, '_jsonata_lambda') &&
    !Object.hasOwn(value, '_jsonata_function')
  );
}
