import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, Long, ObjectId, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { addNumbers, multiplyNumbers } from '../../../../server/db/embedded/values/arithmetic.ts';
import { decode, decodeExact, encode } from '../../../../server/db/embedded/values/codec.ts';
import { encodeKey } from '../../../../server/db/embedded/values/keys.ts';
import { typeName } from '../../../../server/db/embedded/values/types.ts';

const dec = (text: string): Decimal128 => Decimal128.fromString(text);

describe('values', () => {
  it('that are equal share a key, whatever their numeric type', () => {
    const keys = [1, new Int32(1), new Double(1), Long.fromNumber(1), dec('1'), dec('1.000'), dec('10E-1')].map((v) =>
      encodeKey(v).toString('hex'),
    );
    expect(new Set(keys).size).toBe(1);
    expect(
      new Set([0, new Double(-0), dec('0'), dec('-0'), dec('0E+10')].map((v) => encodeKey(v).toString('hex'))).size,
    ).toBe(1);
  });
  it('that are near but not equal have keys of their own', () => {
    const near = [
      dec('0.1'),
      0.1,
      dec('0.1000000000000000000000000000000001'),
      dec('9007199254740993'),
      9007199254740992,
      dec('1E+400'),
      dec('1E+401'),
      Infinity,
    ];
    expect(new Set(near.map((v) => encodeKey(v).toString('hex'))).size).toBe(near.length);
  });
  it('read as plain numbers or exactly as they are stored', () => {
    const bytes = encode({ i: new Int32(1), d: new Double(1), l: Long.fromNumber(1), big: Long.MAX_VALUE });
    expect(decode(bytes)).toEqual({ i: 1, d: 1, l: 1, big: Long.MAX_VALUE });
    expect(Object.values(decodeExact(bytes)).map(typeName)).toEqual(['int', 'double', 'long', 'long']);
  });
  it('of plain JavaScript are written as drivers write them', () => {
    const plain = {
      a: 1,
      b: 1.5,
      c: 2 ** 40,
      d: -0,
      e: 'x',
      f: new Date(5),
      g: [null, true],
      h: /a/i,
      k: 5n,
      u: Buffer.from([1]),
    };
    expect(encode(plain)).toEqual(Buffer.from(serialize(plain)));
  });
  it('keep keys that look dangerous as their own data', () => {
    const doc = decodeExact(
      encode(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}') as Record<string, unknown>),
    );
    expect(Object.keys(doc)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(doc)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
  it('nested deeper than 200 levels are refused both ways', () => {
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 300; i++) deep = { a: deep };
    expect(() => encode(deep)).toThrow(expect.objectContaining({ code: 15 }));
    expect(() => decode(serialize(deep))).toThrow(expect.objectContaining({ code: 15 }));
  });
  it.each([
    ['ab\0c', {}],
    ['é\0', {}],
  ])('under the key %j are refused, which would end early', (key, value) => {
    expect(() => encode({ [key]: value })).toThrow(expect.objectContaining({ code: 2 }));
  });
  it.each([
    [null, 'null'],
    [undefined, 'missing'],
    [[], 'array'],
    [{ _bsontype: 'ObjectId' }, 'object'],
    [new ObjectId(), 'objectId'],
    [new Binary(new Uint8Array(1)), 'binData'],
    [new BSONRegExp('x'), 'regex'],
    [new Code('x', {}), 'javascriptWithScope'],
    [dec('1'), 'decimal'],
    [2 ** 31, 'double'],
    [-0, 'double'],
  ])('%s is named %s', (value, name) => {
    expect(typeName(value)).toBe(name);
  });
});

describe('arithmetic', () => {
  it.each([
    [addNumbers(1, 2), new Int32(3)],
    [addNumbers(2147483647, 1), Long.fromNumber(2147483648)],
    [addNumbers(Long.fromNumber(1), 1), Long.fromNumber(2)],
    [addNumbers(Long.MAX_VALUE, 1), undefined],
    [addNumbers(1, 0.5), new Double(1.5)],
    [addNumbers(dec('0.1'), dec('0.2')), dec('0.3')],
    [addNumbers(dec('9999999999999999999999999999999999'), 1), dec('1.000000000000000000000000000000000E+34')],
    [addNumbers(dec('Infinity'), dec('-Infinity')), dec('NaN')],
    [multiplyNumbers(dec('1.20'), dec('2')), dec('2.40')],
    [multiplyNumbers(dec('9E+6144'), dec('10')), dec('Infinity')],
    [multiplyNumbers(dec('1E-6176'), dec('0.1')), dec('0E-6176')],
    [multiplyNumbers(Long.MAX_VALUE, 2), undefined],
    [multiplyNumbers(new Double(2), Long.fromNumber(3)), new Double(6)],
  ])('gives %s for %s', (result, expected) => {
    const named = (value: unknown): string => `${typeName(value)} ${String(value)}`;
    expect(named(result)).toBe(named(expected));
  });
});
