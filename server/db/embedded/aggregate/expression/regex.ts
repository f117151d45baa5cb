/** `$regexMatch`, `$regexFind`, `$regexFindAll`. */
import { BSONRegExp } from 'bson';
import { namedFields } from './arguments.ts';
import { compileExpression, type OperatorCompiler } from './compile.ts';
import { int } from './numbers.ts';
import { type Match, type Pattern, patternOf } from './pattern.ts';
import { codePoints, fail, isNullish, nameOfType } from './values.ts';

interface Found {
  readonly match: string;
  readonly idx: unknown;
  readonly captures: readonly (string | null)[];
}

function regexOperator(answer: (matches: Iterable<Match>, input: string) => unknown, none: unknown): OperatorCompiler {
  return (argument, scope, name) => {
    const fields = namedFields(argument, name, {
      required: ['input', 'regex'],
      optional: ['options'],
      codes: { unknown: 31024, missing: 31022, shape: 51103 },
    });
    const input = compileExpression(fields.input, scope);
    const regex = compileExpression(fields.regex, scope);
    const options = Object.hasOwn(fields, 'options') ? compileExpression(fields.options, scope) : undefined;
    let last: { readonly key: string; readonly pattern: Pattern } | undefined;
    return (frame) => {
      const text = input(frame);
      const given = regex(frame);
      const flags = options?.(frame);
      if (isNullish(text) || isNullish(given)) return none;
      if (typeof text !== 'string') fail(51104, `${name} needs 'input' to be of type string`);
      const { source, embedded } = sourceOf(given, name);
      if (!isNullish(flags) && typeof flags !== 'string') fail(51106, `${name} needs 'options' to be of type string`);
      if (embedded !== '' && typeof flags === 'string')
        fail(51107, `${name}: found regex option(s) specified in both 'regex' and 'option' fields`);
      const used = typeof flags === 'string' ? flags : embedded;
      if (!/^[imsxu]*$/.test(used)) fail(51108, `${name} invalid flag in regex options: ${used}`);
      const key = `${used}/${source}`;
      if (last?.key !== key) last = { key, pattern: compilePattern(source, used, name) };
      return answer(last.pattern(text), text);
    };
  };
}

function compilePattern(source: string, options: string, name: string): Pattern {
  try {
    return patternOf(source, options);
  } catch (error) {
    return fail(51111, `Invalid Regex in ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sourceOf(given: unknown, name: string): { readonly source: string; readonly embedded: string } {
  if (typeof given === 'string') return { source: given, embedded: '' };
  if (given instanceof BSONRegExp) return { source: given.pattern, embedded: given.options };
  if (given instanceof RegExp) return { source: given.source, embedded: given.flags.replace(/[^imsx]/g, '') };
  return fail(51105, `${name} needs 'regex' to be of type string or regex, found ${nameOfType(given)}`);
}

function describe({ text, index, captures }: Match, input: string): Found {
  return { match: text, idx: int(codePoints(input.slice(0, index)).length), captures };
}

export const regexes: Readonly<Record<string, OperatorCompiler>> = {
  $regexMatch: regexOperator((matches) => {
    for (const _ of matches) return true;
    return false;
  }, false),
  $regexFind: regexOperator((matches, input) => {
    for (const found of matches) return describe(found, input);
    return null;
  }, null),
  $regexFindAll: regexOperator((matches, input) => Array.from(matches, (found) => describe(found, input)), []),
};
