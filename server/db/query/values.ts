/**
 * Values as listeners write them: JSON, Dates and bytes, with any keys. They come over the process channel as data
 * already, so what is left to refuse is what the database would change in silence or choke on.
 */
import { refusal, type Place } from './fault.ts';

const MAX_DEPTH = 64;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Throws for a value that cannot be stored as it is. Keys are data: `$where` in a document is a word like any other. */
export function checkValue(value: unknown, place: Place): void {
  walk(value, place, MAX_DEPTH, false);
}

/** As checkValue, and without operators inside: for the places of a filter where one would be a mistake. */
export function checkPlainValue(value: unknown, place: Place): void {
  walk(value, place, MAX_DEPTH, true);
}

function walk(value: unknown, place: Place, depthLeft: number, refusesOperators: boolean): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw refusal(place, 'a number must be finite');
      return;
    case 'object':
      break;
    default:
      throw refusal(place, `a ${typeof value} cannot be stored`);
  }
  if (value === null || value instanceof Uint8Array) return;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw refusal(place, 'the date is invalid');
    return;
  }
  if (depthLeft === 0) throw refusal(place.slice(0, 8), `values nest at most ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    value.forEach((item, i) => walk(item, [...place, String(i)], depthLeft - 1, refusesOperators));
    return;
  }
  if (!isRecord(value)) throw refusal(place, 'expected plain data: objects, lists, text, numbers, dates, bytes');
  for (const [key, item] of Object.entries(value)) {
    if (key.includes('\0')) throw refusal(place, 'a key must not contain a zero character');
    // The driver takes an object with this key for a value of its own making.
    if (key === '_bsontype') throw refusal([...place, key], 'this key cannot be stored');
    if (refusesOperators && key.startsWith('$')) throw operatorHere(key, [...place, key]);
    walk(item, [...place, key], depthLeft - 1, refusesOperators);
  }
}

export function operatorHere(operator: string, place: Place): Error {
  return refusal(place, `the operator ${operator} cannot be used here; to compare with it as data, use $eq`);
}
