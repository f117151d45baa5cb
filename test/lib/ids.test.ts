import { describe, expect, it } from 'vitest';
import { createIdMaker, firstIdAt } from '../../server/lib/ids.ts';

describe('createIdMaker', () => {
  it('makes ids of the stated form', () => {
    expect(createIdMaker(() => 1_700_000_000_000)('run')).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('makes ids that sort in the order they were made, also within a millisecond and when the clock goes back', () => {
    let ms = 1_000;
    const newId = createIdMaker(() => ms);
    const made: string[] = [];
    for (let i = 0; i < 5_000; i++) {
      if (i === 2_000) ms = 2_000;
      if (i === 4_000) ms = 500;
      made.push(newId('run'));
    }
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
  });

  it('places firstIdAt before every id of its millisecond and after those of the one before', () => {
    const at = (ms: number) => createIdMaker(() => ms)('run');
    for (let i = 0; i < 100; i++) {
      expect(firstIdAt('run', 5_000) <= at(5_000)).toBe(true);
      expect(firstIdAt('run', 5_000) > at(4_999)).toBe(true);
    }
  });
});
