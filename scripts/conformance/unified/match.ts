/** Whether a result is what a unified test expects: the special `$$` operators, numbers by value, more fields only at the root. */
import { EJSON } from 'bson';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !('_bsontype' in value);

export interface MatchContext {
  readonly entities: ReadonlyMap<string, unknown>;
}

export function matches(expected: unknown, actual: unknown, context: MatchContext, isRoot = true): boolean {
  if (isObject(expected)) {
    const keys = Object.keys(expected);
    const [first = ''] = keys;
    if (keys.length === 1 && first.startsWith('$$'))
      return matchesOperator(first, expected[first], actual, context, isRoot);
    const given = actual instanceof Map ? (Object.fromEntries(actual) as Json) : actual;
    if (typeof given !== 'object' || given === null) return false;
    const fields = given as Json;
    for (const key of keys) {
      const wanted = expected[key];
      if (!Object.hasOwn(fields, key) && !mayBeMissing(wanted)) return false;
      if (!matches(wanted, fields[key], context, false)) return false;
    }
    return isRoot || Object.keys(fields).every((key) => fields[key] === undefined || Object.hasOwn(expected, key));
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    return expected.every((item, i) => matches(item, actual[i], context, isRoot));
  }
  return equalLeaf(expected, actual);
}

function mayBeMissing(wanted: unknown): boolean {
  return isObject(wanted) && ('$$unsetOrMatches' in wanted || wanted.$$exists === false || '$$matchesEntity' in wanted);
}

function matchesOperator(
  name: string,
  operand: unknown,
  actual: unknown,
  context: MatchContext,
  isRoot: boolean,
): boolean {
  switch (name) {
    case '$$unsetOrMatches':
      return actual === undefined || actual === null || matches(operand, actual, context, isRoot);
    case '$$exists':
      return operand === (actual !== undefined);
    case '$$type':
      return actual !== undefined;
    case '$$matchesEntity':
      return matches(context.entities.get(String(operand)), actual, context, isRoot);
    case '$$lte':
      return Number(actual) <= Number(operand);
    case '$$sessionLsid':
      return true;
    default:
      throw new Error(`the runner does not know ${name}`);
  }
}

function equalLeaf(expected: unknown, actual: unknown): boolean {
  const [a, b] = [numberOf(expected), numberOf(actual)];
  if (a !== undefined || b !== undefined) return a === b || (Number.isNaN(a) && Number.isNaN(b));
  if (expected === null || expected === undefined) return actual === expected;
  return EJSON.stringify({ v: expected }, { relaxed: false }) === EJSON.stringify({ v: actual }, { relaxed: false });
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || !('_bsontype' in value)) return undefined;
  return ['Int32', 'Double', 'Long'].includes(String(value._bsontype))
    ? Number((value as unknown as { valueOf(): unknown }).valueOf())
    : undefined;
}
