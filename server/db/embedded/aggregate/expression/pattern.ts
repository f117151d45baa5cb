/** All matches of a regular expression, one after another as they are asked for; never for longer than the text deserves. */
import { preparePattern } from '../../match/regex.ts';
import { type Match } from '../../match/regex-engine.ts';

export type { Match };
export type Pattern = (text: string) => Iterable<Match>;

export function patternOf(source: string, options: string): Pattern {
  return preparePattern(source, options).matches;
}
