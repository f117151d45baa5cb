/**
 * One number line for int32, int64, double and Decimal128, compared without rounding. The nearest doubles decide almost always:
 * rounding keeps order, so if they differ the numbers differ the same way. Only when they are equal are the exact values asked.
 * NaN comes first and equals itself; 0 and -0 are equal.
 */
import { type Decimal128 } from 'bson';
import { type Decimal, parseDecimal } from './decimal.ts';
import { toBigInt, toNumber, wrapperOf } from './types.ts';

type Finite = Extract<Decimal, { kind: 'finite' }>;

export function compareNumbers(a: unknown, b: unknown): number {
  const x = toNumber(a);
  const y = toNumber(b);
  if (x < y) return -1;
  if (x > y) return 1;
  if (x !== y) return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : -1) : 1;
  if (isDouble(a) && isDouble(b)) return 0;
  return compareNear(a, b, x);
}

/** int32 and double: the nearest double is the number itself. */
function isDouble(value: unknown): boolean {
  if (typeof value === 'number') return true;
  const wrapper = wrapperOf(value);
  return wrapper === 'Int32' || wrapper === 'Double';
}

function compareNear(a: unknown, b: unknown, nearest: number): number {
  const x = finiteOf(a);
  const y = finiteOf(b);
  if (x !== undefined && y !== undefined) return compareFinite(x, y);
  if (x !== undefined) return compareToDouble(x, nearest);
  if (y !== undefined) return 0 - compareToDouble(y, nearest);
  return 0;
}

/** The exact value of an int64 or a finite Decimal128; undefined for doubles and infinities. */
export function finiteOf(value: unknown): Finite | undefined {
  if (typeof value === 'bigint' || wrapperOf(value) === 'Long') return fromBigInt(toBigInt(value)!);
  if (wrapperOf(value) !== 'Decimal128') return undefined;
  const decimal = parseDecimal(value as Decimal128);
  return decimal.kind === 'finite' ? decimal : undefined;
}

export function fromBigInt(value: bigint): Finite {
  return { kind: 'finite', isNegative: value < 0n, coefficient: value < 0n ? -value : value, exponent: 0 };
}

function compareFinite(a: Finite, b: Finite): number {
  if (a.coefficient === 0n && b.coefficient === 0n) return 0;
  if (a.coefficient === 0n) return b.isNegative ? 1 : -1;
  if (b.coefficient === 0n) return a.isNegative ? -1 : 1;
  if (a.isNegative !== b.isNegative) return a.isNegative ? -1 : 1;
  const shared = Math.min(a.exponent, b.exponent);
  const x = a.coefficient * 10n ** BigInt(a.exponent - shared);
  const y = b.coefficient * 10n ** BigInt(b.exponent - shared);
  const order = x < y ? -1 : x > y ? 1 : 0;
  return a.isNegative ? 0 - order : order;
}

/** How an exact decimal stands to the double that is nearest to it. */
export function compareToDouble(decimal: Finite, double: number): number {
  if (!Number.isFinite(double)) return double > 0 ? -1 : 1;
  const signed = decimal.isNegative ? -decimal.coefficient : decimal.coefficient;
  if (double === 0) return signed < 0n ? -1 : signed > 0n ? 1 : 0;
  const { mantissa, power } = splitDouble(double);
  let x = signed;
  let y = mantissa;
  if (decimal.exponent >= 0) x *= 10n ** BigInt(decimal.exponent);
  else y *= 10n ** BigInt(-decimal.exponent);
  if (power >= 0) y <<= BigInt(power);
  else x <<= BigInt(-power);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A finite double is mantissa · 2^power, exactly. */
function splitDouble(double: number): { readonly mantissa: bigint; readonly power: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 2047n);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, power: Math.max(exponent, 1) - 1075 };
}
