/** Which updates a listener may make: MongoDB's update operators on fields, values as data, and no pipelines. */
import { refusal, type Place } from '../db/query/fault.ts';
import { checkField } from '../db/query/fields.ts';
import { checkElement } from '../db/query/filter.ts';
import { checkValue, isRecord } from '../db/query/values.ts';
import { REVISION } from './revision.ts';

type Check = (operand: unknown, place: Place) => void;

const PUSH_PARTS = new Set(['$each', '$position', '$slice', '$sort']);

const checkNumber: Check = (operand, place) => {
  if (typeof operand !== 'number' || !Number.isFinite(operand)) throw refusal(place, 'expected a number');
};

/** What each operator takes for a field. */
const OPERATORS: Readonly<Record<string, Check>> = {
  $set: checkValue,
  $setOnInsert: checkValue,
  $unset: () => undefined,
  $inc: checkNumber,
  $mul: checkNumber,
  $min: checkValue,
  $max: checkValue,
  $rename: (operand, place) => {
    if (typeof operand !== 'string') throw refusal(place, 'expected the new name of the field');
    checkField(operand, place);
  },
  $currentDate: (operand, place) => {
    const isDate = isRecord(operand) && Object.keys(operand).join() === '$type' && operand.$type === 'date';
    if (operand !== true && !isDate) throw refusal(place, 'expected true');
  },
  $push: checkPush,
  $addToSet: checkPush,
  $pop: (operand, place) => {
    if (operand !== 1 && operand !== -1) throw refusal(place, 'expected 1 for the last or -1 for the first element');
  },
  $pull: (operand, place) => {
    if (isRecord(operand)) checkElement(operand, place);
    else checkValue(operand, place);
  },
  $pullAll: (operand, place) => {
    if (!Array.isArray(operand)) throw refusal(place, 'expected a list');
    checkValue(operand, place);
  },
  $bit: (operand, place) => {
    if (!isRecord(operand)) throw refusal(place, 'expected one of and, or, xor with a whole number');
    for (const [name, bits] of Object.entries(operand)) {
      if (!['and', 'or', 'xor'].includes(name) || !Number.isInteger(bits)) {
        throw refusal([...place, name], 'expected one of and, or, xor with a whole number');
      }
    }
  },
};

/** Throws 422 with the place of the first part that is not allowed. */
export function checkUpdate(update: unknown, place: Place): asserts update is object {
  if (!isRecord(update) || Object.keys(update).length === 0) {
    throw refusal(place, 'expected update operators, such as { $set: { status: "paid" } }');
  }
  for (const [operator, fields] of Object.entries(update)) {
    const here = [...place, operator];
    const check = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (check === undefined) throw unknownOperator(operator, here);
    if (!isRecord(fields)) throw refusal(here, 'expected fields and their values');
    for (const [field, operand] of Object.entries(fields)) {
      checkField(field, [...here, field], { allowPositional: true });
      for (const name of operator === '$rename' ? [field, operand] : [field]) refuseOwn(name, [...here, field]);
      check(operand, [...here, field]);
    }
  }
}

function refuseOwn(name: unknown, place: Place): void {
  if (name === '_id') throw refusal(place, 'the _id of a document never changes');
  if (typeof name === 'string' && name.split('.')[0] === REVISION) {
    throw refusal(place, `${REVISION} counts the changes of a document; it cannot be set`);
  }
}

function checkPush(operand: unknown, place: Place): void {
  const isModified = isRecord(operand) && Object.keys(operand).some((key) => key.startsWith('$'));
  if (!isModified) {
    checkValue(operand, place);
    return;
  }
  for (const [key, part] of Object.entries(operand)) {
    if (!PUSH_PARTS.has(key)) throw refusal([...place, key], `expected only ${[...PUSH_PARTS].join(', ')} here`);
    if (key === '$sort') checkElementSort(part, [...place, key]);
    else checkValue(part, [...place, key]);
  }
}

function checkElementSort(sort: unknown, place: Place): void {
  if (sort === 1 || sort === -1) return;
  if (!isRecord(sort)) throw refusal(place, 'expected 1, -1 or fields with these');
  for (const [field, direction] of Object.entries(sort)) {
    checkField(field, [...place, field]);
    if (direction !== 1 && direction !== -1) throw refusal([...place, field], 'expected 1 or -1');
  }
}

function unknownOperator(operator: string, place: Place): Error {
  const known = Object.keys(OPERATORS).join(' ');
  return refusal(place, `${operator} is not an operator that can be used in an update; these can: ${known}`);
}
