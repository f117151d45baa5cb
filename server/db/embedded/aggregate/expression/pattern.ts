/** All matches of a regular expression, one after another as they are asked for; never in more than linear time where RE2 can. */
import { preparePattern } from '../../match/regex.ts';

export interface Match {
  readonly text: string;
  /** In UTF-16 units. */
  readonly index: number;
  /** null for a group that took no part. */
  readonly captures: readonly (string | null)[];
}

export type Pattern = (text: string) => Iterable<Match>;

export function patternOf(source: string, options: string): Pattern {
  const { native, linearFor } = preparePattern(source, options);
  const all = new RegExp(native.source, `${native.flags}g`);
  return function* (text) {
    const linear = linearFor(text);
    if (linear === null) {
      for (const found of text.matchAll(all))
        yield { text: found[0], index: found.index, captures: found.slice(1).map(orNull) };
      return;
    }
    const matcher = linear.matcher(text);
    while (matcher.find()) {
      const captures = Array.from({ length: matcher.groupCount() }, (_, i) => orNull(matcher.group(i + 1)));
      yield { text: matcher.group() ?? '', index: matcher.start(), captures };
    }
  };
}

const orNull = (part: string | null | undefined): string | null => part ?? null;
