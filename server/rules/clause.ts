/** One clause of a filter held against one event, for the person who wonders why it did not pass. */
import { splitPath, walkPath } from '../db/embedded/values/paths.ts';
import type { Event } from '../schemas/event.ts';
import type { Json } from '../schemas/json.ts';
import type { FilterPart } from './filter.ts';

export interface Clause {
  /** A path into the event; of `$or` and `$nor`, that word. */
  readonly path: string;
  /** `$eq` where a value stands alone. */
  readonly operators: readonly string[];
  readonly expected: Json;
  /** What the path reached; a list where it led through lists. Undefined where it reached nothing. */
  readonly found?: Json;
  readonly passed: boolean;
  /** What else there is to say. */
  readonly note?: string;
}

/** Enough to see what there is. */
const MAX_FOUND = 10;

export function explainClause({ key, operand }: FilterPart, event: Event, held: boolean | 'too costly'): Clause {
  const operators = operatorsOf(key, operand);
  const found = key.startsWith('$') ? undefined : valueAt(event, key);
  return {
    path: key,
    operators,
    expected: operand,
    ...(found !== undefined && { found }),
    passed: held === true,
    ...(held === 'too costly' && { note: 'The regular expression would cost too much on a text this long.' }),
  };
}

function operatorsOf(key: string, operand: Json): readonly string[] {
  if (key.startsWith('$')) return [key];
  const isObject = typeof operand === 'object' && operand !== null && !Array.isArray(operand);
  const names = isObject ? Object.keys(operand) : [];
  return names.some((name) => name.startsWith('$')) ? names : ['$eq'];
}

function valueAt(event: Event, path: string): Json | undefined {
  const found: { readonly value: unknown; readonly isInList: boolean }[] = [];
  walkPath(event, splitPath(path), false, (value, index) => {
    if (value !== undefined) found.push({ value, isInList: index !== undefined });
    return found.length >= MAX_FOUND;
  });
  const values = found.map(({ value }) => value as Json);
  return found.some(({ isInList }) => isInList) ? values : values[0];
}
