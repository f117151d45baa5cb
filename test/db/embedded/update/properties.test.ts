import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MongoError } from '../../../../server/db/embedded/errors.ts';
import { applyUpdate } from '../../../../server/db/embedded/update/apply.ts';
import { decodeExact, encode } from '../../../../server/db/embedded/values/codec.ts';
import { anyDoc, anyValue } from '../values/arbitrary.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', '0', '1', '$[]', '$', '__proto__', 'constructor', 'prototype', 'toString'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join('.'));
const operator = fc.constantFrom(
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$push',
  '$addToSet',
  '$pull',
  '$pullAll',
  '$pop',
  '$bit',
  '$rename',
  '$currentDate',
);
const operand = fc.oneof(
  anyValue,
  fc.constantFrom(1, -1, true, 'b', 'a.b', [1], { $each: [1, 2], $slice: -1 }, { $gt: 0 }, { or: 1 }),
);
const anyUpdate = fc.array(fc.tuple(operator, path, operand), { minLength: 1, maxLength: 3 }).map((parts) => {
  const update: Record<string, Record<string, unknown>> = {};
  for (const [name, at, value] of parts) update[name] = { ...update[name], [at]: value };
  return update;
});
const doc = fc.tuple(anyDoc, anyValue, anyValue).map(([rest, a, b]) => ({ _id: 1, ...rest, a, b }));

describe('applyUpdate', () => {
  it('never touches the document it was given, whether it succeeds or fails', () => {
    let failed = 0;
    fc.assert(
      fc.property(doc, anyUpdate, fc.option(fc.nat(3), { nil: undefined }), (given, update, arrayIndex) => {
        const bytes = encode(given);
        const input = decodeExact(bytes);
        try {
          const result = applyUpdate(input, update, { arrayIndex, isInsert: false, now: new Date(0), match: {} });
          if (!result.isModified) expect(encode(result.doc)).toEqual(bytes);
          else expect(result.doc).not.toBe(input);
        } catch (error) {
          if (!(error instanceof MongoError)) throw error;
          failed += 1;
        }
        expect(encode(input)).toEqual(bytes);
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as { x?: unknown }).x).toBeUndefined();
      }),
      { numRuns: 4000 },
    );
    expect(failed).toBeGreaterThan(100);
  });
  it('gives the same result when a replacement is applied twice', () => {
    fc.assert(
      fc.property(doc, anyDoc, (given, replacement) => {
        const next = Object.fromEntries(
          Object.entries(replacement).filter(([name]) => !name.startsWith('$') && name !== '_id'),
        );
        const options = { isInsert: false, now: new Date(0), match: {} };
        const once = applyUpdate(given, next, options).doc;
        expect(applyUpdate(once, next, options).isModified).toBe(false);
      }),
    );
  });
});
