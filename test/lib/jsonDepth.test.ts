import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasOverflow, jsonLimits, scanJson } from '../../server/lib/jsonDepth.ts';

const scan = (text: string) => scanJson(Buffer.from(text));
const isTooDeep = expect.objectContaining({ code: 'too_deep', status: 400 });

describe('scanJson', () => {
  it.each([
    ['64 levels of lists', '['.repeat(64) + ']'.repeat(64)],
    ['64 levels, lists and objects in turn', '[{"a":'.repeat(32) + '1' + '}]'.repeat(32)],
    ['many levels side by side', `[${Array(1000).fill('[[[]]]').join()}]`],
    ['brackets in strings', JSON.stringify('['.repeat(500))],
    ['brackets after an escaped quote', JSON.stringify(['"' + '['.repeat(500) + '\\'])],
    ['100,000 values', `[${Array(99_999).fill('0').join()}]`],
    ['empty containers, each one value', `[${Array(60_000).fill('{}').join()}]`],
    ['commas in strings', JSON.stringify(','.repeat(200_000))],
    ['10,000 keys', `{${Array.from({ length: 10_000 }, (_, i) => `"${i}":0`).join()}}`],
    [
      'two objects of 6,000 keys',
      `[${Array(2)
        .fill(`{${Array(6_000).fill('"k":0').join()}}`)
        .join()}]`,
    ],
  ])('lets %s pass', (_what, text) => {
    expect(() => scan(text)).not.toThrow();
  });

  it.each([
    ['65 levels of lists', '['.repeat(65) + ']'.repeat(65)],
    ['65 levels of objects', '{"a":'.repeat(65) + '1' + '}'.repeat(65)],
    ['a megabyte of opening brackets', '['.repeat(1 << 20)],
    ['depth after a string that ends in a backslash', '["\\\\",' + '['.repeat(64)],
    ['100,001 values', `[${Array(100_000).fill('0').join()}]`],
    ['10,001 keys', `{${Array.from({ length: 10_001 }, (_, i) => `"${i}":0`).join()}}`],
    ['10,001 keys below the top', `{"a":{${Array(10_001).fill('"k":0').join()}}}`],
  ])('refuses %s', (_what, text) => {
    expect(() => scan(text)).toThrow(isTooDeep as Error);
  });

  it('starts afresh on every text, whatever the one before was', () => {
    for (let i = 0; i < 3; i++) scan(Array(9_000).fill('"k":0').join());
    expect(() => scan('{"a":1}')).not.toThrow();
  });

  it('finds the depth that the parsed value has', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const depth = depthOf(JSON.parse(text));
        expect(() => scanJson(Buffer.from(text), { ...jsonLimits, depth })).not.toThrow();
        if (depth > 0) expect(() => scanJson(Buffer.from(text), { ...jsonLimits, depth: depth - 1 })).toThrow();
      }),
    );
  });

  it('counts the values that the parsed value has', () => {
    const nodesOf = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Object.values(value).reduce((n: number, v) => n + nodesOf(v), 1)
        : 1;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const nodes = nodesOf(JSON.parse(bytes.toString()));
        expect(() => scanJson(bytes, { ...jsonLimits, nodes })).not.toThrow();
        if (nodes > 1) expect(() => scanJson(bytes, { ...jsonLimits, nodes: nodes - 1 })).toThrow();
      }),
    );
  });

  it('ends on bytes that are no JSON at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          scanJson(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'too_deep' });
        }
      }),
    );
  });

  it('says whether bytes above 127 occur, in strings and outside', () => {
    expect(scan('{"a":"b"}').isAscii).toBe(true);
    expect(scan('{"a":"é"}').isAscii).toBe(false);
    expect(scanJson(Buffer.from([0xff])).isAscii).toBe(false);
  });

  it.each([
    ['1e999', true],
    ['[-1E400]', true],
    ['{"a":1.5e+999}', true],
    ['9'.repeat(310), true],
    ['true', false],
    ['["e1","1e999"]', false],
    ['[true,false,1]', false],
    ['12345678901234567890', false],
  ])('of %s says whether a number may overflow: %s', (text, expected) => {
    expect(scan(text).mayOverflow).toBe(expected);
  });
});

describe('hasOverflow', () => {
  it('finds an infinity wherever it is', () => {
    expect(hasOverflow(JSON.parse('{"a":[1,{"b":1e999}]}'))).toBe(true);
    expect(hasOverflow(JSON.parse('-1e999'))).toBe(true);
    expect(hasOverflow(JSON.parse('{"a":[1,{"b":1e308}],"c":"x","d":null}'))).toBe(false);
  });
});
