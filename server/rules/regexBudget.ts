/**
 * The regular expressions of one filter. All run in RE2, which is linear in the text; but linear in the text times the
 * size of the expression, and measured at up to 0.1 µs for each of those, so both are bounded.
 */
import { RE2JS } from 're2js';

/** Instructions; a plain text of 256 characters takes about as many. */
const MAX_SIZE = 300;
/** Instructions times characters that one look at one event may cost: 0.2 s at the very worst. */
const MAX_WORK = 2_000_000;

/** Thrown out of a match. Not a fault of the event, nor of anybody else's rule. */
export class RegexTooCostly extends Error {}

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

export function createRegexBudget() {
  let left = MAX_WORK;
  return {
    refill: () => {
      left = MAX_WORK;
    },
    /** Throws an Error in words for a person. */
    compile: (source: string, options: string): ((text: string) => boolean) => {
      const bits = Object.entries(FLAGS).reduce(
        (all, [letter, bit]) => (options.includes(letter) ? all | bit : all),
        0,
      );
      const regex = RE2JS.compile(source, bits);
      const size = regex.programSize();
      if (size > MAX_SIZE) throw new Error('the repetitions of this regular expression add up to too much');
      return (text) => {
        left -= size * text.length;
        if (left < 0) throw new RegexTooCostly();
        return regex.test(text);
      };
    },
  };
}
