/** What an updateMany that may make a document has to keep to, so that this is one like those made in other ways. */
import { refusal, type Place } from '../db/query/fault.ts';
import { isRecord } from '../db/query/values.ts';
import { parseId } from './args.ts';
import { REVISION } from './revision.ts';

/**
 * The id that the filter gives to the document, if it does: what a filter demands by equality becomes part of what is
 * made. Throws 422 where it demands a revision, or of the id anything but equality to a text.
 */
export function idOfUpsert(filter: object, place: Place = ['filter']): string | undefined {
  let found: string | undefined;
  for (const [key, condition] of Object.entries(filter)) {
    const here = [...place, key];
    const [name] = key.split('.');
    if (name === REVISION) throw refusal(here, 'with upsert, a filter cannot ask for a revision');
    if (key === '$and' && Array.isArray(condition)) {
      condition.forEach((part: unknown, i) => {
        found = isRecord(part) ? (idOfUpsert(part, [...here, String(i)]) ?? found) : found;
      });
    }
    if ((key === '$or' || key === '$nor') && mentionsId(condition)) throw otherwise(here);
    if (name !== '_id') continue;
    const wanted: unknown = condition;
    const id = isRecord(wanted) && Object.keys(wanted).join() === '$eq' ? wanted.$eq : wanted;
    if (key !== '_id' || typeof id !== 'string') throw otherwise(here);
    found = parseId(id, here);
  }
  return found;
}

/** The update of an upsert: new documents get the id. */
export function withNewId(update: object, id: string): object {
  const { $setOnInsert, ...others } = update as { readonly $setOnInsert?: object };
  return { ...others, $setOnInsert: { ...$setOnInsert, _id: id } };
}

function mentionsId(condition: unknown): boolean {
  if (Array.isArray(condition)) return condition.some(mentionsId);
  if (!isRecord(condition)) return false;
  return Object.entries(condition).some(([key, part]) => /^_(id|rev)(\.|$)/.test(key) || mentionsId(part));
}

function otherwise(place: Place): Error {
  return refusal(place, 'with upsert, a filter can ask only for one _id, such as { _id: "a" }, and not for a revision');
}
