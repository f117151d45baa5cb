/** What finds and pipelines are asked with. */
import { refusal } from '../db/query/fault.ts';
import { checkField } from '../db/query/fields.ts';
import { isRecord } from '../db/query/values.ts';
import { parseFilter } from './args.ts';
import { REVISION } from './revision.ts';

export interface FindArgs {
  readonly filter: object;
  readonly projection: Projection;
  readonly limit: number;
  readonly skip: number;
  readonly sort: readonly (readonly [field: string, direction: 1 | -1])[];
  readonly showsRevision: boolean;
}

export type Projection = Readonly<Record<string, 0 | 1>>;

export const MAX_FIND_ROWS = 1_000;
const MAX_SKIP = 10_000_000;
const MAX_SORT_FIELDS = 32;

export function parseFind(
  query: unknown,
  projection: unknown,
  options: unknown,
  userId: string | null | undefined,
): FindArgs {
  const given = options ?? {};
  if (!isRecord(given)) throw refusal(['options'], 'expected an object');
  for (const name of Object.keys(given)) {
    if (!['limit', 'skip', 'sort', 'withRevision'].includes(name)) {
      throw refusal(['options', name], 'expected limit, skip, sort or withRevision');
    }
  }
  const { withRevision } = given;
  if (withRevision !== undefined && typeof withRevision !== 'boolean') {
    throw refusal(['options', 'withRevision'], 'expected true or false');
  }
  return {
    filter: parseFilter(query ?? {}, userId),
    ...parseProjection(projection, withRevision === true),
    limit: parseWhole(given.limit ?? MAX_FIND_ROWS, 'limit', 1, MAX_FIND_ROWS),
    skip: parseWhole(given.skip ?? 0, 'skip', 0, MAX_SKIP),
    sort: parseSort(given.sort ?? {}),
  };
}

/** Fields to show, or not to. The revision is shown where it is asked for: by name, or with `withRevision`. */
export function parseProjection(
  projection: unknown,
  withRevision: boolean,
): { readonly projection: Projection; readonly showsRevision: boolean } {
  const given = projection ?? {};
  if (!isRecord(given)) throw refusal(['projection'], 'expected fields with true or false');
  const fields = Object.entries(given).map(([field, wanted]) => {
    checkField(field, ['projection', field]);
    if (wanted !== true && wanted !== false && wanted !== 1 && wanted !== 0) {
      throw refusal(['projection', field], 'expected true or false');
    }
    return [field, wanted === true || wanted === 1 ? 1 : 0] as const;
  });
  const shown = new Map<string, 0 | 1>(fields);
  const showsRevision = withRevision || shown.get(REVISION) === 1;
  const picks = fields.some(([field, wanted]) => wanted === 1 && field !== '_id' && field !== REVISION);
  if (picks && withRevision) shown.set(REVISION, 1);
  else if (withRevision) shown.delete(REVISION);
  return { projection: Object.fromEntries(shown), showsRevision };
}

function parseSort(sort: unknown): readonly (readonly [string, 1 | -1])[] {
  if (!isRecord(sort)) throw refusal(['options', 'sort'], 'expected fields with 1 or -1');
  const fields = Object.entries(sort);
  if (fields.length > MAX_SORT_FIELDS) throw refusal(['options', 'sort'], `at most ${MAX_SORT_FIELDS} fields`);
  return fields.map(([field, direction]) => {
    checkField(field, ['options', 'sort', field]);
    if (direction !== 1 && direction !== -1) throw refusal(['options', 'sort', field], 'expected 1 or -1');
    return [field, direction] as const;
  });
}

function parseWhole(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw refusal(['options', name], `expected a whole number from ${min} to ${max}`);
  }
  return value;
}
