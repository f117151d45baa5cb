/**
 * The regular expressions of one filter, as they are tried on changes in the server's own process: in RE2, linear in the
 * text, and for no more work than a change is worth. What would take more is decided by asking the database again.
 */
import { RE2JS } from 're2js';

/** Instructions times characters that one change may cost one query: some 10 ms at the very worst. */
const MAX_WORK = 100_000;

export class RegexTooCostly extends Error {}

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

export function createRegexWork() {
  let left = MAX_WORK;
  return {
    refill: () => {
      left = MAX_WORK;
    },
    compile: (source: string, options: string): ((text: string) => boolean) => {
      const bits = Object.entries(FLAGS).reduce(
        (all, [letter, bit]) => (options.includes(letter) ? all | bit : all),
        0,
      );
      const regex = RE2JS.compile(source, bits);
      const size = regex.programSize();
      return (text) => {
        left -= size * text.length;
        if (left < 0) throw new RegexTooCostly();
        return regex.test(text);
      };
    },
  };
}
