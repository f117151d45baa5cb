/**
 * Tells whether an expression can be used, without evaluating it. JSONata's parser recurses, and copies the left side of
 * `??` and `?:`, so that 200 characters can take it hours: it runs under V8's own time limit.
 */
import { createContext, Script, type Context } from 'node:vm';
import jsonata from 'jsonata';
import { AppError } from '../../lib/errors.ts';
import { CHECK_TIMEOUT_MS, MAX_AST_DEPTH, MAX_AST_NODES, MAX_EXPRESSION_BYTES } from './limits.ts';
import { compileRegex } from './regex.ts';
import { tellFault } from './words.ts';

export function createChecker(): (expression: string) => void {
  const begin = new Script('work()');
  let context: (Context & { work?: () => void }) | undefined;

  return function check(expression) {
    const fault = sizeFault(expression) ?? parseFault(expression);
    if (fault !== null)
      throw new AppError('invalid_input', { detail: `The JSONata expression cannot be used. ${fault}` });
  };

  function parseFault(expression: string): string | null {
    context ??= createContext({});
    let fault: string | null = null;
    context.work = () => {
      fault = judge(expression);
    };
    try {
      begin.runInContext(context, { timeout: CHECK_TIMEOUT_MS });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return `It takes longer than ${CHECK_TIMEOUT_MS} ms to read: too many \`??\` or \`?:\` lie inside each other.`;
    } finally {
      delete context.work;
    }
    return fault;
  }
}

/** A sentence, or null. */
export function sizeFault(expression: string): string | null {
  return expression.length > MAX_EXPRESSION_BYTES || Buffer.byteLength(expression) > MAX_EXPRESSION_BYTES
    ? `It is longer than ${MAX_EXPRESSION_BYTES / 1024} KiB.`
    : null;
}

function judge(expression: string): string | null {
  try {
    return astFault(jsonata(expression).ast());
  } catch (error) {
    return tellFault(error);
  }
}

/** Looks at every node once per place it stands in. */
function astFault(ast: unknown): string | null {
  const waiting: { readonly part: unknown; readonly depth: number }[] = [{ part: ast, depth: 0 }];
  let nodes = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { part } = next;
    if (typeof part !== 'object' || part === null) continue;
    if (part instanceof RegExp) {
      compileRegex(part);
      continue;
    }
    const isNode = !Array.isArray(part) && 'type' in part;
    const depth = next.depth + (isNode ? 1 : 0);
    if (depth > MAX_AST_DEPTH) return `It is nested more than ${MAX_AST_DEPTH} deep.`;
    if (++nodes > MAX_AST_NODES) return `It has more than ${MAX_AST_NODES} parts.`;
    for (const child of Object.values(part)) waiting.push({ part: child, depth });
  }
  return null;
}
