/**
 * Equality, ranges and membership. Ranges compare values of the same kind only ("type bracketing"), MinKey and MaxKey excepted;
 * NaN equals NaN and is neither below nor above anything; null stands for a missing field too.
 */
import { type ObjectId } from 'bson';
import { badValue } from '../errors.ts';
import { compareObjectIds } from '../values/access.ts';
import { type Collation } from '../values/collation.ts';
import { encodeKey } from '../values/keys.ts';
import { BsonUndefined } from '../values/legacy.ts';
import { compareNumbers } from '../values/numbers.ts';
import { compareValues } from '../values/order.ts';
import { RANK, toNumber, typeRank, wrapperOf } from '../values/types.ts';
import { type Predicate } from './condition.ts';
import { isRegex, regexPredicate } from './regex.ts';
import { isOperatorObject } from './shape.ts';

export type RangeOperator = '$gt' | '$gte' | '$lt' | '$lte';

export function equals(operand: unknown, collation?: Collation): Predicate {
  if (operand === null || operand === undefined) return (value) => value === null || value === undefined;
  if (operand instanceof BsonUndefined) throw badValue('cannot compare to undefined');
  const rank = typeRank(operand);
  if (typeof operand === 'boolean') return (value) => value === operand;
  if (typeof operand === 'string' && collation === undefined) {
    return (value) => value === operand || (isWrapped(value, rank) && compareValues(value, operand) === 0);
  }
  if (rank === RANK.number) return equalsNumber(operand);
  if (rank === RANK.objectId) return equalsObjectId(operand);
  return (value) => typeRank(value) === rank && compareValues(value, operand, collation) === 0;
}

/** Not a bare JavaScript string or number, but of that kind all the same. */
function isWrapped(value: unknown, rank: number): boolean {
  return typeof value === 'object' && value !== null && typeRank(value) === rank;
}

function equalsObjectId(operand: unknown): Predicate {
  const id = operand as ObjectId;
  return (value) => wrapperOf(value) === 'ObjectId' && compareObjectIds(value as ObjectId, id) === 0;
}

function equalsNumber(operand: unknown): Predicate {
  const number = toNumber(operand);
  const isExact = compareNumbers(number, operand) === 0;
  if (Number.isNaN(number)) return (value) => typeRank(value) === RANK.number && Number.isNaN(toNumber(value));
  return (value) => {
    if (typeof value === 'number') return isExact && value === number;
    return isWrapped(value, RANK.number) && compareNumbers(value, operand) === 0;
  };
}

const HOLDS: Readonly<Record<RangeOperator, (order: number) => boolean>> = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

export function inRange(operator: RangeOperator, operand: unknown, collation?: Collation): Predicate {
  if (operand instanceof BsonUndefined) throw badValue('cannot compare to undefined');
  if (isRegex(operand)) throw badValue("Can't have RegEx as arg to predicate over field.");
  const rank = typeRank(operand);
  const holds = HOLDS[operator];
  if (rank === RANK.number) return numberInRange(operator, operand);
  if (rank === RANK.minKey || rank === RANK.maxKey) {
    return (value) => holds(Math.sign(typeRank(value) - rank));
  }
  return (value) => typeRank(value) === rank && holds(compareValues(value, operand, collation));
}

function numberInRange(operator: RangeOperator, operand: unknown): Predicate {
  const holds = HOLDS[operator];
  const bound = toNumber(operand);
  const isNumeric = (value: unknown): boolean => typeof value === 'number' || isWrapped(value, RANK.number);
  if (Number.isNaN(bound)) return (value) => holds(0) && isNumeric(value) && Number.isNaN(toNumber(value));
  const isExact = compareNumbers(bound, operand) === 0;
  return (value) => {
    if (typeof value === 'number' && isExact) {
      return value === value && holds(value < bound ? -1 : value > bound ? 1 : 0);
    }
    return isNumeric(value) && !Number.isNaN(toNumber(value)) && holds(compareNumbers(value, operand));
  };
}

/** $in: regular expressions among the values are matched, null also means missing. */
export function isOneOf(operand: unknown, collation: Collation | undefined, name: '$in' | '$nin'): Predicate {
  if (!Array.isArray(operand)) throw badValue(`${name} needs an array`);
  const strings = new Set<unknown>();
  const keys = new Set<string>();
  const patterns: Predicate[] = [];
  let hasNull = false;
  for (const item of operand as unknown[]) {
    if (isOperatorObject(item)) throw badValue(`cannot nest $ under ${name}`);
    if (item instanceof BsonUndefined) throw badValue('cannot compare to undefined');
    if (isRegex(item)) patterns.push(regexPredicate(item));
    if (item === null || item === undefined) hasNull = true;
    else if (typeof item === 'string' && collation === undefined) strings.add(item);
    else if (collation !== undefined && dependsOnCollation(item)) patterns.push(equals(item, collation));
    else keys.add(keyText(item));
  }
  return (value) => {
    if (value === null || value === undefined) return hasNull;
    if (strings.size > 0 && strings.has(textIfSymbol(value))) return true;
    if (keys.size > 0 && typeof value !== 'string' && keys.has(keyText(value))) return true;
    return patterns.some((test) => test(value));
  };
}

function dependsOnCollation(value: unknown): boolean {
  const rank = typeRank(value);
  return rank === RANK.string || rank === RANK.object || rank === RANK.array;
}

function textIfSymbol(value: unknown): unknown {
  return wrapperOf(value) === 'BSONSymbol' ? (value as { valueOf(): string }).valueOf() : value;
}

/** Equal values and only those share a key, whatever their type; small ones are written without the key's detour. */
function keyText(value: unknown): string {
  if (wrapperOf(value) === 'ObjectId') return (value as ObjectId).toHexString();
  if (typeof value === 'number' && value !== 0) return `n${value}`;
  if (typeRank(value) === RANK.number) {
    const number = toNumber(value);
    if (compareNumbers(number, value) === 0) return `n${number === 0 ? 0 : number}`;
  }
  return `k${encodeKey(value).toString('latin1')}`;
}
