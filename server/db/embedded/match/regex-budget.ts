/**
 * The time that one regular expression may take: what its texts deserve by their length, and a little more once. RE2 is
 * linear in the text but may cost 10 µs for each character of a nasty pattern; what RE2 lacks (look-around,
 * backreferences) runs in JavaScript, where a pattern of ten characters can run for years.
 */
import { createContext, Script, type Context } from 'node:vm';
import { location, type MongoError } from '../errors.ts';

const BASE_MS = 500;
const MS_PER_CHAR = 0.002;
/** However long the text. */
const MAX_MS = 2_000;

export interface Budget {
  /** `worst`: the most milliseconds the work can take; `chars`: what it looks at. Throws 51156 when the time is up. */
  readonly spend: <T>(worst: number, chars: number, work: () => T) => T;
}

export function createBudget(): Budget {
  let left = BASE_MS;
  return {
    spend(worst, chars, work) {
      if (worst === 0) return work();
      const allowed = Math.min(MAX_MS, left + (chars + 2) * MS_PER_CHAR);
      const began = performance.now();
      let isDone = false;
      try {
        const result = worst <= allowed ? work() : withinTime(allowed, work);
        isDone = true;
        return result;
      } catch (error) {
        throw isOverrun(error) ? tooCostly() : error;
      } finally {
        // A process that was stopped meanwhile does not pay for it; after a refusal the next text starts afresh.
        const spent = Math.min(performance.now() - began, worst);
        left = isDone ? Math.min(BASE_MS, allowed - spent) : BASE_MS;
      }
    },
  };
}

export const tooCostly = (): MongoError => location(51156, 'Regular expression is too costly for this text');

/** Out of time, of stack, or too large for V8 to make at all. The first is no instance of this context's Error. */
function isOverrun(error: unknown): boolean {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || name === 'RangeError' || name === 'SyntaxError';
}

const sandbox: { run: (() => unknown) | undefined } = { run: undefined };
const script = new Script('run()');
let context: Context | undefined;

/** V8 looks for the end of the time also in the midst of a regular expression. Costs 0.1 ms. */
function withinTime<T>(milliseconds: number, work: () => T): T {
  context ??= createContext(sandbox);
  sandbox.run = work;
  try {
    return script.runInContext(context, { timeout: Math.max(1, Math.ceil(milliseconds)) }) as T;
  } finally {
    sandbox.run = undefined;
  }
}
