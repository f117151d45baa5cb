/**
 * Turns an aggregation expression into a function once, so that each document only pays for its own evaluation.
 * `undefined` stands for a missing value. Variables live in slots of the frame; `$$ROOT` and `$$CURRENT` in the frame itself.
 */
import { type Collation } from '../../values/collation.ts';
import { type Doc } from '../../values/codec.ts';
import { MongoError } from '../../errors.ts';
import { isPlainObject } from '../../values/types.ts';
import { readFieldPath, setField, show } from './values.ts';
import { weighed } from './weight.ts';

/** One evaluation: the document, the bound variables, and how many steps its loops have taken. */
export interface Frame {
  readonly root: unknown;
  readonly slots: unknown[];
  steps: number;
}

export type Evaluate = (frame: Frame) => unknown;

/** What one pipeline shares among its expressions. `variables` may change between evaluations, its names may not. */
export interface ExpressionEnv {
  readonly operators: Readonly<Record<string, OperatorCompiler>>;
  readonly variables: { current: Doc };
  readonly now: Date;
  readonly collation?: Collation | undefined;
}

export interface Scope {
  readonly env: ExpressionEnv;
  readonly slots: ReadonlyMap<string, number>;
  /** The next free slot. */
  readonly depth: number;
}

export type OperatorCompiler = (argument: unknown, scope: Scope, name: string) => Evaluate;

/** Beyond this many steps of $map, $filter, $reduce and their like for one document, about 100 ms, it is an error. */
const MAX_STEPS = 2_000_000;

export function createScope(env: ExpressionEnv): Scope {
  return { env, slots: new Map(), depth: 0 };
}

/** A scope in which `name` is a new variable, and the slot to put its value in. */
export function bind(scope: Scope, name: string): { readonly scope: Scope; readonly slot: number } {
  return {
    scope: { ...scope, slots: new Map(scope.slots).set(name, scope.depth), depth: scope.depth + 1 },
    slot: scope.depth,
  };
}

export const frameOf = (root: unknown): Frame => ({ root, slots: [], steps: 0 });

export function step(frame: Frame, count = 1): void {
  frame.steps += count;
  if (frame.steps > MAX_STEPS)
    throw new MongoError(50, 'MaxTimeMSExpired', `an expression took more than ${MAX_STEPS} steps for one document`);
}

export function compileExpression(expression: unknown, scope: Scope): Evaluate {
  if (typeof expression === 'string')
    return expression.startsWith('$') ? compilePath(expression, scope) : () => expression;
  if (Array.isArray(expression)) return compileArray(expression, scope);
  if (!isPlainObject(expression)) return () => expression;
  const keys = Object.keys(expression);
  const first = keys[0];
  if (first?.startsWith('$') !== true) return compileObject(expression, keys, scope);
  if (keys.length > 1)
    throw new MongoError(
      15983,
      'Location15983',
      `An object representing an expression must have exactly one field: ${show(expression)}`,
    );
  const { operators } = scope.env;
  const compile = Object.hasOwn(operators, first) ? operators[first] : undefined;
  if (!compile) throw new MongoError(168, 'InvalidPipelineOperator', `Unrecognized expression '${first}'`);
  return compile(expression[first], scope, first);
}

/** `$a.b`, `$$name`, `$$name.a.b`. */
export function compilePath(text: string, scope: Scope): Evaluate {
  if (!text.startsWith('$$')) {
    const current = scope.slots.get('CURRENT');
    const parts = parsePath(text.slice(1));
    const only = parts.length === 1 ? parts[0] : undefined;
    if (current === undefined && only !== undefined)
      return ({ root }) => (isPlainObject(root) && Object.hasOwn(root, only) ? root[only] : undefined);
    return current === undefined
      ? (frame) => readFieldPath(frame.root, parts)
      : (frame) => readFieldPath(frame.slots[current], parts);
  }
  const parts = parsePath(text.slice(2));
  const name = parts[0] ?? '';
  const evaluate = compileVariable(name, scope);
  const rest = parts.slice(1);
  return rest.length === 0 ? evaluate : (frame) => readFieldPath(evaluate(frame), rest);
}

function compileVariable(name: string, scope: Scope): Evaluate {
  const slot = scope.slots.get(name);
  if (slot !== undefined) return (frame) => frame.slots[slot];
  const { env } = scope;
  switch (name) {
    case 'ROOT':
    case 'CURRENT':
      return (frame) => frame.root;
    case 'REMOVE':
      return () => undefined;
    case 'NOW':
      return () => env.now;
    default:
  }
  if (!Object.hasOwn(env.variables.current, name))
    throw new MongoError(17276, 'Location17276', `Use of undefined variable: ${name}`);
  return () => env.variables.current[name];
}

export function parsePath(path: string): readonly string[] {
  if (path === '') throw new MongoError(16872, 'Location16872', "'$' by itself is not a valid FieldPath");
  if (path.endsWith('.')) throw new MongoError(40353, 'Location40353', "FieldPath must not end with a '.'.");
  if (path.includes('\0'))
    throw new MongoError(16411, 'Location16411', 'FieldPath field names may not contain a null byte.');
  const parts = path.split('.');
  if (parts.length > 200) throw new MongoError(15, 'Overflow', 'FieldPath is too long');
  for (const part of parts) {
    if (part === '') throw new MongoError(15998, 'Location15998', 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$'))
      throw new MongoError(
        16410,
        'Location16410',
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
  }
  return parts;
}

function compileArray(items: readonly unknown[], scope: Scope): Evaluate {
  const parts = items.map((item) => compileExpression(item, scope));
  return (frame) => weighed(parts.map((evaluate) => evaluate(frame) ?? null));
}

function compileObject(spec: Doc, keys: readonly string[], scope: Scope): Evaluate {
  const fields = keys.map((key) => {
    if (key.includes('.'))
      throw new MongoError(
        16405,
        'Location16405',
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      );
    if (key.startsWith('$'))
      throw new MongoError(
        16410,
        'Location16410',
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    return { key, evaluate: compileExpression(spec[key], scope) };
  });
  return (frame) => {
    const made: Doc = {};
    for (const { key, evaluate } of fields) {
      const value = evaluate(frame);
      if (value !== undefined) setField(made, key, value);
    }
    return weighed(made);
  };
}
