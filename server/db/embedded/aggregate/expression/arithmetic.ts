/** `$add` to `$trunc`, bits and trigonometry. null and missing make the answer null. */
import { binary, several, unaryOrNull } from './arguments.ts';
import { type OperatorCompiler } from './compile.ts';
import * as decimal from './decimal.ts';
import {
  addNumbers,
  asBigInt,
  asDecimal,
  asNumber,
  double,
  fromBigInt,
  isInt32,
  kindOf,
  multiplyNumbers,
  remainderOf,
  subtractNumbers,
  widest,
} from './numbers.ts';
import { dateFrom, fail, isNullish, nameOfType } from './values.ts';
import { Int32, Long } from 'bson';

const add = several(0, Infinity, (values) => {
  let sum: unknown = new Int32(0);
  let date: Date | undefined;
  for (const value of values) {
    if (isNullish(value)) return null;
    if (value instanceof Date) {
      if (date) fail(16612, 'only one date allowed in an $add expression');
      date = value;
    } else if (kindOf(value) === undefined)
      fail(14, `$add only supports numeric or date types, not ${nameOfType(value)}`, 'TypeMismatch');
    else sum = addNumbers(sum, value);
  }
  return date ? dateFrom(date.getTime() + Math.round(asNumber(sum))) : sum;
});

const subtract = binary((a, b) => {
  if (isNullish(a) || isNullish(b)) return null;
  if (a instanceof Date) {
    if (b instanceof Date) return Long.fromNumber(a.getTime() - b.getTime());
    if (kindOf(b) !== undefined) return dateFrom(a.getTime() - Math.round(asNumber(b)));
  }
  if (kindOf(a) === undefined || kindOf(b) === undefined)
    fail(14, `can't $subtract ${nameOfType(b)} from ${nameOfType(a)}`, 'TypeMismatch');
  return subtractNumbers(a, b);
});

const multiply = several(0, Infinity, (values) => {
  let product: unknown = new Int32(1);
  for (const value of values) {
    if (isNullish(value)) return null;
    if (kindOf(value) === undefined)
      fail(14, `$multiply only supports numeric types, not ${nameOfType(value)}`, 'TypeMismatch');
    product = multiplyNumbers(product, value);
  }
  return product;
});

const divide = binary((a, b) => {
  if (isNullish(a) || isNullish(b)) return null;
  if (kindOf(a) === undefined || kindOf(b) === undefined)
    fail(14, `$divide only supports numeric types, not ${nameOfType(a)} and ${nameOfType(b)}`, 'TypeMismatch');
  if (asNumber(b) === 0) fail(2, "can't $divide by zero", 'BadValue');
  if (kindOf(a) === 'decimal' || kindOf(b) === 'decimal')
    return decimal.toDecimal128(decimal.divide(asDecimal(a), asDecimal(b)));
  return double(asNumber(a) / asNumber(b));
});

const modulo = binary((a, b) => {
  if (isNullish(a) || isNullish(b)) return null;
  if (kindOf(a) === undefined || kindOf(b) === undefined)
    fail(16611, `$mod only supports numeric types, not ${nameOfType(a)} and ${nameOfType(b)}`);
  if (asNumber(b) === 0) fail(16610, "can't $mod by zero");
  return remainderOf(a, b);
});

const power = binary((base, exponent) => {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (kindOf(base) === undefined) fail(28762, `$pow's base must be numeric, not ${nameOfType(base)}`);
  if (kindOf(exponent) === undefined) fail(28763, `$pow's exponent must be numeric, not ${nameOfType(exponent)}`);
  if (asNumber(base) === 0 && asNumber(exponent) < 0)
    fail(28764, '$pow cannot take a base of 0 and a negative exponent');
  const kind = widest(kindOf(base) ?? 'int', kindOf(exponent) ?? 'int');
  const approximate = asNumber(base) ** asNumber(exponent);
  if (kind === 'decimal') return decimal.toDecimal128(exactPower(base, exponent) ?? decimal.fromDouble(approximate));
  if (kind === 'double' || asNumber(exponent) < 0 || Math.abs(approximate) > 2 ** 64) return double(approximate);
  return fromBigInt(asBigInt(base) ** asBigInt(exponent), kind);
});

/** A decimal to a small whole power, without a detour through doubles. */
function exactPower(base: unknown, exponent: unknown): decimal.Decimal | undefined {
  const n = asNumber(exponent);
  if (!Number.isInteger(n) || n < 0 || n > 64) return undefined;
  let product = decimal.fromBigInt(1n);
  for (let i = 0; i < n; i++) product = decimal.multiply(product, asDecimal(base));
  return product;
}

/** A function of doubles; a decimal stays a decimal. */
function ofDouble(calculate: (n: number) => number, check?: (n: number, name: string) => void): OperatorCompiler {
  return unaryOrNull((value, name) => {
    if (kindOf(value) === undefined) fail(28765, `${name} only supports numeric types, not ${nameOfType(value)}`);
    const n = asNumber(value);
    check?.(n, name);
    const answer = calculate(n);
    return kindOf(value) === 'decimal' ? decimal.toDecimal128(decimal.fromDouble(answer)) : double(answer);
  });
}

const within = (min: number, max: number) => (n: number, name: string) => {
  if (n < min || n > max) fail(50989, `cannot apply ${name} to ${n}, value must be in [${min},${max}]`);
};

const absolute = unaryOrNull((value) => {
  const kind = kindOf(value);
  if (kind === undefined) fail(28765, `$abs only supports numeric types, not ${nameOfType(value)}`);
  if (asNumber(value) >= 0) return value;
  if (kind === 'long' && asBigInt(value) === -(2n ** 63n)) fail(28680, "can't take $abs of long long min");
  return subtractNumbers(new Int32(0), value);
});

/** `$floor` and `$ceil`: whole numbers stay what they are. */
function towards(rounding: decimal.Rounding, calculate: (n: number) => number): OperatorCompiler {
  return unaryOrNull((value, name) => {
    const kind = kindOf(value);
    if (kind === undefined) fail(28765, `${name} only supports numeric types, not ${nameOfType(value)}`);
    if (kind === 'decimal') return decimal.toDecimal128(decimal.roundTo(asDecimal(value), 0, rounding));
    return kind === 'double' ? double(calculate(asNumber(value))) : value;
  });
}

/** `$round` (half to even) and `$trunc`, to a number of places between -20 and 100. */
function toPlaces(rounding: decimal.Rounding): OperatorCompiler {
  return several(1, 2, (values, name) => {
    const [value] = values;
    const places = values.length > 1 ? values[1] : 0;
    if (isNullish(value) || isNullish(places)) return null;
    const kind = kindOf(value);
    if (kind === undefined) fail(51081, `${name} only supports numeric types, not ${nameOfType(value)}`);
    const digits = kindOf(places) === undefined ? NaN : asNumber(places);
    if (!Number.isInteger(digits)) fail(51082, `precision argument to ${name} must be a integral value`);
    if (digits < -20 || digits > 100)
      fail(51083, `cannot apply ${name} with precision value ${digits} value must be in [-20, 100]`);
    if ((kind === 'int' || kind === 'long') && digits >= 0) return value;
    if (kind === 'double' && !Number.isFinite(asNumber(value))) return value;
    const rounded = decimal.roundTo(asDecimal(value), digits, rounding);
    if (kind === 'decimal') return decimal.toDecimal128(rounded);
    return kind === 'double' ? double(decimal.toDouble(rounded)) : fromBigInt(decimal.toBigInt(rounded) ?? 0n, kind);
  });
}

const logarithm = binary((value, base) => {
  if (isNullish(value) || isNullish(base)) return null;
  if (kindOf(value) === undefined) fail(28756, `$log's argument must be numeric, not ${nameOfType(value)}`);
  if (kindOf(base) === undefined) fail(28757, `$log's base must be numeric, not ${nameOfType(base)}`);
  if (asNumber(value) <= 0) fail(28758, `$log's argument must be a positive number, but is ${asNumber(value)}`);
  if (asNumber(base) <= 0 || asNumber(base) === 1)
    fail(28759, `$log's base must be a positive number not equal to 1, but is ${asNumber(base)}`);
  return double(Math.log(asNumber(value)) / Math.log(asNumber(base)));
});

function bitwise(start: bigint, combine: (a: bigint, b: bigint) => bigint): OperatorCompiler {
  return several(0, Infinity, (values, name) => {
    let bits = start;
    let isLong = false;
    for (const value of values) {
      if (isNullish(value)) return null;
      const kind = kindOf(value);
      if (kind !== 'int' && kind !== 'long') fail(14, `${name} only supports int and long operands.`, 'TypeMismatch');
      isLong ||= kind === 'long';
      bits = combine(bits, asBigInt(value));
    }
    return isLong ? Long.fromBigInt(bits) : new Int32(Number(bits));
  });
}

export const arithmetic: Readonly<Record<string, OperatorCompiler>> = {
  $add: add,
  $subtract: subtract,
  $multiply: multiply,
  $divide: divide,
  $mod: modulo,
  $pow: power,
  $abs: absolute,
  $floor: towards('floor', Math.floor),
  $ceil: towards('ceil', Math.ceil),
  $round: toPlaces('half-even'),
  $trunc: toPlaces('truncate'),
  $exp: ofDouble(Math.exp),
  $sqrt: ofDouble(Math.sqrt, (n) => n < 0 && fail(28714, "$sqrt's argument must be greater than or equal to 0")),
  $ln: ofDouble(Math.log, (n) => n <= 0 && fail(28766, `$ln's argument must be a positive number, but is ${n}`)),
  $log10: ofDouble(
    Math.log10,
    (n) => n <= 0 && fail(28761, `$log10's argument must be a positive number, but is ${n}`),
  ),
  $log: logarithm,
  $sigmoid: ofDouble((n) => 1 / (1 + Math.exp(-n))),
  $bitAnd: bitwise(-1n, (a, b) => a & b),
  $bitOr: bitwise(0n, (a, b) => a | b),
  $bitXor: bitwise(0n, (a, b) => a ^ b),
  $bitNot: unaryOrNull((value) => {
    const kind = kindOf(value);
    if (kind !== 'int' && kind !== 'long')
      fail(14, '$bitNot only supports int and long, not ' + nameOfType(value), 'TypeMismatch');
    return isInt32(asNumber(value)) && kind === 'int' ? new Int32(~asNumber(value)) : Long.fromBigInt(~asBigInt(value));
  }),
  $sin: ofDouble(Math.sin),
  $cos: ofDouble(Math.cos),
  $tan: ofDouble(Math.tan),
  $asin: ofDouble(Math.asin, within(-1, 1)),
  $acos: ofDouble(Math.acos, within(-1, 1)),
  $atan: ofDouble(Math.atan),
  $atan2: binary((y, x) => {
    if (isNullish(y) || isNullish(x)) return null;
    if (kindOf(y) === undefined || kindOf(x) === undefined)
      fail(51044, `$atan2 only supports numeric types, not ${nameOfType(y)} and ${nameOfType(x)}`);
    return double(Math.atan2(asNumber(y), asNumber(x)));
  }),
  $sinh: ofDouble(Math.sinh),
  $cosh: ofDouble(Math.cosh),
  $tanh: ofDouble(Math.tanh),
  $asinh: ofDouble(Math.asinh),
  $acosh: ofDouble(Math.acosh, within(1, Infinity)),
  $atanh: ofDouble(Math.atanh, within(-1, 1)),
  $degreesToRadians: ofDouble((n) => (n * Math.PI) / 180),
  $radiansToDegrees: ofDouble((n) => (n * 180) / Math.PI),
};
