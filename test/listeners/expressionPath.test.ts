import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { toDataText } from '../../server/listeners/expression/data.ts';
import { plainPathOf, readPlainPath } from '../../server/listeners/expression/path.ts';

const names = [
  'a',
  'b',
  'constructor',
  '__proto__',
  'toString',
  'length',
  '_jsonata_lambda',
  'sequence',
  'tupleStream',
];
const name = fc.constantFrom(...names);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, '', 'x', 1.5),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members) as unknown),
  ),
})).value;

describe('a plain path', () => {
  it('is told from everything else', () => {
    expect(plainPathOf('data.customer_id')).toEqual(['data', 'customer_id']);
    expect(plainPathOf(' data ')).toEqual(['data']);
    for (const other of [
      '',
      '.',
      'a.',
      'a..b',
      'a b',
      '$a',
      'a.$b',
      'a[0]',
      '`a`',
      'a.and',
      'true',
      'null',
      'in',
      '1',
      'ä',
      '"a"',
      'a.*',
      'a.%',
      '/* c */ a',
    ]) {
      expect(plainPathOf(other)).toBeNull();
    }
  });

  it('gives what JSONata gives, or leaves it to JSONata', async () => {
    let direct = 0;
    await fc.assert(
      fc.asyncProperty(json, fc.array(name, { minLength: 1, maxLength: 3 }), async (value, path) => {
        const text = JSON.stringify(value);
        const found = readPlainPath(path, text);
        if (found === undefined) return;
        direct++;
        expect(found).toBe(toDataText(await jsonata(path.join('.')).evaluate(JSON.parse(text))));
      }),
      { numRuns: 2_000 },
    );
    expect(direct).toBeGreaterThan(200);
  });

  it('leaves lists, and what looks like a function, to JSONata', () => {
    expect(readPlainPath(['a'], '[{"a":1}]')).toBeUndefined();
    expect(readPlainPath(['a', 'b'], '{"a":[{"b":1}]}')).toBeUndefined();
    expect(readPlainPath(['a'], '{"a":[1]}')).toBeUndefined();
    expect(readPlainPath(['a'], '{"a":1,"_jsonata_lambda":true}')).toBeUndefined();
    expect(readPlainPath(['a'], '{"a":{"b":[1]}}')).toBe('{"b":[1]}');
    expect(readPlainPath(['a', 'b'], '{"a":{}}')).toBeNull();
  });
});
