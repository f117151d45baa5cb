/**
 * `@me`, `@route.<param>` and `@query.<name>` in the query of a find. Each stands for a value where it is, as a whole, a
 * value: what a field is compared with, at any depth, or an operand. Never a key, never within a text. What is put in is
 * not looked at again, so that a person whose name is `@me` stays that. Where one stands for nothing (a guest, a member
 * of the URL that is not there) the whole find finds nothing: not everything, and not what has no such field either.
 */
import { refusal, type Place } from '../../db/query/fault.ts';
import { isRecord } from '../../db/query/values.ts';
import type { Json } from '../../schemas/json.ts';
import type { ContextKey, ViewContext } from '../../schemas/view.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What placeholders stand for. */
export type Standing = Pick<ViewContext, 'me' | 'params' | 'query'>;

export interface Resolved {
  /** Undefined where a placeholder stands for nothing. */
  readonly query: Fields | undefined;
  /** The members of the context that the query depends on. */
  readonly used: readonly ContextKey[];
}

const PLACEHOLDER = /^@(?:me|(route|query)\.(.+))$/s;
const AS_TEXT = /^\^?@(?:me|(?:route|query)\..+)\$?$/s;
const LOGICAL = new Set(['$and', '$or', '$nor']);
const CLOSED = new Set(['$regex', '$options', '$expr', '$where', '$jsonSchema', '$function']);

/** Throws 422, with the place, where a placeholder stands in what would take it for a text or for code. */
export function resolvePlaceholders(query: Fields, standing: Standing, place: Place): Resolved {
  const used = new Set<ContextKey>();
  const look = createLookup(standing, used);
  const unset = new Set<string>();
  const resolved = fieldsOf(query, place, (placeholder) => {
    const value = look(placeholder);
    // The rest is gone through all the same, for what it depends on and for its faults.
    if (value === undefined) unset.add(placeholder);
    return value ?? null;
  });
  return { query: unset.size > 0 ? undefined : resolved, used: [...used] };
}

/** Gives the value of a placeholder; undefined where it has none. */
type Lookup = (placeholder: string) => Json | undefined;

function createLookup({ me, params, query }: Standing, used: Set<ContextKey>): Lookup {
  return (placeholder) => {
    const match = PLACEHOLDER.exec(placeholder);
    const source = match?.[1];
    const name = match?.[2] ?? '';
    if (source === undefined) {
      used.add('me');
      return me ?? undefined;
    }
    used.add(source === 'route' ? 'params' : 'query');
    const values = source === 'route' ? params : query;
    return Object.hasOwn(values, name) ? (values[name] ?? undefined) : undefined;
  };
}

type PutIn = (placeholder: string) => Json;

/** A filter: fields and their conditions, `$and`, `$or` and `$nor`. */
function fieldsOf(filter: Fields, place: Place, putIn: PutIn): Fields {
  return mapMembers(filter, (condition, key) => {
    const here = [...place, key];
    if (CLOSED.has(key)) return closed(condition, here);
    if (LOGICAL.has(key) && Array.isArray(condition)) {
      return condition.map((part: unknown, i) => (isRecord(part) ? fieldsOf(part, [...here, String(i)], putIn) : part));
    }
    return isPlaceholder(condition) ? { $eq: putIn(condition) } : conditionOf(condition, here, putIn);
  });
}

/** What a field is compared with: operators, or a value. */
function conditionOf(condition: unknown, place: Place, putIn: PutIn): unknown {
  if (isTime(condition)) return { $eq: timeOf(condition, place) };
  if (!isRecord(condition) || !Object.keys(condition).some((key) => key.startsWith('$'))) {
    return valueOf(condition, place, putIn);
  }
  return mapMembers(condition, (operand, operator) => {
    const here = [...place, operator];
    if (CLOSED.has(operator)) return closed(operand, here);
    if (operator === '$not') return conditionOf(operand, here, putIn);
    if (operator === '$elemMatch') return elementOf(operand, here, putIn);
    if (operator === '$all' && Array.isArray(operand)) {
      return operand.map((item: unknown, i) => conditionOf(item, [...here, String(i)], putIn));
    }
    return valueOf(operand, here, putIn);
  });
}

/** Of a list's element: operators where it is a value, a filter where it is an object. */
function elementOf(operand: unknown, place: Place, putIn: PutIn): unknown {
  if (!isRecord(operand)) return operand;
  const isValue = Object.keys(operand).some((key) => key.startsWith('$') && !LOGICAL.has(key));
  return isValue ? conditionOf(operand, place, putIn) : fieldsOf(operand, place, putIn);
}

function valueOf(value: unknown, place: Place, putIn: PutIn): unknown {
  if (isPlaceholder(value)) return putIn(value);
  if (isTime(value)) return timeOf(value, place);
  if (Array.isArray(value)) return value.map((item: unknown, i) => valueOf(item, [...place, String(i)], putIn));
  if (isRecord(value)) return mapMembers(value, (item, key) => valueOf(item, [...place, key], putIn));
  return value;
}

/** As it is, if no placeholder stands in it. */
function closed(value: unknown, place: Place): unknown {
  if (typeof value === 'string' && AS_TEXT.test(value)) {
    throw refusal(
      place,
      `${value} would be taken for a text here; @… stands for a value only where a field is compared`,
    );
  }
  if (Array.isArray(value)) value.forEach((item: unknown, i) => closed(item, [...place, String(i)]));
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) closed(item, [...place, key]);
  return value;
}

/** JSON has no times: `{ $date: "2026-03-14T00:00:00Z" }` is one, as in MongoDB's Extended JSON. */
function isTime(value: unknown): value is { readonly $date: unknown } {
  return isRecord(value) && Object.hasOwn(value, '$date') && Object.keys(value).length === 1;
}

function timeOf({ $date: text }: { readonly $date: unknown }, place: Place): Date {
  const time = new Date(typeof text === 'string' || typeof text === 'number' ? text : Number.NaN);
  if (Number.isNaN(time.getTime())) throw refusal([...place, '$date'], 'expected a time as ISO 8601');
  return time;
}

function isPlaceholder(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('@') && PLACEHOLDER.test(value);
}

function mapMembers(fields: Fields, change: (value: unknown, key: string) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value, key)]));
}
