/** The operators that stand under a field's name: { age: { $gte: 18, $lt: 65 } } becomes a list of conditions. */
import { badValue } from '../errors.ts';
import { show } from '../values/show.ts';
import { isNumber, isPlainObject, toBigInt, toNumber } from '../values/types.ts';
import { type BitsOperator, hasBits, hasRemainder } from './arithmetic.ts';
import { equals, inRange, isOneOf, type RangeOperator } from './compare.ts';
import { type Condition, type Predicate } from './condition.ts';
import { type FieldContext } from './context.ts';
import { elementCondition } from './element.ts';
import { isWithin } from './geo-within.ts';
import { isRegex, regexPredicate } from './regex.ts';
import { isOperatorObject } from './shape.ts';
import { isOfType } from './type-test.ts';

const each = (test: Predicate): Condition => ({ kind: 'each', test });
const not = (...of: Condition[]): Condition => ({ kind: 'not', of });

/** What a filter says about one field: operators, a regular expression, or a value to be equal to. */
export function compileField(operand: unknown, context: FieldContext): readonly Condition[] {
  if (isOperatorObject(operand)) return compileOperators(operand, context);
  return [each(isRegex(operand) ? regexPredicate(operand) : equals(operand, context.opts.collation))];
}

export function compileOperators(operators: Record<string, unknown>, context: FieldContext): Condition[] {
  return Object.keys(operators).flatMap((name) => compileOperator(name, operators[name], operators, context));
}

function compileOperator(
  name: string,
  operand: unknown,
  siblings: Record<string, unknown>,
  context: FieldContext,
): readonly Condition[] {
  const { collation } = context.opts;
  switch (name) {
    case '$eq':
      return [each(equals(operand, collation))];
    case '$ne':
      if (isRegex(operand)) throw badValue("Can't have regex as arg to $ne.");
      return [not(each(equals(operand, collation)))];
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return [each(inRange(name satisfies RangeOperator, operand, collation))];
    case '$in':
      return [each(isOneOf(operand, collation, name))];
    case '$nin':
      return [not(each(isOneOf(operand, collation, name)))];
    case '$not':
      return [not(...compileNot(operand, context))];
    case '$exists':
      return [existence(operand)];
    case '$type':
      return [each(isOfType(operand))];
    case '$mod':
      return [each(hasRemainder(operand))];
    case '$bitsAllSet':
    case '$bitsAnySet':
    case '$bitsAllClear':
    case '$bitsAnyClear':
      return [each(hasBits(name satisfies BitsOperator, operand))];
    case '$regex':
      return [each(regexPredicate(operand, siblings.$options, context.opts.compileRegex))];
    case '$options':
      if (!('$regex' in siblings)) throw badValue('$options needs a $regex');
      return [];
    case '$size':
      return [hasSize(operand)];
    case '$elemMatch':
      return [elementCondition(operand, context)];
    case '$all':
      return [containsAll(operand, context)];
    case '$comment':
      return [];
    case '$geoWithin':
    case '$within':
      return [each(isWithin(operand, name))];
    case '$near':
    case '$nearSphere':
    case '$geoIntersects':
      throw badValue(`${name} is not supported by the embedded engine: it has no geospatial queries`);
    default:
      throw badValue(`unknown operator: ${name}`);
  }
}

function compileNot(operand: unknown, context: FieldContext): readonly Condition[] {
  if (isRegex(operand)) return [each(regexPredicate(operand))];
  if (!isPlainObject(operand)) throw badValue('$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw badValue('$not cannot be empty');
  return compileOperators(operand, context);
}

function existence(operand: unknown): Condition {
  const isWanted =
    operand !== null && operand !== undefined && operand !== false && !(isNumber(operand) && toNumber(operand) === 0);
  const exists: Condition = { kind: 'whole', test: (value) => value !== undefined };
  return isWanted ? exists : not(exists);
}

function hasSize(operand: unknown): Condition {
  const prefix = 'Failed to parse $size. Expected';
  if (!isNumber(operand)) throw badValue(`${prefix} a number in: $size: ${show(operand)}`);
  const integer = toBigInt(operand);
  if (integer === undefined) throw badValue(`${prefix} an integer: $size: ${show(operand)}`);
  if (integer < 0n) throw badValue(`${prefix} a non-negative number in: $size: ${show(operand)}`);
  const size = Number(integer);
  return { kind: 'whole', test: (value) => Array.isArray(value) && value.length === size };
}

/** Every one of the values (or, instead, $elemMatch conditions) must be found; an empty list is never satisfied. */
function containsAll(operand: unknown, context: FieldContext): Condition {
  if (!Array.isArray(operand)) throw badValue('$all needs an array');
  if (operand.length === 0) return { kind: 'whole', test: () => false };
  const isElementwise = isPlainObject(operand[0]) && Object.keys(operand[0])[0] === '$elemMatch';
  const of = (operand as unknown[]).map((item): Condition => {
    if (isElementwise) {
      if (!isPlainObject(item) || Object.keys(item)[0] !== '$elemMatch')
        throw badValue('$all/$elemMatch has to be consistent');
      return elementCondition(item.$elemMatch, context);
    }
    if (isOperatorObject(item)) throw badValue('no $ expressions in $all');
    return each(isRegex(item) ? regexPredicate(item) : equals(item, context.opts.collation));
  });
  return { kind: 'all', of };
}
