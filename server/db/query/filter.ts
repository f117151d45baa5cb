/**
 * Which filters may be asked with, by a listener or by a rule: MongoDB's, less everything that runs code ($where,
 * $function, $expr), reads other schemas or needs special indexes. What is not known here is refused, so that a new
 * operator of the database is not open by itself.
 */
import { refusal, type Place } from './fault.ts';
import { checkField } from './fields.ts';
import { checkRegex } from './regex.ts';
import { checkPlainValue, checkValue, isRecord, operatorHere } from './values.ts';

const LOGICAL = new Set(['$and', '$or', '$nor']);
const MAX_DEPTH = 32;

type Check = (operand: unknown, place: Place, depthLeft: number) => void;

const checkOrder: Check = (operand, place) => checkPlainValue(operand, place);
const checkBits: Check = (operand, place) => {
  const isPositions = Array.isArray(operand) && operand.every((item) => Number.isInteger(item));
  if (!isPositions && !Number.isInteger(operand)) throw refusal(place, 'expected a whole number or a list of them');
};

/** What each operator on a field takes. */
const OPERATORS: Readonly<Record<string, Check>> = {
  $eq: checkValue,
  $ne: checkValue,
  $gt: checkOrder,
  $gte: checkOrder,
  $lt: checkOrder,
  $lte: checkOrder,
  $in: checkList,
  $nin: checkList,
  $all: (operand, place, depthLeft) => {
    if (!Array.isArray(operand)) throw refusal(place, 'expected a list');
    operand.forEach((item: unknown, i) => {
      const isMatch = isRecord(item) && Object.keys(item).join() === '$elemMatch';
      if (isMatch) checkElement(item.$elemMatch, [...place, String(i), '$elemMatch'], depthLeft - 1);
      else checkPlainValue(item, [...place, String(i)]);
    });
  },
  $not: (operand, place, depthLeft) => {
    if (!isRecord(operand) || !isOperators(operand)) throw refusal(place, 'expected operators, such as { $gt: 1 }');
    checkOperators(operand, place, depthLeft - 1);
  },
  $elemMatch: (operand, place, depthLeft) => checkElement(operand, place, depthLeft - 1),
  $exists: (operand, place) => {
    if (typeof operand !== 'boolean') throw refusal(place, 'expected true or false');
  },
  $type: (operand, place) => {
    const isType = (item: unknown): boolean => typeof item === 'string' || Number.isInteger(item);
    if (!(Array.isArray(operand) ? operand.every(isType) : isType(operand))) throw refusal(place, 'expected a type');
  },
  $size: (operand, place) => {
    if (!Number.isInteger(operand) || Number(operand) < 0) throw refusal(place, 'expected a whole number from 0');
  },
  $mod: (operand, place) => {
    const isPair = Array.isArray(operand) && operand.length === 2 && operand.every((item) => typeof item === 'number');
    if (!isPair) throw refusal(place, 'expected [divisor, remainder]');
  },
  $bitsAllSet: checkBits,
  $bitsAnySet: checkBits,
  $bitsAllClear: checkBits,
  $bitsAnyClear: checkBits,
};

/**
 * Throws 422 with the place of the first part that is not allowed. `checkExpr` is for those who allow expressions in
 * their filters: it checks what stands in $expr.
 */
export function checkFilter(
  filter: unknown,
  place: Place,
  depthLeft = MAX_DEPTH,
  checkExpr?: (expression: unknown, place: Place) => void,
): asserts filter is object {
  if (!isRecord(filter)) throw refusal(place, 'expected a filter, such as { status: "paid" }');
  if (depthLeft <= 0) throw refusal(place.slice(0, 8), `a filter nests at most ${MAX_DEPTH} levels deep`);
  for (const [key, condition] of Object.entries(filter)) {
    const here = [...place, key];
    if (LOGICAL.has(key)) {
      if (!Array.isArray(condition) || condition.length === 0) throw refusal(here, 'expected a list of filters');
      condition.forEach((part: unknown, i) => checkFilter(part, [...here, String(i)], depthLeft - 1, checkExpr));
    } else if (key === '$expr' && checkExpr !== undefined) {
      checkExpr(condition, here);
    } else if (key.startsWith('$')) {
      throw unknownOperator(key, here);
    } else {
      checkField(key, here);
      checkCondition(condition, here, depthLeft);
    }
  }
}

/** Of a list's element: a filter where it is an object, operators where it is a value. Used by $elemMatch and $pull. */
export function checkElement(condition: unknown, place: Place, depthLeft = MAX_DEPTH): void {
  const isValue =
    isRecord(condition) && Object.keys(condition).some((key) => Object.hasOwn(OPERATORS, key) || key === '$regex');
  if (isValue) checkOperators(condition, place, depthLeft);
  else checkFilter(condition, place, depthLeft);
}

function checkCondition(condition: unknown, place: Place, depthLeft: number): void {
  if (isRecord(condition) && isOperators(condition)) checkOperators(condition, place, depthLeft);
  else checkPlainValue(condition, place);
}

function isOperators(condition: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(condition).some((key) => key.startsWith('$'));
}

function checkOperators(condition: Readonly<Record<string, unknown>>, place: Place, depthLeft: number): void {
  if (depthLeft <= 0) throw refusal(place.slice(0, 8), `a filter nests at most ${MAX_DEPTH} levels deep`);
  if (Object.hasOwn(condition, '$regex') || Object.hasOwn(condition, '$options')) checkRegex(condition, place);
  for (const [key, operand] of Object.entries(condition)) {
    const here = [...place, key];
    if (key === '$regex' || key === '$options') continue;
    if (!key.startsWith('$')) throw refusal(here, 'operators and fields cannot be mixed in one condition');
    const check = Object.hasOwn(OPERATORS, key) ? OPERATORS[key] : undefined;
    if (check === undefined) throw LOGICAL.has(key) ? operatorHere(key, here) : unknownOperator(key, here);
    check(operand, here, depthLeft);
  }
}

function checkList(operand: unknown, place: Place): void {
  if (!Array.isArray(operand)) throw refusal(place, 'expected a list');
  checkPlainValue(operand, place);
}

function unknownOperator(operator: string, place: Place): Error {
  const known = [...LOGICAL, ...Object.keys(OPERATORS), '$regex'].join(' ');
  return refusal(place, `${operator} is not an operator that can be used in a filter; these can: ${known}`);
}
