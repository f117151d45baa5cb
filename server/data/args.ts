/** The door for what listeners send: every argument of a data call is unknown until it has passed here. */
import { refusal } from '../db/query/fault.ts';
import { checkField } from '../db/query/fields.ts';
import { checkFilter } from '../db/query/filter.ts';
import { checkUpdate } from './update.ts';
import { checkValue, isRecord } from '../db/query/values.ts';

/** Stored documents have their id as text. */
export type StoredDoc = Readonly<Record<string, unknown>> & { readonly _id: string };

export interface FindArgs {
  readonly filter: object;
  readonly projection: Readonly<Record<string, 0 | 1>>;
  readonly limit: number;
  readonly skip: number;
  readonly sort: readonly (readonly [field: string, direction: 1 | -1])[];
}

export const MAX_FIND_ROWS = 1_000;
export const MAX_INSERT_DOCS = 1_000;
const MAX_SKIP = 10_000_000;
const MAX_SORT_FIELDS = 32;
const MAX_ID_CHARS = 512;
const COLLECTION = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

export function parseCollection(name: unknown): string {
  const isName = typeof name === 'string' && COLLECTION.test(name) && !name.toLowerCase().startsWith('system');
  if (!isName) {
    throw refusal(
      ['coll'],
      'a collection is named with a letter and up to 63 letters, digits, _ or - after it, and not system…',
    );
  }
  return name;
}

export function parseId(id: unknown, place: readonly string[] = ['id']): string {
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS) {
    throw refusal(place, `the id of a document is a text of 1 to ${MAX_ID_CHARS} characters`);
  }
  return id;
}

/** A document as given, its `_id` made by `newId` where it brings none. */
export function parseDoc(
  doc: unknown,
  newId: (() => string) | undefined,
  place: readonly string[] = ['doc'],
): StoredDoc {
  if (!isRecord(doc)) throw refusal(place, 'expected a document: an object');
  checkValue(doc, place);
  const given = doc._id ?? undefined;
  const _id = given === undefined && newId !== undefined ? newId() : parseId(given, [...place, '_id']);
  return { ...doc, _id };
}

export function parseDocs(docs: unknown, newId: () => string): readonly StoredDoc[] {
  if (!Array.isArray(docs)) throw refusal(['docs'], 'expected a list of documents');
  if (docs.length > MAX_INSERT_DOCS) throw refusal(['docs'], `at most ${MAX_INSERT_DOCS} documents at once`);
  return docs.map((doc: unknown, i) => parseDoc(doc, newId, ['docs', String(i)]));
}

/** Required: what would change or delete everything has to be asked for with `{}`. */
export function parseFilter(filter: unknown): object {
  checkFilter(filter, ['filter']);
  return filter;
}

export function parseUpdate(update: unknown): object {
  checkUpdate(update, ['update']);
  return update;
}

export function parseFind(query: unknown, projection: unknown, options: unknown): FindArgs {
  const given = options ?? {};
  if (!isRecord(given)) throw refusal(['options'], 'expected an object');
  for (const name of Object.keys(given)) {
    if (!['limit', 'skip', 'sort'].includes(name)) throw refusal(['options', name], 'expected limit, skip or sort');
  }
  return {
    filter: parseFilter(query ?? {}),
    projection: parseProjection(projection ?? {}),
    limit: parseWhole(given.limit ?? MAX_FIND_ROWS, 'limit', 1, MAX_FIND_ROWS),
    skip: parseWhole(given.skip ?? 0, 'skip', 0, MAX_SKIP),
    sort: parseSort(given.sort ?? {}),
  };
}

function parseProjection(projection: unknown): Record<string, 0 | 1> {
  if (!isRecord(projection)) throw refusal(['projection'], 'expected fields with true or false');
  const fields = Object.entries(projection).map(([field, wanted]) => {
    checkField(field, ['projection', field]);
    if (wanted !== true && wanted !== false && wanted !== 1 && wanted !== 0) {
      throw refusal(['projection', field], 'expected true or false');
    }
    return [field, wanted === true || wanted === 1 ? 1 : 0] as const;
  });
  return Object.fromEntries(fields);
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
