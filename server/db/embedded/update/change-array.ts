/** $addToSet, $pull, $pullAll and $pop: operators on arrays; $push, the one with modifiers, has its own file. */
import { badValue, failedToParse, typeMismatch } from '../errors.ts';
import { compileMatch } from '../match/compile.ts';
import { isRegex } from '../match/regex.ts';
import { isLogicalObject, isOperatorObject } from '../match/shape.ts';
import { type MatchOptions } from '../match/types.ts';
import { hasOwn } from '../values/own.ts';
import { equalValues } from '../values/order.ts';
import { show } from '../values/show.ts';
import { isNumber, isPlainObject, toNumber, typeName } from '../values/types.ts';
import { lastPart } from './change-value.ts';
import { type Change, type ParseChange, SAME } from './types.ts';

export const parseAddToSet: ParseChange = (operand, _path, match) => {
  const items = addToSetItems(operand);
  return {
    ifMissing: 'creates',
    apply: (old, { path }) => {
      if (old !== undefined && !Array.isArray(old)) {
        throw badValue(
          `Cannot apply $addToSet to non-array field. Field named '${lastPart(path)}' has non-array type ${typeName(old)}`,
        );
      }
      const set: unknown[] = [...((old as unknown[] | undefined) ?? [])];
      for (const item of items) if (!set.some((known) => equalValues(known, item, match.collation))) set.push(item);
      return old?.length === set.length ? SAME : set;
    },
  };
};

function addToSetItems(operand: unknown): readonly unknown[] {
  if (!isPlainObject(operand) || Object.keys(operand)[0] !== '$each') return [operand];
  const names = Object.keys(operand);
  if (!Array.isArray(operand.$each)) {
    throw typeMismatch(
      `The argument to $each in $addToSet must be an array but it was of type ${typeName(operand.$each)}`,
    );
  }
  if (names.length > 1) throw badValue(`Found unexpected fields after $each in $addToSet: ${show(operand)}`);
  return operand.$each as unknown[];
}

/** Removes elements; a path that leads nowhere is left alone. */
function culling(isRemoved: (item: unknown) => boolean): Change {
  return {
    ifMissing: 'skips',
    apply: (old) => {
      if (old === undefined) return SAME;
      if (!Array.isArray(old)) throw badValue('Cannot apply $pull to a non-array value');
      const kept = old.filter((item) => !isRemoved(item));
      return kept.length === old.length ? SAME : kept;
    },
  };
}

/** A value to be equal to, operators on an element, or a filter on elements that are documents. */
export const parsePull: ParseChange = (operand, _path, match) => culling(pullTest(operand, match));

function pullTest(operand: unknown, match: MatchOptions): (item: unknown) => boolean {
  if (isRegex(operand) || (isOperatorObject(operand) && !isLogicalObject(operand))) {
    const matches = compileMatch({ item: operand }, match);
    return (item) => matches({ item });
  }
  if (isPlainObject(operand)) {
    const matches = compileMatch(operand, match);
    return (item) => isPlainObject(item) && matches(item);
  }
  return (item) => equalValues(item, operand, match.collation);
}

export const parsePullAll: ParseChange = (operand, _path, match) => {
  if (!Array.isArray(operand)) {
    throw badValue(`$pullAll requires an array argument but was given a ${typeName(operand)}`);
  }
  return culling((item) => operand.some((value) => equalValues(item, value, match.collation)));
};

export const parsePop: ParseChange = (operand, path) => {
  if (!isNumber(operand)) throw failedToParse(`Expected a number in: ${path}: ${show(operand)}`);
  const end = toNumber(operand);
  if (end !== 1 && end !== -1) throw failedToParse(`$pop expects 1 or -1, found: ${show(operand)}`);
  return {
    ifMissing: 'skips',
    apply: (old, place) => {
      if (old === undefined) return SAME;
      if (!Array.isArray(old)) {
        throw typeMismatch(`Path '${place.path}' contains an element of non-array type '${typeName(old)}'`);
      }
      if (old.length === 0) return SAME;
      const items: readonly unknown[] = old;
      return end === 1 ? items.slice(0, -1) : items.slice(1);
    },
  };
};

/** True for { $each: […], … }: the operand has modifiers. */
export function hasEach(operand: unknown): operand is Record<string, unknown> {
  return isPlainObject(operand) && hasOwn(operand, '$each');
}
