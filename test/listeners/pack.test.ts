import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../server/listeners/pack.ts';

describe('what an api call carries', () => {
  it.each([
    ['null', null],
    ['nested', { a: [1, 'x', { b: null }] }],
    ['a date', { at: new Date(1_700_000_000_123), list: [new Date(0)] }],
    ['bytes', { bytes: new Uint8Array([0, 255, 7]), empty: new Uint8Array() }],
    ['an object that looks like a tag', { $set: { '$earshot:date': 'x' } }],
    ['a tag in a tag', { '$earshot:plain': { '$earshot:bytes': { '$earshot:date': 1 } } }],
    ['a string that looks like a tag', '{"$earshot:date":"2020-01-01"}'],
  ])('%s comes out as it went in', (_what, value) => {
    expect(unpack(pack(value))).toEqual(value);
  });

  it('holds any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        expect(unpack(pack(json))).toEqual(json);
      }),
    );
  });

  it('gives an invalid date as one', () => {
    expect(String(unpack(pack(new Date(Number.NaN))))).toBe('Invalid Date');
  });

  it('writes a Buffer as bytes and leaves out what JSON has no word for', () => {
    expect(unpack(pack({ b: Buffer.from('hi'), f: () => 1, u: undefined }))).toEqual({ b: new Uint8Array([104, 105]) });
    expect(unpack(pack(undefined))).toBe(null);
  });

  it('refuses cycles and BigInts', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => pack(cycle)).toThrow(TypeError);
    expect(() => pack({ n: 1n })).toThrow(TypeError);
  });

  it('never sets a prototype', () => {
    const got = unpack('{"$earshot:plain":[["__proto__",{"admin":true}]]}') as { admin?: boolean };
    expect(got.admin).toBeUndefined();
    const own = unpack('{"__proto__":{"$earshot:date":"2020-01-01T00:00:00.000Z"}}') as object;
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype);
    expect(Object.values(own)).toEqual([new Date('2020-01-01')]);
  });
});
