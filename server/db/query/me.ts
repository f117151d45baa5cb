/**
 * `@me` in a filter stands for the user on whose behalf is asked: where it is, as a whole, what a field is compared
 * with by equality ({ owner: '@me' }, $eq, $ne, $in, $nin, $all, also within $and, $or, $nor, $not, $elemMatch). Any other
 * text is left alone. Where there is nobody, a condition with it matches nothing: not all, and not what has no owner,
 * as null would; not even where it is negated.
 */
import { refusal, type Place } from './fault.ts';
import { isRecord } from './values.ts';

type Fields = Readonly<Record<string, unknown>>;

export const ME = '@me';
const NOTHING = { $in: [] };
const LOGICAL = new Set(['$and', '$or', '$nor']);

/**
 * The filter with the user in it; the very same object where nothing stood for one. To be called with checked filters.
 * Throws 422 where `@me` stands in a regular expression or in $expr, which would take it for a text.
 */
export function standInMe<F extends object>(filter: F, me: string | null, place: Place): F {
  return filterOf(filter as Fields, me, place) as F;
}

function filterOf(filter: Fields, me: string | null, place: Place): Fields {
  return mapped(filter, (condition, key) => {
    const here = [...place, key];
    if (key === '$expr') {
      refuseWithin(condition, here);
      return condition;
    }
    if (!LOGICAL.has(key)) return conditionOf(condition, me, here);
    if (!Array.isArray(condition)) return condition;
    const parts = mappedList(condition, (part, i) =>
      isRecord(part) ? filterOf(part, me, [...here, String(i)]) : part,
    );
    // What would match but for nobody must not match because of it.
    return key === '$nor' && me === null && parts !== condition ? [{}] : parts;
  });
}

function conditionOf(condition: unknown, me: string | null, place: Place): unknown {
  if (condition === ME) return me === null ? NOTHING : { $eq: me };
  if (isRecord(condition) && isOperators(condition)) return operatorsOf(condition, me, place);
  return condition;
}

function operatorsOf(condition: Fields, me: string | null, place: Place): Fields {
  const stood = mapped(condition, (operand, operator) => operandOf(operator, operand, me, [...place, operator]));
  const isForNobody = ([operator, operand]: readonly [string, unknown]): boolean =>
    operand !== condition[operator] && operator !== '$in' && operator !== '$elemMatch';
  return me === null && Object.entries(stood).some(isForNobody) ? NOTHING : stood;
}

function operandOf(operator: string, operand: unknown, me: string | null, place: Place): unknown {
  switch (operator) {
    case '$eq':
    case '$ne':
      return operand === ME ? me : operand;
    case '$in':
    case '$nin':
    case '$all':
      return Array.isArray(operand) ? listOf(operand, me, place) : operand;
    case '$not':
      return isRecord(operand) ? operatorsOf(operand, me, place) : operand;
    case '$elemMatch':
      if (!isRecord(operand)) return operand;
      return isOperators(operand) ? operatorsOf(operand, me, place) : filterOf(operand, me, place);
    case '$regex':
      if (typeof operand === 'string' && /^\^?@me\$?$/.test(operand)) throw meHere(place);
      return operand;
    default:
      return operand;
  }
}

function listOf(list: readonly unknown[], me: string | null, place: Place): readonly unknown[] {
  const stood = mappedList(list, (item, i) => {
    if (item === ME) return me ?? undefined;
    const isMatch = isRecord(item) && isRecord(item.$elemMatch);
    return isMatch ? operatorsOf(item, me, [...place, String(i)]) : item;
  });
  return stood === list ? list : stood.filter((item) => item !== undefined);
}

function isOperators(condition: Fields): boolean {
  return Object.keys(condition).some((key) => key.startsWith('$') && !LOGICAL.has(key));
}

function refuseWithin(value: unknown, place: Place): void {
  if (value === ME) throw meHere(place);
  if (Array.isArray(value)) value.forEach((item, i) => refuseWithin(item, [...place, String(i)]));
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) refuseWithin(item, [...place, key]);
}

function meHere(place: Place): Error {
  return refusal(place, '@me stands for the user only where a field is compared with it, such as { owner: "@me" }');
}

/** The same object where every value came back as it was. */
function mapped(fields: Fields, change: (value: unknown, key: string) => unknown): Fields {
  const entries = Object.entries(fields).map(([key, value]) => [key, change(value, key)] as const);
  return entries.every(([key, value]) => value === fields[key]) ? fields : Object.fromEntries(entries);
}

function mappedList(list: readonly unknown[], change: (item: unknown, i: number) => unknown): readonly unknown[] {
  const next = list.map(change);
  return next.every((item, i) => item === list[i]) ? list : next;
}
