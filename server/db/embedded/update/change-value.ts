/** $set, $setOnInsert, $unset, $min, $max, $currentDate, $inc, $mul and $bit: operators that make one value of another. */
import { Int32, Long, Timestamp } from 'bson';
import { badValue, typeMismatch } from '../errors.ts';
import { addNumbers, multiplyNumbers } from '../values/arithmetic.ts';
import { isIdentical } from '../values/identical.ts';
import { compareValues } from '../values/order.ts';
import { show } from '../values/show.ts';
import { isNumber, isPlainObject, toBigInt, typeCode, typeName } from '../values/types.ts';
import { type Change, type ParseChange, REMOVE, SAME } from './types.ts';

const INT32 = 16;
const INT64 = 18;

const creates = (apply: Change['apply']): Change => ({ apply, ifMissing: 'creates' });

export const parseSet: ParseChange = (operand) => creates((old) => (isIdentical(old, operand) ? SAME : operand));

export const parseUnset: ParseChange = () => ({
  apply: (old) => (old === undefined ? SAME : REMOVE),
  ifMissing: 'ignores',
});

/** Takes the operand when it comes before (sign -1) or after (sign 1) the value in BSON's order, types included. */
function parseExtreme(sign: 1 | -1): ParseChange {
  return (operand, _path, match) =>
    creates((old) => (old === undefined || compareValues(operand, old, match.collation) === sign ? operand : SAME));
}
export const parseMin = parseExtreme(-1);
export const parseMax = parseExtreme(1);

export const parseCurrentDate: ParseChange = (operand, path) => {
  if (typeof operand === 'boolean') return creates((_old, { now }) => new Date(now));
  if (!isPlainObject(operand)) {
    throw badValue(
      `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  for (const name of Object.keys(operand)) {
    if (name !== '$type') throw badValue(`Unrecognized $currentDate option: ${name}`);
  }
  if (operand.$type === 'date') return creates((_old, { now }) => new Date(now));
  if (operand.$type === 'timestamp') {
    return creates((_old, { now }) => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }));
  }
  throw badValue(
    `The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {${path}: {$type: 'date'}}}`,
  );
};

function parseArithmetic(name: '$inc' | '$mul', verb: string): ParseChange {
  const combine = name === '$inc' ? addNumbers : multiplyNumbers;
  return (operand, path) => {
    if (!isNumber(operand)) throw typeMismatch(`Cannot ${verb} with non-numeric argument: {${path}: ${show(operand)}}`);
    const initial = name === '$inc' ? operand : multiplyNumbers(operand, new Int32(0));
    return creates((old, place) => {
      if (old === undefined) return initial;
      if (!isNumber(old)) {
        throw typeMismatch(
          `Cannot apply ${name} to a value of non-numeric type. {_id: ${show(place.id)}} has the field '${lastPart(place.path)}' of non-numeric type ${typeName(old)}`,
        );
      }
      const result = combine(old, operand);
      if (result === undefined) {
        throw badValue(
          `Failed to apply ${name} operations to current value ((NumberLong)${show(old)}) for document {_id: ${show(place.id)}}`,
        );
      }
      return isIdentical(old, result) ? SAME : result;
    });
  };
}
export const parseIncrement = parseArithmetic('$inc', 'increment');
export const parseMultiply = parseArithmetic('$mul', 'multiply');

export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

type BitStep = (value: bigint) => bigint;

export const parseBit: ParseChange = (operand) => {
  if (!isPlainObject(operand)) {
    throw badValue(
      `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  const names = Object.keys(operand);
  if (names.length === 0) {
    throw badValue('You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}');
  }
  const steps = names.map((name) => parseBitStep(name, operand[name]));
  const isLong = names.some((name) => typeCode(operand[name]) === INT64);
  return creates((old, place) => {
    if (old !== undefined && typeCode(old) !== INT32 && typeCode(old) !== INT64) {
      throw badValue(
        `Cannot apply $bit to a value of non-integral type.{_id: ${show(place.id)}} has the field ${lastPart(place.path)} of non-integer type ${typeName(old)}`,
      );
    }
    const bits = steps.reduce((value, step) => step(value), old === undefined ? 0n : toBigInt(old)!);
    const result = isLong || typeCode(old) === INT64 ? Long.fromBigInt(bits) : new Int32(Number(bits));
    return isIdentical(old, result) ? SAME : result;
  });
};

function parseBitStep(name: string, operand: unknown): BitStep {
  if (name !== 'and' && name !== 'or' && name !== 'xor') {
    throw badValue(
      `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${show(operand)}}`,
    );
  }
  if (typeCode(operand) !== INT32 && typeCode(operand) !== INT64) {
    throw badValue(
      `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(operand)}' is not supported here: {${name}: ${show(operand)}}`,
    );
  }
  const bits = toBigInt(operand)!;
  if (name === 'and') return (value) => value & bits;
  return name === 'or' ? (value) => value | bits : (value) => value ^ bits;
}
