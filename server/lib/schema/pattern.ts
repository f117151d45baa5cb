/**
 * Patterns of foreign schemas, matched in time that grows only linearly with the text (RE2). What JavaScript's own
 * engine would do, and this one cannot without trying every way, is refused when the schema is saved.
 */
import { RE2JS } from 're2js';
import { spendOnText } from './budget.ts';

export const MAX_PATTERN_CHARS = 256;
/** Instructions a pattern may need; `a{1000}` is about that. Matching costs up to their number per character. */
export const MAX_PATTERN_SIZE = 1_100;

export interface Pattern {
  /** Instructions, a measure of what making and matching it costs. */
  readonly size: number;
  readonly test: (text: string) => boolean;
  /** Tells patterns apart: the validator keys its table by it. */
  readonly toString: () => string;
}

/** Throws an Error that says, for a person, why the pattern cannot be used. */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_PATTERN_CHARS) {
    throw new Error(`it has ${source.length} characters; at most ${MAX_PATTERN_CHARS} are taken`);
  }
  // Both dialects have to agree: RE2 knows forms (`\Q…\E`, `[[:alpha:]]`) that mean something else in a JSON Schema.
  try {
    new RegExp(source, 'u');
  } catch (cause) {
    throw new Error('it is not a regular expression of ECMA-262 with the u flag', { cause });
  }
  if (/\(\?<?[=!]/.test(unescaped(source))) throw new Error('lookahead and lookbehind are not supported');
  if (/\\[1-9k]/.test(withoutPairs(source))) throw new Error('backreferences are not supported');
  if (/\(\?[a-zA-Z-]+[:)]/.test(unescaped(source))) throw new Error('inline flags are not supported');

  const compiled = compileLinear(source);
  const size = compiled.programSize();
  if (size > MAX_PATTERN_SIZE) {
    throw new Error('its repetitions add up to too much; use maxLength or maxItems to limit lengths');
  }
  return {
    size,
    test(text) {
      spendOnText(text.length, size);
      return compiled.test(text);
    },
    toString: () => `/${source}/`,
  };
}

function compileLinear(source: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`it cannot be matched in linear time (${reason})`, { cause });
  }
}

/** Without escaped characters and without character classes, so that what is left has its syntactic meaning. */
function unescaped(source: string): string {
  return source.replace(/\\./gsu, '').replace(/\[[^\]]*\]/gu, '');
}

/** Without escaped backslashes, so that each one left begins an escape. */
function withoutPairs(source: string): string {
  return source.replaceAll('\\\\', '');
}
