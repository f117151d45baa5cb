/** Every way a job fails, as the error that is kept with the run: which code, which words, a stack of the author's own lines. */
import { NON_RETRIABLE } from '../brand.ts';
import { type RunError, type RunErrorCode } from '../../schemas/run.ts';
import { titleOf, type CodeSource, type Failure } from './protocol.ts';

const MESSAGE_LIMIT = 4_000;
const STACK_LIMIT = 8_000;

const PLATFORM_FRAME =
  /^\s+at .*(?:server\/listeners\/child\/|server\/sdk\.[jt]s|\.cache\/earshot\/[0-9a-f]+\/server\/)/;
const NODE_FRAME = /^\s+at (?:node:|.*\(node:|new Promise|AsyncLocalStorage|process\.processTicks)/;

class JobFailure extends Error {
  readonly code: RunErrorCode;
  readonly isRetriable: boolean;
  readonly thrown: unknown;
  constructor(code: RunErrorCode, message: string, isRetriable: boolean, thrown?: unknown) {
    super(message);
    this.code = code;
    this.isRetriable = isRetriable;
    this.thrown = thrown;
  }
}

/** Whose error it is: how to call it, and the folder that stacks are told relative to. */
export interface Culprit {
  readonly noun: string;
  readonly root: string;
}

export const failure = {
  invalid: (source: CodeSource, what: string, thrown?: unknown) =>
    new JobFailure('listener_invalid', `${titleOf(source)}: ${what}`, true, thrown),
  missing: (source: CodeSource) =>
    new JobFailure('listener_not_found', `${titleOf(source)}: the file no longer exports '${source.exported}'`, false),
  refused: (code: 'props_invalid' | 'event_invalid', source: CodeSource, faults: string) =>
    new JobFailure(
      code,
      `${titleOf(source)}: the ${code === 'props_invalid' ? 'props do' : 'event does'} not fit its schema: ${faults}`,
      false,
    ),
  result: (source: CodeSource, what: string) =>
    new JobFailure('result_invalid', `${titleOf(source)}: what it returned ${what}`, false),
  outside: (thrown: unknown, what: string) => new JobFailure('listener_error', what, true, thrown),
};

export function describeThrown(error: unknown, whose: Culprit): Failure {
  try {
    if (!(error instanceof JobFailure)) return ofThrown(error, whose, 'listener_error', '', true);
    if (error.code === 'listener_error')
      return ofThrown(error.thrown, whose, error.code, `The ${whose.noun} ${error.message}: `, true);
    if (error.thrown !== undefined)
      return ofThrown(error.thrown, whose, error.code, `${error.message}: `, error.isRetriable);
    return { error: { code: error.code, message: cut(error.message, MESSAGE_LIMIT) }, isRetriable: error.isRetriable };
  } catch {
    // The thrown value's own getters threw: nothing of it can be shown.
    return {
      error: { code: 'listener_error', message: `The ${whose.noun} threw a value that cannot be shown` },
      isRetriable: true,
    };
  }
}

function ofThrown(thrown: unknown, whose: Culprit, code: RunErrorCode, before: string, isRetriable: boolean): Failure {
  if (!isErrorLike(thrown)) {
    const said = `The ${whose.noun} threw ${describeValue(thrown)}, which is not an Error`;
    return {
      error: { code, message: cut(before === '' ? said : before + describeValue(thrown), MESSAGE_LIMIT) },
      isRetriable,
    };
  }
  const message = `${before}${thrown.message === '' ? thrown.name : explain(thrown.message, whose.root)}`;
  const stack = shapeStack(thrown, whose.root);
  const error: RunError = {
    code,
    message: cut(message, MESSAGE_LIMIT),
    name: cut(thrown.name, 200),
    ...(stack !== '' && { stack: cut(stack, STACK_LIMIT) }),
  };
  return { error, isRetriable: isRetriable && !(NON_RETRIABLE in thrown) };
}

function isErrorLike(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error ||
    (typeof thrown === 'object' &&
      thrown !== null &&
      'message' in thrown &&
      typeof thrown.message === 'string' &&
      'name' in thrown &&
      typeof thrown.name === 'string')
  );
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, 500));
  if (typeof value === 'object' && value !== null) return cut(JSON.stringify(value), 500);
  return typeof value === 'function' ? 'a function' : String(value);
}

/**
 * Types vanish before the code runs, so importing one by name alone is the mistake behind "does not provide an export".
 * Node 20, looking for more to say about it, may end up telling that a compiled file is missing; none ever is.
 */
function explain(message: string, root: string): string {
  const hint = 'if it is a type, write `import type { … }` or `import { type … }`';
  if (message.includes('does not provide an export named')) return `${message} (${hint})`;
  const missing = /Cannot find module '(.+\.m?[tj]s)\.mjs' imported from/.exec(message)?.[1];
  if (missing === undefined) return message;
  return `it imports a name that ${missing.replace(`${root}/`, '')} does not export (${hint})`;
}

/** The author's lines, relative to the app's folder; the platform's own frames below them are left out. */
function shapeStack(error: Error, root: string): string {
  const own = `file://${root.startsWith('/') ? '' : '/'}${root.replaceAll('\\', '/')}/`;
  const { stack } = error as { stack?: unknown }; // anything, if the author's code set it
  const lines = (typeof stack === 'string' ? stack : '')
    .split('\n')
    .filter((line) => !PLATFORM_FRAME.test(line))
    .map((line) => line.replaceAll(own, '').replaceAll(encodeURI(own), ''));
  while (lines.length > 0 && NODE_FRAME.test(lines.at(-1)!)) lines.pop();
  const cause = error.cause instanceof Error ? `\n  caused by ${shapeStack(error.cause, root)}` : '';
  return lines.join('\n') + cause;
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)} …`;
}
