import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCollation } from '../../../../server/db/embedded/values/collation.ts';
import { encodeKey } from '../../../../server/db/embedded/values/keys.ts';
import { equalValues } from '../../../../server/db/embedded/values/order.ts';

const letters = fc.string({
  unit: fc.constantFrom('a', 'A', 'b', 'é', 'É', 'e', 'å', 'ß', 's', 'S', '1', '0', ' ', '-'),
  maxLength: 4,
});

describe('a collation', () => {
  it.each([1, 2])('of strength %i gives equal keys to the strings that are equal, and only to those', (strength) => {
    for (const locale of ['en', 'sv', 'de']) {
      const collation = createCollation({ locale, strength });
      fc.assert(
        fc.property(letters, letters, (a, b) => {
          expect(encodeKey(a, collation).equals(encodeKey(b, collation))).toBe(equalValues(a, b, collation));
        }),
        { numRuns: 1500 },
      );
    }
  });
  it('ignores case at strength 2 and accents too at strength 1', () => {
    const two = createCollation({ locale: 'en', strength: 2 });
    const one = createCollation({ locale: 'en', strength: 1 });
    expect([equalValues('Ab', 'aB', two), equalValues('e', 'é', two), equalValues('e', 'é', one)]).toEqual([
      true,
      false,
      true,
    ]);
  });
  it('is none for the simple locale', () => {
    expect(createCollation({ locale: 'simple' })).toBeUndefined();
    expect(createCollation(undefined)).toBeUndefined();
  });
  it.each([
    [{ strength: 2 }, 40414],
    [{ locale: 'xx-not-a-locale' }, 2],
    [{ locale: 5 }, 14],
    [{ locale: 'en', strength: 6 }, 51024],
    [{ locale: 'en', foo: 1 }, 40415],
    [{ locale: 'fr', backwards: true }, 2],
  ])('%j is refused with %i', (spec, code) => {
    expect(() => createCollation(spec)).toThrow(expect.objectContaining({ code }));
  });
});
