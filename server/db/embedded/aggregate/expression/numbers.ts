/**
 * The number tower of aggregation: int → long → double → decimal. An operation answers in the widest kind of its
 * operands; an int that overflows becomes a long, a long that overflows becomes a double.
 */
import { Decimal128, Double, Int32, Long } from 'bson';
import * as decimal from './decimal.ts';

export type NumberKind = 'int' | 'long' | 'double' | 'decimal';

const RANK: Record<NumberKind, number> = { int: 0, long: 1, double: 2, decimal: 3 };
const INT_MIN = -2147483648;
const INT_MAX = 2147483647;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** A plain JavaScript number counts as the kind the driver would store it as. */
export function kindOf(value: unknown): NumberKind | undefined {
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'bigint') return 'long';
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  if (value instanceof Long) return tagOf(value) === 'Long' ? 'long' : undefined; // a Timestamp is a Long in JavaScript
  if (value instanceof Decimal128) return 'decimal';
  return undefined;
}

export const isNumeric = (value: unknown): boolean => kindOf(value) !== undefined;

/** The nearest JavaScript number. The caller knows that it is numeric. */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return decimal.toDouble(decimal.fromDecimal128(value));
  return Number(value);
}

export function asBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  return value instanceof Long ? value.toBigInt() : BigInt(Math.trunc(asNumber(value)));
}

export function asDecimal(value: unknown): decimal.Decimal {
  switch (kindOf(value)) {
    case 'decimal':
      return decimal.fromDecimal128(value as Decimal128);
    case 'double':
      return decimal.fromDouble(asNumber(value));
    default:
      return decimal.fromBigInt(asBigInt(value));
  }
}

export const isInt32 = (n: number): boolean => Number.isInteger(n) && n >= INT_MIN && n <= INT_MAX && !Object.is(n, -0);

export const double = (n: number): Double => new Double(n);
export const int = (n: number): Int32 => new Int32(n);

/** The narrowest of int, long and double that holds `n`, but no narrower than `least`. */
export function fromBigInt(n: bigint, least: NumberKind): unknown {
  if (least === 'int' && n >= INT_MIN && n <= INT_MAX) return new Int32(Number(n));
  return n >= LONG_MIN && n <= LONG_MAX ? Long.fromBigInt(n) : new Double(Number(n));
}

export const fitsLong = (n: bigint): boolean => n >= LONG_MIN && n <= LONG_MAX;

export function widest(a: NumberKind, b: NumberKind): NumberKind {
  return RANK[a] >= RANK[b] ? a : b;
}

/** The digits of a number of any kind, as `$toString` shows them. */
export function numberText(value: unknown): string {
  if (value instanceof Long || value instanceof Decimal128) return value.toString();
  const n = asNumber(value);
  return Object.is(n, -0) ? '-0' : String(n);
}

interface Operation {
  readonly small: (a: number, b: number) => number;
  readonly big: (a: bigint, b: bigint) => bigint;
  readonly decimal: (a: decimal.Decimal, b: decimal.Decimal) => decimal.Decimal;
}

function operate({ small, big, decimal: exact }: Operation) {
  return function calculate(a: unknown, b: unknown): unknown {
    const kind = widest(kindOf(a) ?? 'double', kindOf(b) ?? 'double');
    if (kind === 'double') return new Double(small(asNumber(a), asNumber(b)));
    if (kind === 'decimal') return decimal.toDecimal128(exact(asDecimal(a), asDecimal(b)));
    if (kind === 'int') {
      const n = small(asNumber(a), asNumber(b));
      if (isInt32(n)) return new Int32(n);
    }
    return fromBigInt(big(asBigInt(a), asBigInt(b)), kind);
  };
}

export const addNumbers = operate({ small: (a, b) => a + b, big: (a, b) => a + b, decimal: decimal.add });
export const subtractNumbers = operate({
  small: (a, b) => a - b,
  big: (a, b) => a - b,
  decimal: (a, b) => decimal.add(a, decimal.negate(b)),
});
export const multiplyNumbers = operate({ small: (a, b) => a * b, big: (a, b) => a * b, decimal: decimal.multiply });
/** The divisor is not zero. */
export const remainderOf = operate({ small: (a, b) => a % b, big: (a, b) => a % b, decimal: decimal.remainder });

function tagOf(value: object): unknown {
  return (value as { readonly _bsontype?: unknown })._bsontype;
}
