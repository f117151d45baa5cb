/** Operators that bind a variable and evaluate an expression under it: `$let`, `$map`, `$filter`, `$reduce`. */
import { isPlainObject } from '../../values/types.ts';
import { namedFields } from './arguments.ts';
import { bind, compileExpression, type OperatorCompiler, step } from './compile.ts';
import { asNumber, kindOf } from './numbers.ts';
import { fail, isNullish, isTruthy, nameOfType } from './values.ts';

const letIn: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument)) fail(16874, '$let only supports an object as its argument');
  const fields = namedFields(argument, name, { required: ['vars', 'in'], codes: { unknown: 16875, missing: 16876 } });
  const { vars } = fields;
  if (!isPlainObject(vars)) fail(10065, 'invalid parameter: expected an object (vars)');
  let inner = scope;
  const bound = Object.keys(vars).map((key) => {
    checkVariableName(key);
    const made = bind(inner, key);
    inner = made.scope;
    return { slot: made.slot, evaluate: compileExpression(vars[key], { ...scope, depth: made.scope.depth }) };
  });
  const body = compileExpression(fields.in, inner);
  return (frame) => {
    const values = bound.map(({ evaluate }) => evaluate(frame));
    bound.forEach(({ slot }, i) => (frame.slots[slot] = values[i]));
    return body(frame);
  };
};

const map: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument)) fail(16878, '$map only supports an object as its argument');
  const fields = namedFields(argument, name, {
    required: ['input', 'in'],
    optional: ['as', 'arrayIndexAs'],
    codes: { unknown: 16879, missing: 16882 },
  });
  const input = compileExpression(fields.input, scope);
  const item = bind(scope, variableName(fields.as));
  const body = compileExpression(fields.in, item.scope);
  return (frame) => {
    const items = input(frame);
    if (isNullish(items)) return null;
    if (!Array.isArray(items)) fail(16883, `input to $map must be an array not ${nameOfType(items)}`);
    return items.map((value: unknown) => {
      step(frame);
      frame.slots[item.slot] = value;
      return body(frame) ?? null;
    });
  };
};

const filter: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument)) fail(28646, '$filter only supports an object as its argument');
  const fields = namedFields(argument, name, {
    required: ['input', 'cond'],
    optional: ['as', 'limit'],
    codes: { unknown: 28647, missing: 28648 },
  });
  const input = compileExpression(fields.input, scope);
  const limit = Object.hasOwn(fields, 'limit') ? compileExpression(fields.limit, scope) : undefined;
  const item = bind(scope, variableName(fields.as));
  const test = compileExpression(fields.cond, item.scope);
  return (frame) => {
    const items = input(frame);
    if (isNullish(items)) return null;
    if (!Array.isArray(items)) fail(28651, `input to $filter must be an array not ${nameOfType(items)}`);
    const most = limit ? limitOf(limit(frame)) : Infinity;
    const kept: unknown[] = [];
    for (const value of items as unknown[]) {
      if (kept.length >= most) break;
      step(frame);
      frame.slots[item.slot] = value;
      if (isTruthy(test(frame))) kept.push(value);
    }
    return kept;
  };
};

function limitOf(value: unknown): number {
  if (isNullish(value)) return Infinity;
  const n = kindOf(value) === undefined ? NaN : asNumber(value);
  if (!Number.isInteger(n)) fail(327391, '$filter: limit must be represented as a 32-bit integral value');
  if (n <= 0) fail(327392, `$filter: limit must be greater than 0, found value: ${n}`);
  return n;
}

const reduce: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument))
    fail(40075, '$reduce requires an object as an argument, found: ' + nameOfType(argument));
  const fields = namedFields(argument, name, {
    required: ['input', 'initialValue', 'in'],
    codes: { unknown: 40076, missing: 40077 },
  });
  const input = compileExpression(fields.input, scope);
  const initial = compileExpression(fields.initialValue, scope);
  const value = bind(scope, 'value');
  const item = bind(value.scope, 'this');
  const body = compileExpression(fields.in, item.scope);
  return (frame) => {
    const items = input(frame);
    if (isNullish(items)) return null;
    if (!Array.isArray(items)) fail(40080, `$reduce requires that 'input' be an array, found: ${nameOfType(items)}`);
    let result = initial(frame);
    for (const next of items as unknown[]) {
      step(frame);
      frame.slots[value.slot] = result;
      frame.slots[item.slot] = next;
      result = body(frame);
    }
    return result;
  };
};

function variableName(name: unknown): string {
  if (name === undefined) return 'this';
  if (typeof name !== 'string') fail(16866, 'empty variable names are not allowed');
  checkVariableName(name);
  return name;
}

/** User variables begin with a lower case letter; CURRENT may be bound anew. */
export function checkVariableName(name: string): void {
  if (name === 'CURRENT') return;
  if (name === '') fail(16866, 'empty variable names are not allowed');
  if (!/^[a-z\u0080-\uffff]/.test(name))
    fail(16867, `'${name}' starts with an invalid character for a user variable name`);
  if (!/^[A-Za-z0-9_\u0080-\uffff]+$/.test(name))
    fail(16868, `'${name}' contains an invalid character for a variable name`);
}

export const variables: Readonly<Record<string, OperatorCompiler>> = {
  $let: letIn,
  $map: map,
  $filter: filter,
  $reduce: reduce,
};
