/** What the checks of filters let through is run by RE2 and small, so that no listener can hold the engine up. */
import { describe, expect, it } from 'vitest';
import { compileMatch } from '../../server/db/embedded/match/compile.ts';
import { checkRegex } from '../../server/db/query/regex.ts';

const a = (count: number): string => 'a'.repeat(count);
/** As in MongoDB: too costly for its text. */
const TOO_COSTLY = expect.objectContaining({ code: 51156 });

describe('a regular expression of a filter', () => {
  it.each([
    `${'(a|a)'.repeat(22)}b`,
    '\\A(a+)+$',
    '\\A(?:a|a)*\\z',
    `${'a?'.repeat(100)}b$`,
    '(?i)(?:a+)+(?-i)$',
    '^(?:(?:a{10}){9}){9}$',
    `^(?:a?){300}${a(200)}$`,
    '(?:a|aa|aaa|a?a?)*$',
    '(?:\\w*\\s*)*=',
    '\\Q(\\E|(?:a*)*=',
  ])('%s is let through and done soon', (source) => {
    expect(() => checkRegex({ $regex: source }, [])).not.toThrow();
    const matches = compileMatch({ s: { $regex: source } });
    for (const text of [a(27), `${a(40)}!`, `=${a(9_999)}`, `b${a(9_998)}!`]) {
      const began = performance.now();
      try {
        matches({ s: text });
      } catch (error) {
        expect(error).toEqual(TOO_COSTLY);
      }
      expect(performance.now() - began).toBeLessThan(1_000);
    }
  });

  it.each(['a{1000}b{1000}', '(?:a?){900}', '(?:[ab]{30}){30}c{99}'])('%s repeats too much', (source) => {
    expect(() => checkRegex({ $regex: source }, [])).toThrow();
  });
});
