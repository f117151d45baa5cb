/**
 * The regular expressions of JSONata, matched by RE2 in time that grows only linearly with the text. JSONata takes any
 * class that looks like RegExp where it uses it: made from a RegExp, `lastIndex`, `exec`.
 */
import { RE2JS } from 're2js';
import { MAX_REGEX_CHARS, MAX_REGEX_SIZE } from './limits.ts';

const compiled = new WeakMap<RegExp, RE2JS>();

export class LinearRegex {
  lastIndex = 0;
  readonly #pattern: RE2JS;
  #text: string | undefined;
  #matcher: ReturnType<RE2JS['matcher']> | undefined;

  constructor(native: RegExp) {
    this.#pattern = compileRegex(native);
  }

  exec(text: string): (RegExpExecArray & { readonly index: number }) | null {
    if (this.lastIndex > text.length) return null;
    if (this.#matcher === undefined || text !== this.#text) {
      this.#text = text;
      this.#matcher = this.#pattern.matcher(text);
    }
    const matcher = this.#matcher;
    if (!matcher.find(this.lastIndex)) return null;
    const groups: (string | undefined)[] = [];
    for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined);
    this.lastIndex = matcher.end();
    return Object.assign(groups, { index: matcher.start(), input: text }) as unknown as RegExpExecArray;
  }
}

/** Throws an Error that says why the expression cannot be used. */
export function compileRegex(native: RegExp): RE2JS {
  const known = compiled.get(native);
  if (known) return known;
  const { source, flags } = native;
  if (source.length > MAX_REGEX_CHARS) {
    throw new Error(`A regular expression has at most ${MAX_REGEX_CHARS} characters; this one has ${source.length}.`);
  }
  let pattern: RE2JS;
  try {
    const asked = (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('m') ? RE2JS.MULTILINE : 0);
    pattern = RE2JS.compile(RE2JS.translateRegExp(source), asked);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The regular expression /${source.slice(0, 100)}/ cannot be used (no look-around, no backreference): ${why}`,
      { cause },
    );
  }
  if (pattern.programSize() > MAX_REGEX_SIZE) {
    throw new Error(`The repetitions of the regular expression /${source.slice(0, 100)}/ add up to too much.`);
  }
  compiled.set(native, pattern);
  return pattern;
}
