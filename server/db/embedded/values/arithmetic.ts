/**
 * Sums and products with MongoDB's result types: int32 grows to int64 when it must, any double makes a double, any Decimal128 a
 * Decimal128. An int64 that overflows has no result. Plain numbers count as the type they would be stored as.
 */
import { Decimal128, Double, Int32, Long } from 'bson';
import { type Decimal, makeDecimal, parseDecimal } from './decimal.ts';
import { isInt32, toBigInt, toNumber, typeCode } from './types.ts';

const INT32 = 16;
const INT64 = 18;
const DECIMAL = 19;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** MongoDB takes a double for 15 decimal digits when it meets a Decimal128. */
const DOUBLE_DIGITS = 15;

type Numeric = Int32 | Long | Double | Decimal128;

/** undefined when an int64 overflows. Both values must be numbers. */
export function addNumbers(a: unknown, b: unknown): Numeric | undefined {
  return combine(a, b, { integers: (x, y) => x + y, doubles: (x, y) => x + y, decimals: addDecimals });
}

/** undefined when an int64 overflows. Both values must be numbers. */
export function multiplyNumbers(a: unknown, b: unknown): Numeric | undefined {
  return combine(a, b, { integers: (x, y) => x * y, doubles: (x, y) => x * y, decimals: multiplyDecimals });
}

interface Operation {
  readonly integers: (a: bigint, b: bigint) => bigint;
  readonly doubles: (a: number, b: number) => number;
  readonly decimals: (a: Decimal, b: Decimal) => Decimal128;
}

function combine(a: unknown, b: unknown, operation: Operation): Numeric | undefined {
  const x = typeCode(a);
  const y = typeCode(b);
  if (x === DECIMAL || y === DECIMAL) return operation.decimals(toDecimal(a), toDecimal(b));
  if ((x !== INT32 && x !== INT64) || (y !== INT32 && y !== INT64)) {
    return new Double(operation.doubles(toNumber(a), toNumber(b)));
  }
  if (x === INT32 && y === INT32) {
    // A sum or product of two int32 that is an int32 again is exact in doubles; -0 (0 * -1) counts as the integer 0.
    const result = operation.doubles(toNumber(a), toNumber(b)) + 0;
    if (isInt32(result)) return new Int32(result);
  }
  const result = operation.integers(toBigInt(a)!, toBigInt(b)!);
  return result < INT64_MIN || result > INT64_MAX ? undefined : Long.fromBigInt(result);
}

function toDecimal(value: unknown): Decimal {
  const code = typeCode(value);
  if (code === DECIMAL) return parseDecimal(value as Decimal128);
  if (code === INT32 || code === INT64) {
    const integer = toBigInt(value)!;
    return { kind: 'finite', isNegative: integer < 0n, coefficient: integer < 0n ? -integer : integer, exponent: 0 };
  }
  const double = toNumber(value);
  if (Number.isNaN(double)) return { kind: 'nan' };
  if (!Number.isFinite(double)) return { kind: 'infinite', isNegative: double < 0 };
  if (double === 0) return { kind: 'finite', isNegative: Object.is(double, -0), coefficient: 0n, exponent: 0 };
  return parseDecimal(Decimal128.fromString(double.toExponential(DOUBLE_DIGITS - 1)));
}

const notANumber = (): Decimal128 => Decimal128.fromString('NaN');
const infinity = (isNegative: boolean): Decimal128 => Decimal128.fromString(isNegative ? '-Infinity' : 'Infinity');

function addDecimals(a: Decimal, b: Decimal): Decimal128 {
  if (a.kind === 'nan' || b.kind === 'nan') return notANumber();
  if (a.kind === 'infinite') {
    return b.kind === 'infinite' && a.isNegative !== b.isNegative ? notANumber() : infinity(a.isNegative);
  }
  if (b.kind === 'infinite') return infinity(b.isNegative);
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = scaled(a, exponent) + scaled(b, exponent);
  const isNegative = sum < 0n || (sum === 0n && a.isNegative && b.isNegative);
  return makeDecimal(isNegative, sum < 0n ? -sum : sum, exponent);
}

function scaled(value: Extract<Decimal, { kind: 'finite' }>, exponent: number): bigint {
  const magnitude = value.coefficient === 0n ? 0n : value.coefficient * 10n ** BigInt(value.exponent - exponent);
  return value.isNegative ? -magnitude : magnitude;
}

function multiplyDecimals(a: Decimal, b: Decimal): Decimal128 {
  if (a.kind === 'nan' || b.kind === 'nan') return notANumber();
  const isNegative = a.isNegative !== b.isNegative;
  if (a.kind === 'infinite' || b.kind === 'infinite') {
    const hasZero = (a.kind === 'finite' && a.coefficient === 0n) || (b.kind === 'finite' && b.coefficient === 0n);
    return hasZero ? notANumber() : infinity(isNegative);
  }
  return makeDecimal(isNegative, a.coefficient * b.coefficient, a.exponent + b.exponent);
}
