/** The door for what listeners send: every argument of a data call is unknown until it has passed here. */
import { refusal } from '../db/query/fault.ts';
import { checkCollection } from '../db/query/collection.ts';
import { checkFilter } from '../db/query/filter.ts';
import { ME, standInMe } from '../db/query/me.ts';
import { withoutRevision } from './revision.ts';
import { checkUpdate } from './update.ts';
import { checkValue, isRecord } from '../db/query/values.ts';

/** Stored documents have their id as text. */
export type StoredDoc = Readonly<Record<string, unknown>> & { readonly _id: string };

export const MAX_INSERT_DOCS = 1_000;
const MAX_ID_CHARS = 512;

export function parseCollection(name: unknown): string {
  checkCollection(name, ['coll']);
  return name;
}

export function parseId(id: unknown, place: readonly string[] = ['id']): string {
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS) {
    throw refusal(place, `the id of a document is a text of 1 to ${MAX_ID_CHARS} characters`);
  }
  return id;
}

/** A document as given but for `_rev`, its `_id` made by `newId` where it brings none. */
export function parseDoc(
  doc: unknown,
  newId: (() => string) | undefined,
  place: readonly string[] = ['doc'],
): StoredDoc {
  if (!isRecord(doc)) throw refusal(place, 'expected a document: an object');
  checkValue(doc, place);
  const given = doc._id ?? undefined;
  const _id = given === undefined && newId !== undefined ? newId() : parseId(given, [...place, '_id']);
  return { ...withoutRevision(doc), _id };
}

export function parseDocs(docs: unknown, newId: () => string): readonly StoredDoc[] {
  if (!Array.isArray(docs)) throw refusal(['docs'], 'expected a list of documents');
  if (docs.length > MAX_INSERT_DOCS) throw refusal(['docs'], `at most ${MAX_INSERT_DOCS} documents at once`);
  return docs.map((doc: unknown, i) => parseDoc(doc, newId, ['docs', String(i)]));
}

/**
 * A new document of somebody: a field whose whole value is `@me` gets the id of the user, as the original has it. Where
 * there is nobody it is a text like any other, which no `@me` in a filter ever matches.
 */
export function ownedBy(doc: StoredDoc, userId: string | null | undefined): StoredDoc {
  if (typeof userId !== 'string' || !Object.values(doc).includes(ME)) return doc;
  const owned = Object.entries(doc).map(([field, value]) => [field, value === ME && field !== '_id' ? userId : value]);
  return Object.fromEntries(owned) as StoredDoc;
}

/** Required: what would change or delete everything has to be asked for with `{}`. `@me` stands for the user. */
export function parseFilter(filter: unknown, userId: string | null | undefined, place = ['filter']): object {
  checkFilter(filter, place);
  return standInMe(filter, userId ?? null, place);
}

export function parseUpdate(update: unknown): object {
  checkUpdate(update, ['update']);
  return update;
}

export function parseFlag(value: unknown, name: string): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw refusal([name], 'expected true or false');
  return value === true;
}

/** The revision a document must have for a write to happen; undefined where none was given. */
export function parseRevision(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw refusal(['ifRevision'], 'expected the _rev of a document: a whole number from 0');
}
