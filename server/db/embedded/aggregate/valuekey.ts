/** A string that is the same for values that are equal in BSON terms (1, 1.0 and NumberLong(1)): for groups, sets and joins. */
import { ObjectId } from 'bson';
import { encodeKey } from '../values/keys.ts';
import { type Collation } from '../values/collation.ts';
import { asNumber, kindOf, numberText } from './expression/numbers.ts';

export function valueKey(value: unknown, collation?: Collation): string {
  if (value === undefined) return 'm';
  if (value === null) return 'z';
  if (typeof value === 'string' && !collation) return `s${value}`;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  const kind = kindOf(value);
  if (kind === 'int' || kind === 'double') {
    const n = asNumber(value);
    if (Number.isSafeInteger(n)) return `n${n + 0}`; // -0 is 0
  } else if (kind === 'long') {
    const n = asNumber(value);
    if (Number.isSafeInteger(n)) return `n${n}`;
  } else if (kind === 'decimal') {
    const digits = numberText(value);
    const text = /^-?\d{1,15}$/.exec(digits);
    if (text) return `n${Number(text[0]) + 0}`;
    const n = asNumber(value);
    if (Number.isSafeInteger(n) && isExactly(digits, n)) return `n${n + 0}`;
  }
  return `k${encodeKey(value, collation).toString('latin1')}`;
}

/** Whether the digits of a decimal such as `1.50E+2` say exactly `n`. */
function isExactly(text: string, n: number): boolean {
  const [mantissa = '', exponent = '0'] = text.split('E');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return shift < 20 && digits * 10n ** BigInt(shift) === BigInt(n);
  return shift > -6200 && digits === BigInt(n) * 10n ** BigInt(-shift);
}
