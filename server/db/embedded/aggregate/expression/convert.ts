/** `$convert` and its short forms, `$type`, `$isNumber`. */
import { Binary, Decimal128, type Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { encode } from '../../values/codec.ts';
import { isPlainObject, TYPE_CODES, typeName } from '../../values/types.ts';
import { named, positional, unary } from './arguments.ts';
import { type Evaluate, type OperatorCompiler } from './compile.ts';
import { parseLoosely } from './dateformat.ts';
import { dateOf } from './dates.ts';
import * as decimal from './decimal.ts';
import { asDecimal, asNumber, double, fitsLong, int, isNumeric, kindOf, numberText } from './numbers.ts';
import { textOf } from './strings.ts';
import { fail, isNullish, isTruthy, nameOfType } from './values.ts';

type Target = 'double' | 'string' | 'objectId' | 'bool' | 'date' | 'int' | 'long' | 'decimal' | 'binData';

const impossible = (value: unknown, target: string): never =>
  fail(
    241,
    `Unsupported conversion from ${nameOfType(value)} to ${target} in $convert with no onError value`,
    'ConversionFailure',
  );
const unreadable = (text: string, target: string, why: string): never =>
  fail(241, `Failed to parse ${target} '${text}' in $convert with no onError value: ${why}`, 'ConversionFailure');
const overflow = (value: unknown): never =>
  fail(
    241,
    `Conversion would overflow target type in $convert with no onError value: ${String(value)}`,
    'ConversionFailure',
  );

const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function toDouble(value: unknown): Double {
  if (isNumeric(value)) {
    const n = asNumber(value);
    if (kindOf(value) === 'decimal' && !Number.isFinite(n) && /^-?\d/.test(String(value))) overflow(value);
    return double(n);
  }
  if (typeof value === 'boolean') return double(value ? 1 : 0);
  if (value instanceof Date) return double(value.getTime());
  if (typeof value === 'string') {
    if (/^[+-]?(?:inf(?:inity)?|nan)$/i.test(value))
      return double(/nan/i.test(value) ? NaN : value.startsWith('-') ? -Infinity : Infinity);
    if (!NUMBER_TEXT.test(value)) unreadable(value, 'number', 'Did not consume whole string.');
    return Number.isFinite(Number(value)) ? double(Number(value)) : overflow(value);
  }
  return impossible(value, 'double');
}

function toDecimal(value: unknown): Decimal128 {
  if (isNumeric(value)) return decimal.toDecimal128(asDecimal(value));
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0');
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()));
  if (typeof value === 'string') {
    if (!NUMBER_TEXT.test(value) && !/^[+-]?(?:inf(?:inity)?|nan)$/i.test(value))
      unreadable(value, 'number', 'Failed to parse string to decimal');
    return decimal.toDecimal128(decimal.parseDecimal(value));
  }
  return impossible(value, 'decimal');
}

function toWhole(value: unknown, target: 'int' | 'long'): Int32 | Long {
  let n: bigint;
  if (typeof value === 'boolean') n = value ? 1n : 0n;
  else if (value instanceof Date && target === 'long') n = BigInt(value.getTime());
  else if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) unreadable(value, 'number', 'Did not consume whole string.');
    n = BigInt(value.replace('+', ''));
  } else if (isNumeric(value)) {
    const whole = decimal.toBigInt(kindOf(value) === 'double' ? exactDouble(asNumber(value)) : asDecimal(value));
    if (whole === undefined)
      return fail(
        241,
        `Attempt to convert ${String(value)} value to integer type in $convert with no onError value`,
        'ConversionFailure',
      );
    n = whole;
  } else return impossible(value, target);
  if (target === 'int') return n >= -2147483648n && n <= 2147483647n ? new Int32(Number(n)) : overflow(value);
  return fitsLong(n) ? Long.fromBigInt(n) : overflow(value);
}

const exactDouble = (n: number): decimal.Decimal =>
  Number.isFinite(n) ? decimal.fromBigInt(BigInt(Math.trunc(n))) : decimal.fromDouble(n);

function toDate(value: unknown): Date {
  if (typeof value === 'string') {
    const ms = parseLoosely(value, undefined);
    return ms === undefined ? unreadable(value, 'date', 'not a date') : new Date(ms);
  }
  if (isNumeric(value) && kindOf(value) !== 'int') {
    const ms = Math.trunc(asNumber(value));
    return Math.abs(ms) <= 8.64e15 ? new Date(ms) : overflow(value);
  }
  if (value instanceof Date || value instanceof Timestamp || value instanceof ObjectId) return dateOf(value);
  return impossible(value, 'date');
}

function toObjectId(value: unknown): ObjectId {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string') return impossible(value, 'objectId');
  return /^[0-9a-fA-F]{24}$/.test(value)
    ? new ObjectId(value)
    : unreadable(value, 'objectId', 'Invalid string length for parsing to OID, expected 24');
}

function toText(value: unknown, format: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return textOf(value);
  if (isNumeric(value)) return numberText(value);
  if (value instanceof Binary) return binaryText(value, format);
  return impossible(value, 'string');
}

function binaryText(value: Binary, format: string): string {
  const bytes = Buffer.from(value.value());
  if (format === 'uuid' || (format === 'auto' && value.sub_type === 4)) {
    const hex = bytes.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
  if (format === 'hex') return bytes.toString('hex').toUpperCase();
  if (format === 'utf8') return bytes.toString('utf8');
  return bytes.toString(format === 'base64url' ? 'base64url' : 'base64');
}

function toBinary(value: unknown, format: string, subtype: number): Binary {
  if (value instanceof Binary) return value;
  if (typeof value !== 'string') return impossible(value, 'binData');
  if (format === 'uuid') return new Binary(Buffer.from(value.replaceAll('-', ''), 'hex'), 4);
  const encoding = format === 'hex' || format === 'base64' || format === 'base64url' ? format : 'utf8';
  return new Binary(Buffer.from(value, encoding), subtype);
}

function convertTo(value: unknown, target: Target, format = 'auto', subtype = 0): unknown {
  switch (target) {
    case 'double':
      return toDouble(value);
    case 'string':
      return toText(value, format);
    case 'objectId':
      return toObjectId(value);
    case 'bool':
      return isNumeric(value) || typeof value === 'boolean' ? isTruthy(value) : true;
    case 'date':
      return toDate(value);
    case 'int':
    case 'long':
      return toWhole(value, target);
    case 'decimal':
      return toDecimal(value);
    case 'binData':
      return toBinary(value, format, subtype);
  }
}

const TARGETS: readonly Target[] = [
  'double',
  'string',
  'objectId',
  'bool',
  'date',
  'int',
  'long',
  'decimal',
  'binData',
];

function targetOf(to: unknown): Target {
  const code = isNumeric(to) ? asNumber(to) : typeof to === 'string' ? TYPE_CODES.get(to) : undefined;
  const target = TARGETS.find((name) => TYPE_CODES.get(name) === code);
  if (target) return target;
  return isNumeric(to) || typeof to === 'string'
    ? fail(2, `Unknown type name: ${String(to)}`, 'BadValue')
    : fail(9, `$convert's 'to' argument must be a string or number, but is ${nameOfType(to)}`, 'FailedToParse');
}

const convert: OperatorCompiler = (argument, scope, name) => {
  const evaluate = named(
    { required: ['input', 'to'], optional: ['format', 'subtype', 'onNull', 'onError'] },
    (given) => {
      const { input, to, format } = given;
      if (isNullish(input)) return 'onNull' in given ? given.onNull : null;
      if (isNullish(to)) return null;
      const isObject = typeof to === 'object' && Object.hasOwn(to, 'type');
      const target = targetOf(isObject ? (to as { type: unknown }).type : to);
      const subtype = isObject ? (to as { subtype?: unknown }).subtype : given.subtype;
      try {
        return convertTo(
          input,
          target,
          typeof format === 'string' ? format : 'auto',
          isNumeric(subtype) ? asNumber(subtype) : 0,
        );
      } catch (error) {
        if ('onError' in given) return given.onError;
        throw error;
      }
    },
  );
  return evaluate(argument, scope, name);
};

const short = (target: Target): OperatorCompiler =>
  unary((value) => (isNullish(value) ? null : convertTo(value, target)));

export const conversions: Readonly<Record<string, OperatorCompiler>> = {
  $convert: convert,
  $toBool: short('bool'),
  $toDate: short('date'),
  $toDecimal: short('decimal'),
  $toDouble: short('double'),
  $toInt: short('int'),
  $toLong: short('long'),
  $toObjectId: short('objectId'),
  $toString: short('string'),
  $toUUID: unary((value) => (isNullish(value) ? null : convertTo(value, 'binData', 'uuid'))),
  $type: (argument, scope, name) => {
    const [evaluate] = positional(argument, scope, name, 1) as [Evaluate];
    return (frame) => {
      const value = evaluate(frame);
      return value === undefined ? 'missing' : typeName(value);
    };
  },
  $isNumber: unary(isNumeric),
  $tsSecond: unary((value) =>
    isNullish(value)
      ? null
      : value instanceof Timestamp
        ? Long.fromNumber(value.t)
        : fail(5687301, `$tsSecond requires argument to be a timestamp, found: ${nameOfType(value)}`),
  ),
  $tsIncrement: unary((value) =>
    isNullish(value)
      ? null
      : value instanceof Timestamp
        ? Long.fromNumber(value.i)
        : fail(5687302, `$tsIncrement requires argument to be a timestamp, found: ${nameOfType(value)}`),
  ),
  $bsonSize: unary((value) =>
    isNullish(value)
      ? null
      : isPlainObject(value)
        ? int(encode(value).length)
        : fail(31393, `$bsonSize requires a document input, found: ${nameOfType(value)}`),
  ),
};
