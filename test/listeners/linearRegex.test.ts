import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearRegex } from '../../server/listeners/expression/regex.ts';

/** Every match of a global expression, as JSONata asks for them. */
function matchesOf(regex: { lastIndex: number; exec: (text: string) => RegExpExecArray | null }, text: string) {
  const found: unknown[] = [];
  for (let match = regex.exec(text); match !== null && found.length < 50; match = regex.exec(text)) {
    found.push([match.index, regex.lastIndex, [...match]]);
    if (match[0] === '') break; // JSONata stops there too
  }
  return found;
}

describe('LinearRegex', () => {
  it.each([
    /a/g,
    /(a)|(b)/g,
    /[a-c]+?b/g,
    /^a/gm,
    /b$/gm,
    /A(?:b)?/gi,
    /(?<name>a)b/g,
    /\bab\b/g,
    /a{1,2}/g,
    /\s\w/g,
    /.b/g,
    /x*/g,
  ])('finds what RegExp finds: %s', (native) => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', ' ', '\n', 'é'), maxLength: 20 }), (text) => {
        expect(matchesOf(new LinearRegex(native), text)).toEqual(matchesOf(new RegExp(native), text));
      }),
    );
  });

  it('takes no time for what RegExp would never end', () => {
    const began = performance.now();
    expect(new LinearRegex(/^(a+)+$/).exec(`${'a'.repeat(10_000)}!`)).toBeNull();
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it.each([/(?=a)/, /(?<!a)b/, /(a)\1/])('refuses %s', (native) => {
    expect(() => new LinearRegex(native)).toThrow(/no look-around, no backreference/);
  });

  it('refuses what is long or repeats too much', () => {
    expect(() => new LinearRegex(new RegExp('a'.repeat(1_025)))).toThrow(/at most 1024 characters/);
    expect(() => new LinearRegex(/(?:(?:a{100}){10}){10}/)).toThrow(/too much|cannot be used/);
  });
});
