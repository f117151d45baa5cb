/** From the `find` an author wrote to a query that can be asked: shape, placeholders, and what no filter may be. */
import { checkCollection } from '../../db/query/collection.ts';
import { checkExpression } from '../../db/query/expression.ts';
import { refusal, type Place } from '../../db/query/fault.ts';
import { checkField } from '../../db/query/fields.ts';
import { checkFilter } from '../../db/query/filter.ts';
import { createCheck } from '../../lib/schema.ts';
import { Find } from '../../schemas/view.ts';
import type { ContextKey } from '../../schemas/view.ts';
import type { FindSpec } from '../ports.ts';
import { canonical } from '../trees/canonical.ts';
import { resolvePlaceholders, type Standing } from './placeholders.ts';

export interface Prepared {
  /** Undefined where a placeholder stands for nothing: then nothing is found, and nothing asked. */
  readonly spec: FindSpec | undefined;
  /** The same for finds that ask the same. */
  readonly key: string;
  readonly used: readonly ContextKey[];
}

const DEFAULT_LIMIT = 100;
const MAX_SKIP = 10_000_000;
const MAX_SORT_FIELDS = 32;
const MAX_FILTER_CHARS = 64 * 1_024;
const MAX_FILTER_DEPTH = 32;

const findFaults = createCheck(Find);

/** Throws 422 with the place of what cannot be used. */
export function prepareFind(given: unknown, standing: Standing, place: Place): Prepared {
  const find = parseFind(given, place);
  const { coll, query = {}, projection = {}, options = {} } = find;
  checkCollection(coll, [...place, 'coll']);
  if (JSON.stringify(query).length > MAX_FILTER_CHARS) {
    throw refusal([...place, 'query'], `a query has at most ${MAX_FILTER_CHARS} characters of JSON`);
  }
  const shown = parseProjection(projection, [...place, 'projection']);
  const sort = parseSort(options.sort ?? {}, [...place, 'options', 'sort']);
  const skip = options.skip ?? 0;
  if (skip > MAX_SKIP) throw refusal([...place, 'options', 'skip'], `expected at most ${MAX_SKIP}`);

  const resolved = resolvePlaceholders(query, standing, [...place, 'query']);
  if (resolved.query === undefined) return { spec: undefined, key: 'nothing', used: resolved.used };
  checkFilter(resolved.query, [...place, 'query'], MAX_FILTER_DEPTH, checkExpression);
  const limit = options.limit ?? DEFAULT_LIMIT;
  const spec: FindSpec = { coll, query: resolved.query, projection: shown, sort, skip, limit };
  const key = [coll, canonical(spec.query), canonical(shown), canonical(sort), String(skip), String(limit)].join('|');
  return { spec, key, used: resolved.used };
}

const parsed = new WeakMap<object, Find>();

function parseFind(given: unknown, place: Place): Find {
  if (typeof given !== 'object' || given === null)
    throw refusal(place, 'expected { coll, query?, projection?, options? }');
  const known = parsed.get(given);
  if (known !== undefined) return known;
  const [fault] = findFaults(given);
  if (fault !== undefined) throw refusal([...place, ...fault.path.split('/').slice(1)], fault.message);
  parsed.set(given, given as Find);
  return given as Find;
}

function parseProjection(projection: Readonly<Record<string, unknown>>, place: Place): FindSpec['projection'] {
  const fields = Object.entries(projection).map(([field, wanted]) => {
    checkField(field, [...place, field]);
    if (wanted !== true && wanted !== false && wanted !== 1 && wanted !== 0) {
      throw refusal([...place, field], 'expected true or false');
    }
    return [field, wanted === true || wanted === 1 ? 1 : 0] as const;
  });
  return Object.fromEntries(fields);
}

function parseSort(sort: Readonly<Record<string, 1 | -1>>, place: Place): FindSpec['sort'] {
  const fields = Object.entries(sort);
  if (fields.length > MAX_SORT_FIELDS) throw refusal(place, `at most ${MAX_SORT_FIELDS} fields`);
  for (const [field] of fields) checkField(field, [...place, field]);
  return fields;
}
