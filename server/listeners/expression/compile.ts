/** A JSONata expression ready to be evaluated within its limits, inside a runner's thread. Used ones are kept. */
import jsonata from 'jsonata';
import { createLru } from '../../lib/lru.ts';
import { capConcatenation, createCappedFunctions } from './functions.ts';
import { MAX_SEQUENCE, POLITE_TIMEOUT_MS } from './limits.ts';
import { LinearRegex } from './regex.ts';

const KEPT = 500;

export type Evaluate = (input: unknown) => Promise<unknown>;

export async function createCompiler(): Promise<(expression: string) => Evaluate> {
  const capped = await createCappedFunctions();
  const kept = createLru<string, Evaluate>(KEPT);

  return function compile(expression) {
    const known = kept.get(expression);
    if (known) return known;
    const compiled = jsonata(expression, {
      RegexEngine: LinearRegex as unknown as RegExpConstructor,
      timeout: POLITE_TIMEOUT_MS,
      sequence: MAX_SEQUENCE,
    });
    capConcatenation(compiled.ast());
    for (const [name, definition] of capped) compiled.assign(name, definition);
    const evaluate: Evaluate = (input) => compiled.evaluate(input) as Promise<unknown>;
    kept.set(expression, evaluate);
    return evaluate;
  };
}
