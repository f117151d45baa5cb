import { describe, expect, it } from 'vitest';
import { AppError } from '../../server/lib/errors.ts';
import { createExpressions } from '../../server/listeners/expressions.ts';

const { check } = createExpressions();

function faultOf(expression: string): string {
  try {
    check(expression);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_input') return error.message;
    throw error;
  }
  return '';
}

/** Each nested in the left side of the next: the parser doubles what is there each time. */
const leftNested = (operator: string, times: number) => '('.repeat(times) + 'a' + `${operator} b)`.repeat(times);

describe('check', () => {
  it.each([
    'data.id',
    '{ "id": data.id, "lines": data.lines.{ "n": n ?? 0 } }',
    Array.from({ length: 60 }, (_, i) => `"a${i}"`).join(' & '),
    'a ?? b ?? c ?? d ?? e ?? f ?? g ?? h',
    `{ ${Array.from({ length: 300 }, (_, i) => `"k${i}": a.b${i} ?? "none"`).join(', ')} }`,
    '$match(a, /^\\d{3}-[a-z]+$/i)',
    `${'('.repeat(90)}1${')'.repeat(90)}`,
    `"${'x'.repeat(16 * 1024 - 2)}"`,
  ])('takes what can be used', (expression) => {
    expect(faultOf(expression)).toBe('');
  });

  it.each<[string, string, RegExp]>([
    ['is not complete', 'a.', /JSONata expression cannot be used\. .*\(S0207/],
    ['has a bracket too few', '(a', /Expected "\)" before end of expression \(S0203, at character 2\)/],
    ['is empty', '', /S0207/],
    ['is nested 101 deep', `${'('.repeat(101)}1${')'.repeat(101)}`, /nested more than 100 deep/],
    ['is nested thousands deep', `${'('.repeat(8_000)}1${')'.repeat(8_000)}`, /nested/],
    ['is a chain of thousands', `a${'&a'.repeat(8_000)}`, /nested/],
    ['is one byte too long', `"${'x'.repeat(16 * 1024 - 1)}"`, /longer than 16 KiB/],
    ['is too long in bytes', `"${'é'.repeat(8 * 1024)}"`, /longer than 16 KiB/],
    ['looks around', '$match(a, /(?=b)/)', /no look-around/],
    ['refers back', '$match(a, /(b)\\1/)', /no backreference/],
    ['has a regular expression that repeats too much', '$match(a, /(((a{50}){50}){50})/)', /regular expression/],
    ['has a faulty regular expression', '$match(a, /(/)', /cannot be used/],
    ['has ?? within ??', leftNested('??', 60), /longer than 250 ms to read|more than 20000 parts|Invalid string/],
    ['has ?: within ?:', leftNested('?:', 60), /longer than 250 ms to read|more than 20000 parts/],
  ])('refuses what %s, at once', (_what, expression, reason) => {
    const began = performance.now();
    expect(faultOf(expression)).toMatch(reason);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('can be used again after it had to be cut off', () => {
    expect(faultOf(leftNested('?:', 60))).not.toBe('');
    expect(faultOf('data.id')).toBe('');
  });
});
