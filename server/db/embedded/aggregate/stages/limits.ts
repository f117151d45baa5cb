/** The numbers of `$limit` and `$skip`. */
import { asNumber, kindOf } from '../expression/numbers.ts';
import { fail, show } from '../expression/values.ts';

function wholeNumber(spec: unknown, fallbackCode: number, message: string): number {
  const n = kindOf(spec) === undefined ? NaN : asNumber(spec);
  if (!Number.isInteger(n)) fail(fallbackCode, `${message}: ${show(spec)}`);
  return n;
}

export function limitOf(spec: unknown): number {
  const n = wholeNumber(spec, 5107201, 'invalid argument to $limit stage: Expected a number in: $limit');
  if (n < 0) fail(5107201, `invalid argument to $limit stage: Expected a non-negative number in: $limit: ${n}`);
  if (n === 0) fail(15958, 'the limit must be positive');
  return n;
}

export function skipOf(spec: unknown): number {
  const n = wholeNumber(spec, 5107200, 'invalid argument to $skip stage: Expected a number in: $skip');
  if (n < 0) fail(5107200, `invalid argument to $skip stage: Expected a non-negative number in: $skip: ${n}`);
  return n;
}
