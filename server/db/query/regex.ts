/** Regular expressions of filters: short, and of the kind that RE2 matches in linear time, whatever matches them. */
import { RE2JS } from 're2js';
import { refusal, type Place } from './fault.ts';

const MAX_CHARS = 256;
/** Instructions; what a counted repetition repeats is there as often. A text of 256 characters takes about as many. */
const MAX_SIZE = 1_000;

export function checkRegex(condition: Readonly<Record<string, unknown>>, place: Place): void {
  const { $regex: source, $options: options = '' } = condition;
  if (typeof source !== 'string') throw refusal([...place, '$regex'], 'expected a regular expression as a string');
  if (source.length > MAX_CHARS) {
    throw refusal([...place, '$regex'], `a regular expression has at most ${MAX_CHARS} characters`);
  }
  if (typeof options !== 'string' || !/^[ims]{0,3}$/.test(options)) {
    throw refusal([...place, '$options'], 'expected letters out of i, m and s');
  }
  let size: number;
  try {
    size = RE2JS.compile(source).programSize();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refusal(
      [...place, '$regex'],
      `the regular expression cannot be used (no look-around, no backreference): ${why}`,
    );
  }
  if (size > MAX_SIZE) {
    throw refusal([...place, '$regex'], 'the repetitions of the regular expression add up to too much');
  }
}
