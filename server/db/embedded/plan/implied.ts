/** Whether a query can only find documents that a partial index holds: its filter must imply the index's filter. */
import { compileMatch } from '../match/compile.ts';
import { type Doc } from '../values/codec.ts';
import { compareValues, equalValues } from '../values/order.ts';
import { isPlainObject, typeRank } from '../values/types.ts';
import { type FieldBounds, type FilterBounds } from './bounds.ts';

export function isImplied(partial: Doc, query: FilterBounds, filter: Doc): boolean {
  return Object.entries(partial).every(([path, condition]) => {
    if (path === '$and' && Array.isArray(condition))
      return condition.every((part) => isPlainObject(part) && isImplied(part, query, filter));
    if (path.startsWith('$')) return false;
    if (equalValues(filter[path], condition) && filter[path] !== undefined) return true;
    const bounds = query.fields.get(path);
    return bounds !== undefined && isConditionImplied(path, condition, bounds);
  });
}

function isConditionImplied(path: string, condition: unknown, bounds: FieldBounds): boolean {
  // Every value the query allows is tried against the condition; values stand for themselves, arrays are not guessed at.
  if (bounds.points !== undefined) {
    const match = compileMatch({ [lastPart(path)]: condition });
    return bounds.points.every(
      (value) =>
        !Array.isArray(value) &&
        typeof value !== 'symbol' &&
        match({ [lastPart(path)]: value }) &&
        // Null is also what a document without the field is found by.
        (value !== null || match({})),
    );
  }
  if (!isPlainObject(condition)) return false;
  return Object.entries(condition).every(([operator, operand]) => isLimitImplied(operator, operand, bounds));
}

/** The name does not matter, dots in it would. */
const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

function isLimitImplied(operator: string, operand: unknown, { low, high, prefix, isPresent }: FieldBounds): boolean {
  switch (operator) {
    case '$exists':
      return (
        operand === true && (low !== undefined || high !== undefined || prefix !== undefined || isPresent === true)
      );
    case '$gt':
    case '$gte': {
      if (low === undefined || typeRank(low.value) !== typeRank(operand)) return false;
      const order = compareValues(low.value, operand);
      return order > 0 || (order === 0 && (operator === '$gte' || !low.isInclusive));
    }
    case '$lt':
    case '$lte': {
      if (high === undefined || typeRank(high.value) !== typeRank(operand)) return false;
      const order = compareValues(high.value, operand);
      return order < 0 || (order === 0 && (operator === '$lte' || !high.isInclusive));
    }
    case '$type':
      return operand === 'string' && prefix === undefined && typeof (low ?? high)?.value === 'string';
    default:
      return false;
  }
}
