/**
 * $elemMatch: one element must satisfy everything. With operators ({ $gt: 1, $lt: 5 }) the elements are values; otherwise they are
 * documents, and an array counts as a document whose fields are its indexes.
 */
import { badValue } from '../errors.ts';
import { isPlainObject } from '../values/types.ts';
import { type Condition, onValue, type Predicate } from './condition.ts';
import { type FieldContext } from './context.ts';
import { isLogicalObject, isOperatorObject } from './shape.ts';

export function elementCondition(operand: unknown, context: FieldContext): Condition {
  const test = compileElement(operand, context);
  return { kind: 'element', find: (items) => items.findIndex(test) };
}

/** The condition of an $elemMatch on one element. */
export function compileElement(operand: unknown, context: FieldContext): Predicate {
  if (!isPlainObject(operand)) throw badValue('$elemMatch needs an Object');
  if (isOperatorObject(operand) && !isLogicalObject(operand)) {
    return onValue({ kind: 'all', of: context.compileOperators(operand, context) });
  }
  const matches = context.compileFilter(operand, context.opts);
  return (item) => {
    if (isPlainObject(item)) return matches(item);
    return Array.isArray(item) && matches(Object.fromEntries(item.entries()));
  };
}
