/** What regular expressions may cost where they are tried in the server's own process. */
import { describe, expect, it } from 'vitest';
import { createRegexBudget, RegexTooCostly } from '../../server/db/query/regexBudget.ts';

describe('a budget of regular expressions', () => {
  it('is shared by all of one filter, spent by each look, and full again after a refill', () => {
    const budget = createRegexBudget({ maxWork: 1_000 });
    const [one, other] = [budget.compile('^a', ''), budget.compile('b$', 'i')];
    const text = `${'a'.repeat(60)}B`;
    expect([one(text), other(text)]).toEqual([true, true]);
    const spend = () => {
      for (let i = 0; i < 10; i++) one(text);
    };
    expect(spend).toThrow(RegexTooCostly);
    expect(() => other(text)).toThrow(RegexTooCostly);
    budget.refill();
    expect(other(text)).toBe(true);
  });

  it('has no room for an expression whose repetitions add up to too much, where a size is given', () => {
    const source = '(?:a{10}){40}';
    expect(() => createRegexBudget({ maxWork: 1, maxSize: 300 }).compile(source, '')).toThrow('too much');
    expect(() => createRegexBudget({ maxWork: 1 }).compile(source, '')).not.toThrow();
  });
});
