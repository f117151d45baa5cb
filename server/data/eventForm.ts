/**
 * Documents made again from the events that tell of them. Events are JSON, which has no times and no fields that are not
 * there; queries tell these apart. So the event says, beside the JSON, what of it was a time and what was not there.
 * Where a document holds anything else that JSON has no word for, nothing is said, and it cannot be made again.
 */
import type { DataEvent, EventForm } from '../events/document.ts';
import type { StoredDoc } from './args.ts';
import type { Change } from './changeEvent.ts';

/** A document with more is not worth the room. */
const MAX_TIMES = 200;

/** Of an event whose data is `doc` and whose `previous` are the `changed` fields of `before`. */
export function formOf(
  doc: StoredDoc,
  before: StoredDoc | undefined,
  changed: readonly string[] = [],
): EventForm | undefined {
  const times: string[][] = [];
  const absent: string[] = [];
  if (!noteTimes(doc, ['data'], times)) return undefined;
  for (const name of changed) {
    const value = before !== undefined && Object.hasOwn(before, name) ? before[name] : undefined;
    if (value === undefined) absent.push(name);
    else if (!noteTimes(value, ['previous', name], times)) return undefined;
  }
  return times.length > MAX_TIMES ? undefined : { times, absent };
}

/** With neither before nor after where the event does not say enough. */
export function changeOf({ type, data, previous, form }: DataEvent): Change {
  if (form === undefined) return {};
  const said: Said = { data: JSON.parse(data) as StoredDoc };
  if ('_truncated' in said.data) return {};
  if (type.endsWith('.updated')) {
    if (previous === undefined) return {};
    said.previous = JSON.parse(previous) as Readonly<Record<string, unknown>>;
  }
  for (const place of form.times) if (!restoreTime(said, place)) return {};
  if (type.endsWith('.created')) return { after: said.data };
  if (type.endsWith('.deleted')) return { before: said.data };
  const before = Object.entries({ ...said.data, ...said.previous }).filter(([name]) => !form.absent.includes(name));
  return { before: Object.fromEntries(before) as StoredDoc, after: said.data };
}

interface Said {
  data: StoredDoc;
  previous?: Readonly<Record<string, unknown>>;
}

/** False where there is something that JSON has no word for. */
function noteTimes(value: unknown, place: readonly string[], times: string[][]): boolean {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  if (value instanceof Date) {
    times.push([...place]);
    return !Number.isNaN(value.getTime());
  }
  if (!Array.isArray(value) && !isPlain(value)) return false;
  return Object.entries(value).every(([name, item]) => noteTimes(item, [...place, name], times));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Puts a time in place of its text. False where there is none. */
function restoreTime(said: object, place: readonly string[]): boolean {
  let at: object = said;
  for (const [depth, name] of place.entries()) {
    const item = Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
    if (depth < place.length - 1) {
      if (typeof item !== 'object' || item === null) return false;
      at = item;
    } else if (typeof item === 'string') {
      (at as Record<string, unknown>)[name] = new Date(item);
      return true;
    }
  }
  return false;
}
