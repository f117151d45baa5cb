/** $mod and the $bits operators: conditions on the digits of a number. */
import { type Binary } from 'bson';
import { badValue, failedToParse } from '../errors.ts';
import { binaryBytes } from '../values/access.ts';
import { show } from '../values/show.ts';
import { isNumber, toBigInt, toNumber, typeRank, RANK, wrapperOf } from '../values/types.ts';
import { type Predicate } from './condition.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** { $mod: [divisor, remainder] }; fractions are cut off on both sides, the remainder has the sign of the value. */
export function hasRemainder(operand: unknown): Predicate {
  if (!Array.isArray(operand)) throw badValue('malformed mod, needs to be an array');
  if (operand.length < 2) throw badValue('malformed mod, not enough elements');
  if (operand.length > 2) throw badValue('malformed mod, too many elements');
  const divisor = integerOf(operand[0], 'divisor');
  const remainder = integerOf(operand[1], 'remainder');
  if (divisor === 0n) throw badValue('divisor cannot be 0');
  return (value) => {
    const integer = truncate(value);
    return integer !== undefined && integer % divisor === remainder;
  };
}

function integerOf(value: unknown, name: string): bigint {
  if (!isNumber(value)) throw badValue(`malformed mod, ${name} not a number`);
  const integer = truncate(value);
  if (integer === undefined) {
    throw badValue(
      `malformed mod, ${name} value is invalid :: caused by :: Unable to coerce ${show(value)} to an int64`,
    );
  }
  return integer;
}

/** Without its fraction; undefined for what is no number or does not fit 64 bits. */
function truncate(value: unknown): bigint | undefined {
  if (!isNumber(value)) return undefined;
  const number = toNumber(value);
  if (!Number.isFinite(number)) return undefined;
  const integer = toBigInt(value) ?? BigInt(Math.trunc(number));
  return integer < INT64_MIN || integer > INT64_MAX ? undefined : integer;
}

export type BitsOperator = '$bitsAllSet' | '$bitsAnySet' | '$bitsAllClear' | '$bitsAnyClear';

const BITS_HOLD: Readonly<Record<BitsOperator, (bits: bigint, mask: bigint) => boolean>> = {
  $bitsAllSet: (bits, mask) => (bits & mask) === mask,
  $bitsAnySet: (bits, mask) => (bits & mask) !== 0n,
  $bitsAllClear: (bits, mask) => (bits & mask) === 0n,
  $bitsAnyClear: (bits, mask) => (bits & mask) !== mask,
};

/** Negative numbers are two's complement without end, binary data is little-endian and followed by zeros. */
export function hasBits(operator: BitsOperator, operand: unknown): Predicate {
  const mask = maskOf(operator, operand);
  const holds = BITS_HOLD[operator];
  return (value) => {
    const bits = bitsOf(value);
    return bits !== undefined && holds(bits, mask);
  };
}

function bitsOf(value: unknown): bigint | undefined {
  if (typeRank(value) === RANK.binary) return fromLittleEndian(binaryBytes(value as Binary));
  const integer = isNumber(value) ? toBigInt(value) : undefined;
  return integer === undefined || integer < INT64_MIN || integer > INT64_MAX ? undefined : integer;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).reverse().toString('hex')}`);
}

function maskOf(operator: BitsOperator, operand: unknown): bigint {
  if (Array.isArray(operand)) return operand.reduce((mask: bigint, position) => mask | bitAt(operator, position), 0n);
  if (typeRank(operand) === RANK.binary) return fromLittleEndian(binaryBytes(operand as Binary));
  if (!isNumber(operand))
    throw badValue(`${operator} takes an Array, a number, or a BinData but received: ${show(operand)}`);
  const mask = toBigInt(operand);
  if (mask === undefined) throw failedToParse(`Expected an integer: ${operator}: ${show(operand)}`);
  if (mask < 0n) throw failedToParse(`Expected a non-negative number in: ${operator}: ${show(operand)}`);
  if (mask > INT64_MAX) throw failedToParse(`Cannot represent as a 64-bit integer: ${operator}: ${show(operand)}`);
  return mask;
}

function bitAt(operator: BitsOperator, position: unknown): bigint {
  const bit = isNumber(position) && wrapperOf(position) !== 'Decimal128' ? toBigInt(position) : undefined;
  if (bit === undefined)
    throw badValue(`Failed to parse bit position. Expected a number in: ${operator}: ${show(position)}`);
  if (bit < 0n || bit > 2_147_483_647n) {
    throw badValue(`Failed to parse bit position. Expected a non-negative int32 in: ${operator}: ${show(position)}`);
  }
  // Beyond 64 bits only the sign of a number and the end of binary data remain; a mask of that size would only cost memory.
  return 1n << (bit > 1_048_576n ? 1_048_576n : bit);
}
