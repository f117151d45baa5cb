/**
 * What a filter says about single paths, as far as an index can use it. Bounds may let too much through, never too
 * little: every row an index yields is matched against the whole filter again, unless the bounds are `isExact`.
 */
import { BSONRegExp } from 'bson';
import { type Doc } from '../values/codec.ts';
import { isPlainObject, toNumber, typeRank, RANK } from '../values/types.ts';

export interface Limit {
  readonly value: unknown;
  readonly isInclusive: boolean;
}

/** All parts hold together (and): a path may have points and limits at once; points are used then. */
export interface FieldBounds {
  /** The value is one of these ($eq, $in). */
  readonly points?: readonly unknown[];
  readonly low?: Limit;
  readonly high?: Limit;
  /** Strings that begin so, or a regular expression stored as a value. */
  readonly prefix?: string;
  /** Any value but these ($ne, $nin). */
  readonly except?: readonly unknown[];
  /** Any value at all ($exists: true). */
  readonly isPresent?: boolean;
  /** The bounds say exactly what the filter says about this path (on an index without multikey). */
  readonly isExact: boolean;
}

export interface FilterBounds {
  readonly fields: ReadonlyMap<string, FieldBounds>;
  /** Nothing in the filter is outside of `fields`. */
  readonly isComplete: boolean;
  /** Clauses of `$or` at the top, for a plan of several indexes. */
  readonly branches: readonly (readonly Doc[])[];
}

const MAX_POINTS = 20_000;

export function boundsOf(filter: Doc): FilterBounds {
  const fields = new Map<string, FieldBounds>();
  const branches: (readonly Doc[])[] = [];
  let isComplete = true;

  function visit(doc: Doc): void {
    for (const [key, value] of Object.entries(doc)) {
      if (key === '$and' && Array.isArray(value)) {
        for (const part of value) if (isPlainObject(part)) visit(part);
      } else if (key === '$or' && Array.isArray(value)) {
        const clauses = value.filter(isPlainObject);
        if (clauses.length === 1) visit(clauses[0]!);
        else if (clauses.length > 0) branches.push(clauses);
        isComplete &&= clauses.length === 1;
      } else if (key.startsWith('$')) {
        if (key !== '$comment') isComplete = false;
      } else addField(key, value);
    }
  }

  function addField(path: string, condition: unknown): void {
    const found = isOperators(condition) ? operatorBounds(path, condition, addField) : equality(condition);
    if (found === undefined) {
      isComplete = false;
      return;
    }
    const known = fields.get(path);
    const merged = known === undefined ? found : both(known, found);
    if (!merged.isExact) isComplete = false;
    fields.set(path, merged);
  }

  visit(filter);
  return { fields, isComplete, branches };
}

function isOperators(condition: unknown): condition is Doc {
  if (!isPlainObject(condition)) return false;
  const first = Object.keys(condition)[0];
  return first?.startsWith('$') === true && first !== '$ref' && first !== '$id' && first !== '$db';
}

function operatorBounds(
  path: string,
  operators: Doc,
  addField: (path: string, condition: unknown) => void,
): FieldBounds | undefined {
  let bounds: FieldBounds | undefined;
  let isExact = true;
  for (const [operator, operand] of Object.entries(operators)) {
    const found = oneOperator(path, operator, operand, operators, addField);
    if (found === undefined) isExact = false;
    else bounds = bounds === undefined ? found : both(bounds, found);
  }
  return bounds === undefined ? undefined : { ...bounds, isExact: bounds.isExact && isExact };
}

function oneOperator(
  path: string,
  operator: string,
  operand: unknown,
  all: Doc,
  addField: (path: string, condition: unknown) => void,
): FieldBounds | undefined {
  switch (operator) {
    case '$eq':
      return equality(operand);
    case '$in':
      return Array.isArray(operand) ? oneOf(operand) : undefined;
    case '$gt':
    case '$gte':
      return limit('low', operand, operator === '$gte');
    case '$lt':
    case '$lte':
      return limit('high', operand, operator === '$lte');
    case '$ne':
      return isPlainScalar(operand) && !isBlurred(path, operand) ? { except: [operand], isExact: false } : undefined;
    case '$nin':
      return Array.isArray(operand) &&
        operand.length <= 100 &&
        operand.every((value) => isPlainScalar(value) && !isBlurred(path, value))
        ? { except: operand, isExact: false }
        : undefined;
    case '$exists':
      return operand === true || toNumber(operand) > 0
        ? { isPresent: true, isExact: false }
        : { points: [null], isExact: false };
    case '$regex':
      return regexBounds(operand, all.$options);
    case '$all':
      return Array.isArray(operand) && operand.length > 0 && isPlainScalar(operand[0])
        ? { points: [operand[0]], isExact: false }
        : undefined;
    case '$elemMatch':
      if (isPlainObject(operand) && !isOperators(operand))
        for (const [key, value] of Object.entries(boundsFields(operand))) addField(`${path}.${key}`, value);
      return isOperators(operand) ? loosen(operatorBounds(path, operand, addField)) : undefined;
    default:
      return undefined;
  }
}

/** Below an array without sub-documents nothing is reached, so such a document is not null there; its key is null's nevertheless. */
const isBlurred = (path: string, value: unknown): boolean => value === null && path.includes('.');

/** The plain conditions inside of an $elemMatch: those hold for some element, so for the path. */
function boundsFields(operand: Doc): Doc {
  return Object.fromEntries(Object.entries(operand).filter(([key]) => !key.startsWith('$')));
}

const loosen = (bounds: FieldBounds | undefined): FieldBounds | undefined =>
  bounds?.points === undefined ? undefined : { ...bounds, isExact: false };

function equality(value: unknown): FieldBounds | undefined {
  if (isRegex(value)) return regexBounds(value, undefined);
  // An array is found by itself, as an element of a larger one, or by its first element where it was opened.
  if (Array.isArray(value))
    return { points: [value, value[0] ?? null, ...(value.length === 0 ? [EMPTY_ARRAY] : [])], isExact: false };
  if (value === undefined) return undefined;
  return { points: [value], isExact: value !== null && !isNaNValue(value) };
}

/** Looked for by its own key; see the index keys of empty arrays. */
export const EMPTY_ARRAY = Symbol('empty array');

function oneOf(values: readonly unknown[]): FieldBounds | undefined {
  if (values.length > MAX_POINTS) return undefined;
  const points: unknown[] = [];
  let isExact = true;
  for (const value of values) {
    const found = equality(value);
    if (found?.points === undefined) return undefined;
    points.push(...found.points);
    isExact &&= found.isExact;
  }
  return { points, isExact };
}

function limit(side: 'low' | 'high', value: unknown, isInclusive: boolean): FieldBounds | undefined {
  if (value === null && isInclusive) return { points: [null], isExact: false };
  switch (typeRank(value)) {
    case RANK.number:
      return isNaNValue(value) ? undefined : { [side]: { value, isInclusive }, isExact: true };
    case RANK.string:
    case RANK.objectId:
    case RANK.date:
    case RANK.boolean:
    case RANK.timestamp:
    case RANK.binary:
      return { [side]: { value, isInclusive }, isExact: true };
    default:
      return undefined;
  }
}

function isRegex(value: unknown): boolean {
  return value instanceof RegExp || value instanceof BSONRegExp;
}

function regexBounds(value: unknown, options: unknown): FieldBounds | undefined {
  const source = value instanceof RegExp ? value.source : value instanceof BSONRegExp ? value.pattern : value;
  const flags = value instanceof RegExp ? value.flags : value instanceof BSONRegExp ? value.options : '';
  if (typeof source !== 'string') return undefined;
  const prefix = /[imx]/.test(flags + (typeof options === 'string' ? options : '')) ? undefined : prefixOf(source);
  return prefix === undefined ? undefined : { prefix, isExact: false };
}

/** The text every match must begin with, or undefined when the pattern does not say. */
export function prefixOf(source: string): string | undefined {
  if (!source.startsWith('^') && !source.startsWith('\\A')) return undefined;
  let at = source.startsWith('^') ? 1 : 2;
  let prefix = '';
  // An alternative at the top makes the beginning of the first branch say nothing about the others.
  if (source.includes('|')) return undefined;
  for (; at < source.length; at++) {
    let char = source[at]!;
    let width = 1;
    if (char === '\\') {
      const next = source[at + 1];
      if (next === undefined || /[A-Za-z0-9]/.test(next)) break;
      char = next;
      width = 2;
    } else if ('.[]()*+?{}$^'.includes(char)) break;
    const after = source[at + width];
    if (after !== undefined && '*?{'.includes(after)) break;
    prefix += char;
    at += width - 1;
  }
  return prefix === '' ? undefined : prefix;
}

function isPlainScalar(value: unknown): boolean {
  return value !== undefined && !Array.isArray(value) && !isRegex(value) && !isNaNValue(value);
}

function isNaNValue(value: unknown): boolean {
  return typeRank(value) === RANK.number && Number.isNaN(toNumber(value));
}

function both(a: FieldBounds, b: FieldBounds): FieldBounds {
  const isExact = a.isExact && b.isExact && a.points === undefined && b.points === undefined && canJoin(a, b);
  const points =
    a.points !== undefined && b.points !== undefined && b.points.length < a.points.length
      ? b.points
      : (a.points ?? b.points);
  const merged: FieldBounds = { ...a, ...b, isExact };
  // Two limits of one side: either is right, the later one is kept, and the filter decides.
  return points === undefined ? merged : { ...merged, points };
}

const canJoin = (a: FieldBounds, b: FieldBounds): boolean =>
  !(a.low !== undefined && b.low !== undefined) && !(a.high !== undefined && b.high !== undefined);
