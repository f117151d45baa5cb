/** What the stages that shape documents take; the pipeline they stand in is checked in pipeline.ts. */
import { checkExpression } from './expression.ts';
import { refusal, type Place } from './fault.ts';
import { checkField } from './fields.ts';
import { checkPlainValue, isRecord } from './values.ts';

const ACCUMULATORS = new Set(
  [
    '$addToSet $avg $bottom $bottomN $count $first $firstN $last $lastN $max $maxN $mergeObjects $min $minN $push',
    '$stdDevPop $stdDevSamp $sum $top $topN',
  ].flatMap((line) => line.split(' ')),
);
const MAX_SORT_FIELDS = 32;

export function checkProject(operand: unknown, place: Place): void {
  if (!isRecord(operand) || Object.keys(operand).length === 0) {
    throw refusal(place, 'expected fields with true, false or an expression');
  }
  for (const [field, wanted] of Object.entries(operand)) {
    checkField(field, [...place, field]);
    checkExpression(wanted, [...place, field]);
  }
}

export function checkSet(operand: unknown, place: Place): void {
  if (!isRecord(operand)) throw refusal(place, 'expected names with an expression each');
  for (const [field, expression] of Object.entries(operand)) {
    checkField(field, [...place, field]);
    checkExpression(expression, [...place, field]);
  }
}

export function checkUnset(operand: unknown, place: Place): void {
  const isList = Array.isArray(operand) && operand.length > 0;
  const fields: readonly unknown[] = isList ? operand : [operand];
  for (const field of fields) {
    if (typeof field !== 'string') throw refusal(place, 'expected the name of a field, or a list of them');
    checkField(field, place);
  }
}

export function checkSort(operand: unknown, place: Place): void {
  if (!isRecord(operand)) throw refusal(place, 'expected fields with 1 or -1');
  const fields = Object.entries(operand);
  if (fields.length === 0 || fields.length > MAX_SORT_FIELDS) throw refusal(place, `1 to ${MAX_SORT_FIELDS} fields`);
  for (const [field, direction] of fields) {
    checkField(field, [...place, field]);
    if (direction !== 1 && direction !== -1) throw refusal([...place, field], 'expected 1 or -1');
  }
}

export function checkUnwind(operand: unknown, place: Place): void {
  const { path, includeArrayIndex, preserveNullAndEmptyArrays, ...others } = isRecord(operand)
    ? operand
    : { path: operand };
  for (const name of Object.keys(others)) {
    throw refusal([...place, name], 'expected path, includeArrayIndex or preserveNullAndEmptyArrays');
  }
  const isPath = typeof path === 'string' && path.startsWith('$') && !path.startsWith('$$');
  if (!isPath) throw refusal(place, 'expected a field as a path, such as "$items"');
  checkField(path.slice(1), place);
  if (includeArrayIndex !== undefined) {
    if (typeof includeArrayIndex !== 'string') throw refusal([...place, 'includeArrayIndex'], 'expected a field');
    checkField(includeArrayIndex, [...place, 'includeArrayIndex']);
  }
  if (!['boolean', 'undefined'].includes(typeof preserveNullAndEmptyArrays)) {
    throw refusal([...place, 'preserveNullAndEmptyArrays'], 'expected true or false');
  }
}

export function checkBucket(operand: unknown, place: Place): void {
  if (!isRecord(operand)) throw refusal(place, 'expected { groupBy, boundaries, default?, output? }');
  for (const [name, part] of Object.entries(operand)) {
    const here = [...place, name];
    if (name === 'groupBy') checkExpression(part, here);
    else if (name === 'boundaries' && Array.isArray(part)) checkPlainValue(part, here);
    else if (name === 'default') checkPlainValue(part, here);
    else if (name === 'output') checkAccumulators(part, here);
    else throw refusal(here, 'expected groupBy, boundaries (a list), default or output');
  }
}

/** `{ total: { $sum: '$price' } }` */
export function checkAccumulators(fields: unknown, place: Place): void {
  if (!isRecord(fields)) throw refusal(place, 'expected fields with an accumulator each, such as { $sum: "$price" }');
  for (const [field, accumulator] of Object.entries(fields)) {
    const here = [...place, field];
    checkField(field, here);
    const [name, ...others] = isRecord(accumulator) ? Object.keys(accumulator) : [];
    if (!isRecord(accumulator) || name === undefined || others.length > 0) {
      throw refusal(here, 'expected one accumulator, such as { $sum: "$price" }');
    }
    if (!ACCUMULATORS.has(name)) {
      throw refusal([...here, name], `expected an accumulator; these can be used: ${[...ACCUMULATORS].join(' ')}`);
    }
    checkExpression(accumulator[name], [...here, name]);
  }
}
