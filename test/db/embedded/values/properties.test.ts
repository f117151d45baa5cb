import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, decodeExact, encode } from '../../../../server/db/embedded/values/codec.ts';
import { encodeKey, invertKey, successor } from '../../../../server/db/embedded/values/keys.ts';
import { compareValues } from '../../../../server/db/embedded/values/order.ts';
import { anyDoc, anyNumber, anyValue } from './arbitrary.ts';

const promoted = (value: unknown): unknown => decode(encode({ value })).value;

describe('keys and order', () => {
  it.each([
    ['values of any type', anyValue],
    ['numbers of any type', anyNumber],
  ])('sort the same: %s', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, arbitrary, (a, b) => {
        expect(Math.sign(Buffer.compare(encodeKey(a), encodeKey(b)))).toBe(compareValues(a, b));
      }),
      { numRuns: 4000 },
    );
  });
  it('sort the same for descending and for joined keys', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, anyValue, (a, b, c, d) => {
        const x = Buffer.concat([invertKey(encodeKey(a)), encodeKey(b)]);
        const y = Buffer.concat([invertKey(encodeKey(c)), encodeKey(d)]);
        expect(Math.sign(Buffer.compare(x, y))).toBe(-compareValues(a, c) || compareValues(b, d) || 0);
      }),
      { numRuns: 2000 },
    );
  });
  it('no key is the beginning of another', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        const [x, y] = [encodeKey(a), encodeKey(b)];
        expect(x.length < y.length && y.subarray(0, x.length).equals(x)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
  it('the successor is above the key and all that begin with it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), (key, more) => {
        const next = successor(key);
        if (next === null) expect(key.every((byte) => byte === 255)).toBe(true);
        else expect(Buffer.compare(next, Buffer.concat([key, more]))).toBe(1);
      }),
    );
  });
  it('is a total order', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(compareValues(a, a)).toBe(0);
        expect(compareValues(a, b)).toBe(-compareValues(b, a) || 0);
        const sorted = [a, b, c].sort(compareValues);
        expect(compareValues(sorted[0], sorted[2])).toBeLessThanOrEqual(0);
        if (compareValues(a, b) === 0) expect(compareValues(a, c)).toBe(compareValues(b, c));
      }),
      { numRuns: 4000 },
    );
  });
  it('does not depend on whether numbers were promoted', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        expect(compareValues(promoted(a), b)).toBe(compareValues(a, b));
        expect(encodeKey(promoted(a))).toEqual(encodeKey(a));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the codec', () => {
  it('writes byte for byte what it read', () => {
    fc.assert(
      fc.property(anyDoc, (doc) => {
        const bytes = encode(doc);
        expect(encode(decodeExact(bytes))).toEqual(bytes);
      }),
      { numRuns: 3000 },
    );
  });
  it('writes what the official library writes for types both know', () => {
    fc.assert(
      fc.property(anyDoc, (doc) => {
        let official: Uint8Array;
        try {
          official = serialize(doc, { ignoreUndefined: true });
        } catch {
          return; // types that the library has lost
        }
        if (JSON.stringify(doc).includes('$ref') || hasForeignTypes(doc)) return;
        expect(encode(doc)).toEqual(Buffer.from(official));
      }),
      { numRuns: 1000 },
    );
  });
  it('never throws anything but an InvalidBSON or Overflow error on damaged bytes', () => {
    fc.assert(
      fc.property(anyDoc, fc.nat(), fc.nat(255), (doc, where, byte) => {
        const bytes = encode(doc);
        bytes[where % bytes.length] = byte;
        try {
          decode(bytes);
        } catch (error) {
          expect([22, 15]).toContain((error as { code: number }).code);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

function hasForeignTypes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const name = (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
  if (name === 'BsonUndefined' || name === 'DbPointer' || name === 'DistantDate' || Object.hasOwn(value, '_bsontype'))
    return true;
  if (name === 'Code') return hasForeignTypes((value as { scope?: unknown }).scope);
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
    ? Object.values(value).some(hasForeignTypes)
    : false;
}
