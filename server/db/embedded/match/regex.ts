/**
 * Regular expressions of filters, validators and expressions. Whoever writes one, it cannot hold the engine up: what it
 * may take is bounded by the length of its texts.
 */
import { type BSONRegExp } from 'bson';
import { badValue, location } from '../errors.ts';
import { regexParts } from '../values/access.ts';
import { equalValues } from '../values/order.ts';
import { wrapperOf } from '../values/types.ts';
import { type Predicate } from './condition.ts';
import { createBudget } from './regex-budget.ts';
import { createEngine, type Match } from './regex-engine.ts';

/** Matches that are looked for at once: first one, for who needs only that, then twice as many each time. */
const MAX_BATCH = 1_024;

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

/** A pattern ready to run, never for longer than its texts deserve: then it throws MongoDB's 51156. */
export interface PreparedPattern {
  readonly test: (text: string) => boolean;
  /** All matches, one after another as they are asked for. */
  readonly matches: (text: string) => Iterable<Match>;
}

/** Compiles a PCRE pattern with MongoDB's options i, m, s, x and u. */
export function compileRegex(pattern: string, options: string): (text: string) => boolean {
  return preparePattern(pattern, options).test;
}

export function preparePattern(pattern: string, options: string): PreparedPattern {
  const unknown = /[^imsxu]/.exec(options);
  if (unknown !== null) throw location(51108, `invalid flag in regex options: ${unknown[0]}`);
  if (pattern.includes('\0')) throw badValue('Regular expression cannot contain an embedded null byte');
  const budget = createBudget();
  let engine = createEngine(pattern, options);
  const spend = <T>(worst: number, chars: number, work: () => T): T => {
    try {
      return budget.spend(worst, chars, work);
    } catch (error) {
      // Stopped halfway, it is not fit for another text.
      engine = createEngine(pattern, options);
      throw error;
    }
  };
  return {
    test: (text) => spend(engine.worst(text.length), text.length, () => engine.test(text)),
    *matches(text) {
      const worst = engine.worst(text.length);
      const next = engine.matcher(text);
      let chars = text.length;
      for (let size = 1; ; size = Math.min(2 * size, MAX_BATCH)) {
        const found = spend(worst * size, chars + size, () => takeUpTo(size, next));
        yield* found;
        if (found.length < size) return;
        chars = 0;
      }
    },
  };
}

function takeUpTo(size: number, next: () => Match | null): Match[] {
  const found: Match[] = [];
  while (found.length < size) {
    const match = next();
    if (match === null) break;
    found.push(match);
  }
  return found;
}
