/**
 * What a filter demands to be equal to a plain value: the part of it that an index can look up. `{ tenant_id: 'acme' }`,
 * `{ 'data.account': { $in: [7, 8] } }`. What is found by it still has to pass the whole filter.
 */
import type { Json, JsonObject } from '../schemas/json.ts';
import { partsOf } from './filter.ts';

/** Null is none: it also stands for what is missing. */
export type Plain = string | number | boolean;

/** One of the values has to be found at the path. */
export interface Equality {
  readonly path: string;
  readonly values: readonly Plain[];
}

/** More add nothing to what the first ones tell apart. */
const MAX_EQUALITIES = 4;
/** How many places a rule may take in the index: the product of the values' counts. */
const MAX_PLACES = 64;

/** In the order of their paths, so that rules which ask about the same paths share the way. */
export function equalitiesOf(filter: JsonObject | null): readonly Equality[] {
  if (filter === null) return [];
  const all = partsOf(filter).flatMap(({ key, operand }): Equality[] => {
    const values = key.startsWith('$') ? undefined : valuesOf(operand);
    return values === undefined ? [] : [{ path: key, values }];
  });
  all.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const kept: Equality[] = [];
  let places = 1;
  for (const equality of all) {
    if (kept.length === MAX_EQUALITIES || places * equality.values.length > MAX_PLACES) continue;
    places *= equality.values.length;
    kept.push(equality);
  }
  return kept;
}

function valuesOf(operand: Json): readonly Plain[] | undefined {
  if (isPlain(operand)) return [operand];
  if (typeof operand !== 'object' || operand === null || Array.isArray(operand)) return undefined;
  const { $eq: one, $in: some } = operand as JsonObject;
  if (one !== undefined && isPlain(one)) return [one];
  return Array.isArray(some) && some.length > 0 && some.every(isPlain) ? [...new Set(some)] : undefined;
}

function isPlain(value: Json): value is Plain {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
