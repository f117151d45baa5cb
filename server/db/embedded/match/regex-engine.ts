/**
 * What runs a regular expression. RE2 does, in time linear in the text, whatever the pattern. JavaScript runs the flat ones
 * (one character after the other: three times as fast, and as linear), and those that RE2 lacks: look-around,
 * backreferences, repetitions beyond a thousand. For these the engine says how long a text could take at worst.
 */
import { RE2JS } from 're2js';
import { location } from '../errors.ts';
import { createBudget, tooCostly } from './regex-budget.ts';
import { spell } from './regex-source.ts';

export interface Match {
  readonly text: string;
  /** In UTF-16 units. */
  readonly index: number;
  /** null for a group that took no part. */
  readonly captures: readonly (string | null)[];
}

export interface Engine {
  /** Milliseconds, never too few; 0 for what needs no watching. */
  readonly worst: (chars: number) => number;
  readonly test: (text: string) => boolean;
  /** One match after the other, then null. */
  readonly matcher: (text: string) => () => Match | null;
}

/** As in MongoDB. */
const MAX_PATTERN = 32_764;
/** From here the making of a pattern is watched, as is that of any with counted repetitions. */
const LONG_PATTERN = 1_000;
const FLAT_PATTERN = 64;
/** Per instruction and character: measured at up to 0.15 µs. */
const RE2_STEP_MS = 0.000_15;
/** Per try: interpreted at up to 0.05 µs. */
const NATIVE_STEP_MS = 0.000_05;
/** Each doubles the time V8 takes to make the pattern, which nothing can interrupt: some 10 ms for so many. */
const MAX_OPTIONALS = 20;
/** Comparisons, one after the other, in the time of a try. */
const PLAIN_STEPS = 20;

export function createEngine(pattern: string, options: string): Engine {
  if (pattern.length > MAX_PATTERN) throw invalid('the pattern is too large', pattern);
  const native = spell(pattern, options, 'native');
  const flat = native.isFlat && pattern.length <= FLAT_PATTERN ? tryNative(native.source, `${native.flags}u`) : null;
  if (flat !== null) return nativeEngine(flat, () => 0);

  const linear = compileLinear(pattern, options);
  if (linear !== null) return linearEngine(linear);
  if (optionalsOf(native.source) > MAX_OPTIONALS) throw tooCostly();
  const regex = compileNative(native.source, native.flags, pattern);
  const tries = triesOf(native.source);
  return nativeEngine(regex, (chars) => tries(chars) * NATIVE_STEP_MS);
}

function linearEngine(regex: RE2JS): Engine {
  const size = regex.programSize();
  return {
    worst: (chars) => size * (chars + 1) * RE2_STEP_MS,
    test: (text) => regex.test(text),
    matcher: (text) => {
      const matcher = regex.matcher(text);
      return () => {
        if (!matcher.find()) return null;
        const captures = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1) ?? null);
        return { text: matcher.group() ?? '', index: matcher.start(), captures };
      };
    },
  };
}

function nativeEngine(regex: RegExp, worst: Engine['worst']): Engine {
  const all = new RegExp(regex.source, `${regex.flags}g`);
  return {
    worst,
    test: (text) => regex.test(text),
    matcher: (text) => {
      const found = text.matchAll(all);
      return () => {
        const next = found.next();
        if (next.done === true) return null;
        const [match, ...captures] = next.value as unknown as [string, ...(string | undefined)[]];
        return { text: match, index: next.value.index, captures: captures.map((part) => part ?? null) };
      };
    },
  };
}

function compileLinear(pattern: string, options: string): RE2JS | null {
  const { source, flags } = spell(pattern, options, 're2');
  let bits = 0;
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= RE2JS.MULTILINE;
  if (flags.includes('s')) bits |= RE2JS.DOTALL;
  const compile = (): RE2JS | null => {
    try {
      return RE2JS.compile(source, bits);
    } catch (error) {
      if (error instanceof Error && error.message.includes('too large')) throw error;
      return null;
    }
  };
  if (source.length <= LONG_PATTERN && !source.includes('{')) return compile();
  try {
    return createBudget().spend(Infinity, 0, compile);
  } catch {
    throw invalid('the pattern is too large', pattern);
  }
}

/** With the unicode flag first, where `.` is a character and not half of one; many old patterns escape too much for it. */
function compileNative(source: string, flags: string, pattern: string): RegExp {
  const regex = tryNative(source, `${flags}u`);
  if (regex !== null) return regex;
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), pattern);
  }
}

function tryNative(source: string, flags: string): RegExp | null {
  try {
    return new RegExp(source, flags);
  } catch {
    return null;
  }
}

const invalid = (reason: string, pattern: string) =>
  location(51091, `Regular expression is invalid: ${reason} in /${pattern.slice(0, 200)}/`);

/**
 * How many tries a text can cost at most: from each of its places, each repetition can end at any other, each choice goes
 * two ways. A repeated group has no such bound.
 */
function triesOf(source: string): (chars: number) => number {
  const bare = bareOf(source);
  if (/\)[*+{]/.test(bare)) return () => Infinity;
  const repetitions = bare.match(/[*+{]/g)?.length ?? 0;
  const choices = bare.match(/[?|]/g)?.length ?? 0;
  const steps = Math.max(1, source.length / PLAIN_STEPS);
  return (chars) => (chars + 1) ** (1 + repetitions) * 2 ** choices * steps;
}

/** The pattern with a letter for each character and class, a repetition for each backreference, and plain groups. */
function bareOf(source: string): string {
  return source
    .replace(/\\[1-9k]/g, '+')
    .replace(/\\[\s\S]|\[\^?(?:\\[\s\S]|[^\]\\])*\]/g, 'x')
    .replace(/\(\?(?:[:=!]|<[=!]|<[^>]*>)/g, '(');
}

/** Parts that may be left out; the `?` that makes a repetition lazy is none. */
function optionalsOf(source: string): number {
  return bareOf(source).match(/[^*+?{}|(]\?/g)?.length ?? 0;
}
