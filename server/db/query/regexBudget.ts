/**
 * The regular expressions of one filter that is tried in the server's own process. All run in RE2, which is linear in the
 * text; but linear in the text times the size of the expression, and measured at up to 0.1 µs for each of those, so
 * both are bounded.
 */
import { RE2JS } from 're2js';

export interface RegexBudgetOptions {
  /** Instructions times characters that one look may cost: 1,000,000 are 0.1 s at the very worst. */
  readonly maxWork: number;
  /** Of one expression, in instructions; a plain text of 256 characters takes about as many. */
  readonly maxSize?: number;
}

/** Thrown out of a match. Not a fault of what was looked at, nor of anybody else's filter. */
export class RegexTooCostly extends Error {}

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

export function createRegexBudget({ maxWork, maxSize = Infinity }: RegexBudgetOptions) {
  let left = maxWork;
  return {
    /** Before each look. */
    refill: () => {
      left = maxWork;
    },
    /** Throws an Error in words for a person. */
    compile: (source: string, options: string): ((text: string) => boolean) => {
      const bits = Object.entries(FLAGS).reduce(
        (all, [letter, bit]) => (options.includes(letter) ? all | bit : all),
        0,
      );
      const regex = RE2JS.compile(source, bits);
      const size = regex.programSize();
      if (size > maxSize) throw new Error('the repetitions of this regular expression add up to too much');
      return (text) => {
        left -= size * text.length;
        if (left < 0) throw new RegexTooCostly();
        return regex.test(text);
      };
    },
  };
}
