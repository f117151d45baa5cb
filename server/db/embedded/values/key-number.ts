/**
 * The key of a number: the nearest double, turned so that its bytes sort as numbers do; then one byte that says whether the
 * number lies below, at or above that double; and only if not at it, the number's own decimal digits. So 1, 1.0, Long(1) and
 * Decimal128('1.0') share one key, every int64 and Decimal128 has a key of its own, and bytes sort exactly as values.
 */
import { compareToDouble, finiteOf } from './numbers.ts';
import { toNumber } from './types.ts';

const BELOW = 1;
const AT = 2;
const ABOVE = 3;
/** Above any exponent of ten a Decimal128 can have, so that the sum is positive. */
const EXPONENT_BIAS = 16_384;

/** Ten bytes for anything a double can hold, 13 to 31 otherwise. */
export const NUMBER_KEY_MAX_BYTES = 40;

export function writeNumberKey(target: Buffer, offset: number, value: unknown): number {
  const double = toNumber(value);
  let at = writeDouble(target, offset, double);
  const exact = typeof value === 'number' ? undefined : finiteOf(value);
  const side = exact === undefined || Number.isNaN(double) ? 0 : compareToDouble(exact, double);
  target[at++] = side < 0 ? BELOW : side > 0 ? ABOVE : AT;
  if (side === 0 || exact === undefined) return at;
  const from = at;
  at = writeDigits(target, at, exact.coefficient, exact.exponent);
  if (exact.isNegative) for (let i = from; i < at; i++) target[i] = 255 - target[i]!;
  return at;
}

/** The sign bit is flipped for positive numbers, all bits for negative ones. NaN, which sorts first, is all zeros. */
function writeDouble(target: Buffer, offset: number, double: number): number {
  if (Number.isNaN(double)) {
    target.fill(0, offset, offset + 8);
    return offset + 8;
  }
  target.writeDoubleBE(double === 0 ? 0 : double, offset);
  if (target[offset]! < 128) target[offset] = target[offset]! | 128;
  else for (let i = offset; i < offset + 8; i++) target[i] = 255 - target[i]!;
  return offset + 8;
}

/** Power of ten of the first digit, then the digits two by two, each pair plus one, and a zero. Trailing zeros do not count. */
function writeDigits(target: Buffer, offset: number, coefficient: bigint, exponent: number): number {
  const text = coefficient.toString();
  let at = target.writeUInt16BE(EXPONENT_BIAS + exponent + text.length, offset);
  const digits = text.replace(/0+$/, '');
  for (let i = 0; i < digits.length; i += 2) target[at++] = Number(digits.slice(i, i + 2).padEnd(2, '0')) + 1;
  target[at++] = 0;
  return at;
}
