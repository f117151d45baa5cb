import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeEqual, safeEqualAny } from '../../server/lib/safeCompare.ts';

describe('safeEqual', () => {
  it('agrees with comparing the bytes, whatever the lengths', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (a, b) => {
        expect(safeEqual(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(safeEqual(a, a.slice())).toBe(true);
      }),
    );
  });

  it('compares strings as UTF-8', () => {
    expect(safeEqual('grüße', Buffer.from('grüße'))).toBe(true);
    expect(safeEqual('a', 'a ')).toBe(false);
    expect(safeEqual('', '')).toBe(true);
  });
});

describe('safeEqualAny', () => {
  it('finds a candidate at any place', () => {
    expect(safeEqualAny(['a', 'b'], 'a')).toBe(true);
    expect(safeEqualAny(['a', 'b'], 'b')).toBe(true);
    expect(safeEqualAny(['a', 'b'], 'c')).toBe(false);
    expect(safeEqualAny([], '')).toBe(false);
  });
});
