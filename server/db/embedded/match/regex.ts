/**
 * Regular expressions. MongoDB's are PCRE; what JavaScript spells differently is translated. A pattern that can take exponential
 * or, on a long text, quadratic time is run by RE2 (linear by construction), so that a filter cannot hold the engine up;
 * only what RE2 lacks (lookaround, backreferences) always runs in JavaScript.
 */
import { type BSONRegExp } from 'bson';
import { RE2JS } from 're2js';
import { badValue, location } from '../errors.ts';
import { regexParts } from '../values/access.ts';
import { equalValues } from '../values/order.ts';
import { wrapperOf } from '../values/types.ts';
import { type Predicate } from './condition.ts';

/** Up to here a pattern without repeated groups finishes within a millisecond or so. */
const SHORT_TEXT = 2_000;
/** Two unbounded repetitions cost a square of the text's length, three a cube. */
const REPETITIONS_LIMIT = 2;

export function isRegex(value: unknown): value is RegExp | BSONRegExp {
  return value instanceof RegExp || wrapperOf(value) === 'BSONRegExp';
}

/** Matches strings and symbols by the pattern, and stored regular expressions that are the same. */
export function regexPredicate(regex: unknown, options?: unknown, compile = compileRegex): Predicate {
  const { pattern, flags } = partsOf(regex, options);
  const test = compile(pattern, flags);
  return (value) => {
    if (typeof value === 'string') return test(value);
    if (typeof value !== 'object' || value === null) return false;
    if (wrapperOf(value) === 'BSONSymbol') return test((value as { valueOf(): string }).valueOf());
    return isRegex(value) && isRegex(regex) && equalValues(value, regex);
  };
}

function partsOf(regex: unknown, options: unknown): { readonly pattern: string; readonly flags: string } {
  if (options !== undefined && typeof options !== 'string') throw badValue('$options has to be a string');
  if (isRegex(regex)) {
    const parts = regexParts(regex);
    if (options !== undefined && options !== '' && parts.options !== '') {
      throw location(51075, 'options set in both $regex and $options');
    }
    return { pattern: parts.pattern, flags: options === undefined || options === '' ? parts.options : options };
  }
  if (typeof regex !== 'string') throw badValue('$regex has to be a string');
  return { pattern: regex, flags: options ?? '' };
}

/** A pattern ready to run: natively, or by RE2 where the pattern or the length of the text could make that slow. */
export interface PreparedPattern {
  readonly native: RegExp;
  /** null: run it natively. */
  readonly linearFor: (text: string) => RE2JS | null;
}

/** Compiles a PCRE pattern with MongoDB's options i, m, s, x and u. */
export function compileRegex(pattern: string, options: string): (text: string) => boolean {
  const { native, linearFor } = preparePattern(pattern, options);
  return (text) => {
    const linear = linearFor(text);
    return linear === null ? native.test(text) : linear.matcher(text).find();
  };
}

export function preparePattern(pattern: string, options: string): PreparedPattern {
  const unknown = /[^imsxu]/.exec(options);
  if (unknown !== null) throw location(51108, `invalid flag in regex options: ${unknown[0]}`);
  if (pattern.includes('\0')) throw badValue('Regular expression cannot contain an embedded null byte');
  const { source, flags } = translate(pattern, options);
  const native = compileNative(source, flags, pattern);
  const isCostly = isCostlyPattern(source);
  let linear: RE2JS | null | undefined;
  return {
    native,
    linearFor: (text) => (!isCostly && text.length <= SHORT_TEXT ? null : (linear ??= compileLinear(source, flags))),
  };
}

function translate(pattern: string, options: string): { readonly source: string; readonly flags: string } {
  let source = pattern;
  let letters = options;
  const inline = /^\(\?([imsx]+)\)/.exec(source);
  if (inline !== null) {
    source = source.slice(inline[0].length);
    letters += inline[1]!;
  }
  if (letters.includes('x')) source = withoutLayout(source);
  source = source
    .replace(/\\[\s\S]|\(\?P</g, (token) => (token === '(?P<' ? '(?<' : (ANCHORS[token] ?? token)))
    .replace(/\[:(\^?)([a-z]+):\]/g, (token, not: string, name: string) =>
      not === '' ? (CLASSES[name] ?? token) : token,
    );
  const flags = ['i', 'm', 's'].filter((flag) => letters.includes(flag)).join('');
  return { source, flags };
}

const ANCHORS: Readonly<Record<string, string>> = {
  '\\A': '(?<![\\s\\S])',
  '\\z': '(?![\\s\\S])',
  '\\Z': '(?=\\n?(?![\\s\\S]))',
  '\\h': '[ \\t]',
};
const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  blank: ' \\t',
};

/** Option x: white space and comments outside of brackets do not count. */
function withoutLayout(source: string): string {
  return source.replace(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\s+|#[^\n]*/g, (token) =>
    /^[\s#]/.test(token) ? '' : token,
  );
}

/** With the unicode flag first, where `.` is a character and not half of one; many old patterns escape too much for it. */
function compileNative(source: string, flags: string, pattern: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    try {
      return new RegExp(source, flags);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw location(51091, `Regular expression is invalid: ${reason} in /${pattern}/`);
    }
  }
}

function isCostlyPattern(source: string): boolean {
  const bare = source.replace(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]/g, 'x');
  if (/\)(?:[*+]|\{\d+,?\d*\})/.test(bare)) return true;
  const repetitions = bare.match(/[*+]|\{\d+,\d*\}/g);
  return repetitions !== null && repetitions.length > REPETITIONS_LIMIT;
}

function compileLinear(source: string, flags: string): RE2JS | null {
  let bits = 0;
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= RE2JS.MULTILINE;
  if (flags.includes('s')) bits |= RE2JS.DOTALL;
  try {
    return RE2JS.compile(source, bits);
  } catch {
    return null;
  }
}
