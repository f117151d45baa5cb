import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelOf, findPattern } from '../../server/rules/patterns.ts';

const takes = (pattern: string, type: string) => findPattern([pattern], type) !== undefined;

describe('patterns', () => {
  it.each([
    ['invoices.created', 'invoices.created', true],
    ['invoices.created', 'invoices.createdx', false],
    ['invoices.created', 'Invoices.created', false],
    ['invoices', 'invoices.created', false],
    ['NEW_BUSINESS', 'NEW_BUSINESS', true],
    ['*', 'invoices.created', true],
    ['*', 'NEW_BUSINESS', true],
    ['invoices.*', 'invoices.created', true],
    ['invoices.*', 'invoices.items.created', true],
    ['invoices.*', 'invoices', false],
    ['invoices.*', 'invoicesx.created', false],
    ['*.deleted', 'invoices.deleted', true],
    ['*.deleted', 'invoices.items.deleted', true],
    ['*.deleted', 'deleted', false],
    ['*.deleted', 'undeleted', false],
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.b.c.d.c', true],
    ['a.*.c', 'a.c', false],
    ['a.*.c', 'a.b.c.d', false],
    ['*.*', 'one', false],
    ['*.*', 'one.two', true],
    ['*.b.*', 'a.b.b', true],
    ['*.b.*', 'b.b', false],
    ['*.b.*.b.*', 'b.b.b.b.b', true],
    ['*.b.*.b.*', 'b.b.b.b', false],
  ])('%s takes %s: %s', (pattern, type, expected) => {
    expect(takes(pattern, type)).toBe(expected);
  });

  it('mean what a regular expression with .+ for whole words would mean', () => {
    const words = (word: fc.Arbitrary<string>) =>
      fc.array(word, { minLength: 1, maxLength: 7 }).map((all) => all.join('.'));
    const pattern = words(fc.constantFrom('a', 'b', '*'));
    const type = words(fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(pattern, type, (given, tried) => {
        const regex = new RegExp(`^${given.replaceAll('.', '\\.').replaceAll('*', '[^.]+(?:\\.[^.]+)*')}$`);
        expect(takes(given, tried)).toBe(regex.test(tried));
      }),
      { numRuns: 3_000 },
    );
  });

  it('cost little whatever they are', () => {
    const pattern = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? '*' : 'a')).join('.');
    const type = Array.from({ length: 64 }, () => 'a').join('.');
    const startedAt = performance.now();
    for (let i = 0; i < 1_000; i++) takes(pattern, `${type}.b`);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('names the first that takes the type, and the channel a pattern is of', () => {
    expect(findPattern(['bills.*', '*.created', '*'], 'invoices.created')).toBe('*.created');
    expect(findPattern(['bills.*'], 'invoices.created')).toBeUndefined();
    expect(channelOf('ledgers.*')).toBe('ledgers');
    expect(channelOf('ledgers')).toBe('ledgers');
    expect(channelOf('*.created')).toBeNull();
  });
});
