/**
 * Decimal128 as an exact number: sign, coefficient and power of ten, read from and written to the 16 bytes of IEEE 754-2008
 * (binary integer coefficient). bson only prints and parses them; comparing, keys and $inc need the number itself.
 */
import { Decimal128 } from 'bson';

/** A finite decimal is coefficient · 10^exponent; the sign of zero is kept apart. */
export type Decimal =
  | { readonly kind: 'finite'; readonly isNegative: boolean; readonly coefficient: bigint; readonly exponent: number }
  | { readonly kind: 'infinite'; readonly isNegative: boolean }
  | { readonly kind: 'nan' };

export const MAX_DIGITS = 34;
const MIN_EXPONENT = -6176;
const MAX_EXPONENT = 6111;
const MAX_COEFFICIENT = 10n ** 34n - 1n;

export function parseDecimal(value: Decimal128): Decimal {
  const bytes = Buffer.from(value.bytes.buffer, value.bytes.byteOffset, 16);
  const high = bytes.readBigUInt64LE(8);
  const isNegative = high >> 63n === 1n;
  const combination = Number((high >> 58n) & 31n);
  if (combination === 31) return { kind: 'nan' };
  if (combination === 30) return { kind: 'infinite', isNegative };
  // A combination of 24 and more would mean a coefficient above the maximum, which counts as zero.
  const isLarge = combination >= 24;
  const exponent = Number((high >> (isLarge ? 47n : 49n)) & 0x3fffn) + MIN_EXPONENT;
  const raw = ((high & 0x1ffffffffffffn) << 64n) | bytes.readBigUInt64LE(0);
  const coefficient = isLarge || raw > MAX_COEFFICIENT ? 0n : raw;
  return { kind: 'finite', isNegative, coefficient, exponent };
}

export function decimalToNumber(value: Decimal128): number {
  const decimal = parseDecimal(value);
  if (decimal.kind === 'nan') return NaN;
  if (decimal.kind === 'infinite') return decimal.isNegative ? -Infinity : Infinity;
  return finiteToNumber(decimal.isNegative, decimal.coefficient, decimal.exponent);
}

/** The nearest double: parsing decimal text rounds correctly, so the result is monotonic. */
export function finiteToNumber(isNegative: boolean, coefficient: bigint, exponent: number): number {
  const magnitude = Number(`${coefficient.toString()}e${exponent}`);
  return isNegative ? -magnitude : magnitude;
}

/** Rounds to 34 digits, half to even, and to the range of exponents; overflow becomes infinite, as IEEE 754 asks. */
export function makeDecimal(isNegative: boolean, coefficient: bigint, exponent: number): Decimal128 {
  let digits = coefficient;
  let power = exponent;
  const excess = Math.max(digits.toString().length - MAX_DIGITS, MIN_EXPONENT - power);
  if (excess > 0) {
    digits = roundedShift(digits, excess);
    power += excess;
    if (digits > MAX_COEFFICIENT) {
      digits /= 10n;
      power += 1;
    }
  }
  while (power > MAX_EXPONENT && digits * 10n <= MAX_COEFFICIENT && digits !== 0n) {
    digits *= 10n;
    power -= 1;
  }
  if (power > MAX_EXPONENT) {
    if (digits !== 0n) return Decimal128.fromString(isNegative ? '-Infinity' : 'Infinity');
    power = MAX_EXPONENT;
  }
  const high = (isNegative ? 1n << 63n : 0n) | (BigInt(power - MIN_EXPONENT) << 49n) | (digits >> 64n);
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(digits & 0xffffffffffffffffn, 0);
  bytes.writeBigUInt64LE(high, 8);
  return new Decimal128(bytes);
}

function roundedShift(digits: bigint, places: number): bigint {
  if (places > 2 * MAX_DIGITS + 4) return 0n;
  const divisor = 10n ** BigInt(places);
  const quotient = digits / divisor;
  const twice = (digits % divisor) * 2n;
  const isUp = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}
