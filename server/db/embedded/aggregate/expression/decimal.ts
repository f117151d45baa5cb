/**
 * Arithmetic on Decimal128, which the bson package stores but does not calculate with: exact integers times a power of
 * ten, rounded to 34 digits (half to even) whenever a value goes back into a Decimal128.
 */
import { Decimal128 } from 'bson';

/** `coefficient × 10^exponent`, or one of the values that are not finite. */
export type Decimal =
  | {
      readonly kind: 'finite';
      readonly coefficient: bigint;
      readonly exponent: number;
      readonly isNegativeZero?: boolean;
    }
  | { readonly kind: 'nan' }
  | { readonly kind: 'infinite'; readonly sign: 1 | -1 };

const DIGITS = 34;
const MAX_EXPONENT = 6111;
const MIN_EXPONENT = -6176;
const NAN: Decimal = { kind: 'nan' };

export function parseDecimal(text: string): Decimal {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!found) {
    const special = /^([+-]?)inf(?:inity)?$/i.exec(text);
    return special ? { kind: 'infinite', sign: special[1] === '-' ? -1 : 1 } : NAN;
  }
  const fraction = found[3] ?? '';
  const magnitude = BigInt((found[2] ?? '') + fraction || '0');
  const coefficient = found[1] === '-' ? -magnitude : magnitude;
  const exponent = Number(found[4] ?? 0) - fraction.length;
  return { kind: 'finite', coefficient, exponent, isNegativeZero: magnitude === 0n && found[1] === '-' };
}

export const fromDecimal128 = (value: Decimal128): Decimal => parseDecimal(value.toString());

/** A double becomes a decimal of 15 significant digits, as MongoDB converts it. */
export function fromDouble(value: number): Decimal {
  if (Number.isNaN(value)) return NAN;
  if (!Number.isFinite(value)) return { kind: 'infinite', sign: value > 0 ? 1 : -1 };
  return parseDecimal(value.toPrecision(15));
}

export const fromBigInt = (value: bigint): Decimal => ({ kind: 'finite', coefficient: value, exponent: 0 });

export function toDecimal128(value: Decimal): Decimal128 {
  if (value.kind === 'nan') return Decimal128.fromString('NaN');
  if (value.kind === 'infinite') return Decimal128.fromString(value.sign > 0 ? 'Infinity' : '-Infinity');
  const { coefficient, exponent } = toPrecision(value.coefficient, value.exponent);
  if (coefficient !== 0n && digitsOf(coefficient) + exponent > MAX_EXPONENT + DIGITS)
    return toDecimal128({ kind: 'infinite', sign: coefficient < 0n ? -1 : 1 });
  if (exponent > MAX_EXPONENT) {
    const padded = coefficient * 10n ** BigInt(Math.min(exponent - MAX_EXPONENT, DIGITS));
    return Decimal128.fromString(`${padded}E${MAX_EXPONENT}`);
  }
  if (exponent < MIN_EXPONENT) return Decimal128.fromString('0E-6176');
  const sign = value.isNegativeZero === true && coefficient === 0n ? '-' : '';
  return Decimal128.fromString(`${sign}${coefficient}E${exponent}`);
}

export function toDouble(value: Decimal): number {
  if (value.kind === 'nan') return NaN;
  if (value.kind === 'infinite') return value.sign * Infinity;
  return Number(`${value.coefficient}e${value.exponent}`);
}

export function add(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'infinite') return b.kind === 'infinite' && b.sign !== a.sign ? NAN : a;
  if (b.kind === 'infinite') return b;
  const exponent = Math.min(a.exponent, b.exponent);
  return { kind: 'finite', coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export function negate(a: Decimal): Decimal {
  if (a.kind === 'nan') return a;
  if (a.kind === 'infinite') return { kind: 'infinite', sign: a.sign > 0 ? -1 : 1 };
  return { ...a, coefficient: -a.coefficient };
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'infinite' || b.kind === 'infinite') {
    const sign = signOf(a) * signOf(b);
    return sign === 0 ? NAN : { kind: 'infinite', sign: sign > 0 ? 1 : -1 };
  }
  return { kind: 'finite', coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}

/** `b` is not zero: the caller has its own error for that. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN;
  if (a.kind === 'infinite')
    return b.kind === 'infinite' ? NAN : { kind: 'infinite', sign: signOf(a) * signOf(b) > 0 ? 1 : -1 };
  if (b.kind === 'infinite') return { kind: 'finite', coefficient: 0n, exponent: 0 };
  const shift = Math.max(0, DIGITS + 2 + digitsOf(b.coefficient) - digitsOf(a.coefficient));
  const dividend = a.coefficient * 10n ** BigInt(shift);
  let coefficient = dividend / b.coefficient;
  let exponent = a.exponent - b.exponent - shift;
  if (dividend % b.coefficient !== 0n) {
    // One sticky digit keeps the later rounding to 34 digits right.
    return { kind: 'finite', coefficient: coefficient * 10n + (coefficient < 0n ? -1n : 1n), exponent: exponent - 1 };
  }
  while (exponent < a.exponent - b.exponent && coefficient % 10n === 0n && coefficient !== 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return { kind: 'finite', coefficient, exponent };
}

/** The remainder has the sign of the dividend. `b` is not zero. */
export function remainder(a: Decimal, b: Decimal): Decimal {
  if (a.kind !== 'finite' || b.kind === 'nan') return NAN;
  if (b.kind === 'infinite') return a;
  const exponent = Math.min(a.exponent, b.exponent);
  return { kind: 'finite', coefficient: scaled(a, exponent) % scaled(b, exponent), exponent };
}

export type Rounding = 'half-even' | 'truncate' | 'floor' | 'ceil';

/** Keeps `places` digits after the point (negative: before it). */
export function roundTo(a: Decimal, places: number, rounding: Rounding): Decimal {
  if (a.kind !== 'finite' || -a.exponent <= places) return a;
  const unit = 10n ** BigInt(-a.exponent - places);
  return { kind: 'finite', coefficient: divideRounding(a.coefficient, unit, rounding), exponent: -places };
}

export const isZero = (a: Decimal): boolean => a.kind === 'finite' && a.coefficient === 0n;

/** The integer part, or undefined for what is not finite or has more digits than any BSON integer. */
export function toBigInt(a: Decimal): bigint | undefined {
  if (a.kind !== 'finite' || digitsOf(a.coefficient) + a.exponent > 40) return undefined;
  return a.exponent >= 0 ? a.coefficient * 10n ** BigInt(a.exponent) : a.coefficient / 10n ** BigInt(-a.exponent);
}

function toPrecision(coefficient: bigint, exponent: number): { coefficient: bigint; exponent: number } {
  const excess = Math.max(digitsOf(coefficient) - DIGITS, MIN_EXPONENT - exponent);
  if (excess <= 0) return { coefficient, exponent };
  const rounded = divideRounding(coefficient, 10n ** BigInt(excess), 'half-even');
  return digitsOf(rounded) > DIGITS
    ? { coefficient: rounded / 10n, exponent: exponent + excess + 1 }
    : { coefficient: rounded, exponent: exponent + excess };
}

function divideRounding(value: bigint, unit: bigint, rounding: Rounding): bigint {
  const quotient = value / unit;
  const rest = value % unit;
  if (rest === 0n || rounding === 'truncate') return quotient;
  if (rounding === 'floor') return rest < 0n ? quotient - 1n : quotient;
  if (rounding === 'ceil') return rest > 0n ? quotient + 1n : quotient;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const isUp = twice > unit || (twice === unit && quotient % 2n !== 0n);
  return isUp ? quotient + (value < 0n ? -1n : 1n) : quotient;
}

function scaled(a: Extract<Decimal, { kind: 'finite' }>, exponent: number): bigint {
  return a.coefficient * 10n ** BigInt(a.exponent - exponent);
}

function signOf(a: Decimal): number {
  if (a.kind === 'nan') return 0;
  if (a.kind === 'infinite') return a.sign;
  return a.coefficient === 0n ? 0 : a.coefficient < 0n ? -1 : 1;
}

const digitsOf = (value: bigint): number => (value < 0n ? -value : value).toString().length;
