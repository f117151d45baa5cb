/** Comparison, boolean and conditional operators. Comparison is BSON's, across types. */
import { compareValues } from '../../values/order.ts';
import { isPlainObject } from '../../values/types.ts';
import { binary, namedFields, positional, unary } from './arguments.ts';
import { compileExpression, type Evaluate, type OperatorCompiler } from './compile.ts';
import { int } from './numbers.ts';
import { fail, isNullish, isTruthy, show } from './values.ts';

function comparison(answer: (order: number) => unknown): OperatorCompiler {
  return binary((a, b, _name, { env }) => answer(compareWithMissing(a, b, env.collation)));
}

/** Missing sorts before everything, null included: `$eq` of a missing field and null is false. */
export function compareWithMissing(a: unknown, b: unknown, collation?: Parameters<typeof compareValues>[2]): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareValues(a, b, collation);
}

const and: OperatorCompiler = (argument, scope, name) => {
  const parts = positional(argument, scope, name, 0, Infinity);
  return (frame) => parts.every((evaluate) => isTruthy(evaluate(frame)));
};

const or: OperatorCompiler = (argument, scope, name) => {
  const parts = positional(argument, scope, name, 0, Infinity);
  return (frame) => parts.some((evaluate) => isTruthy(evaluate(frame)));
};

const cond: OperatorCompiler = (argument, scope, name) => {
  let parts: readonly unknown[];
  if (isPlainObject(argument)) {
    for (const key of Object.keys(argument))
      if (!['if', 'then', 'else'].includes(key)) fail(17083, `Unrecognized parameter to $cond: ${key}`);
    for (const [key, code] of [
      ['if', 17080],
      ['then', 17081],
      ['else', 17082],
    ] as const)
      if (!Object.hasOwn(argument, key)) fail(code, `Missing '${key}' parameter to $cond`);
    parts = [argument.if, argument.then, argument.else];
  } else parts = Array.isArray(argument) ? argument : [argument];
  const [test, yes, no] = positional(parts, scope, name, 3) as [Evaluate, Evaluate, Evaluate];
  return (frame) => (isTruthy(test(frame)) ? yes(frame) : no(frame));
};

const ifNull: OperatorCompiler = (argument, scope) => {
  const given = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  if (given.length < 2) fail(1257300, `$ifNull needs at least two arguments, had: ${given.length}`);
  const parts = given.map((item) => compileExpression(item, scope));
  return (frame) => {
    let value: unknown;
    for (const evaluate of parts) {
      value = evaluate(frame);
      if (!isNullish(value)) return value;
    }
    return value;
  };
};

const switchCase: OperatorCompiler = (argument, scope, name) => {
  if (!isPlainObject(argument)) fail(40060, `$switch requires an object as an argument, found: ${show(argument)}`);
  const fields = namedFields(argument, name, {
    required: [],
    optional: ['branches', 'default'],
    codes: { unknown: 40067 },
  });
  const listed = fields.branches;
  if (!Array.isArray(listed)) fail(40061, "$switch expected an array for 'branches'");
  if (listed.length === 0) fail(40068, '$switch requires at least one branch.');
  const branches = (listed as unknown[]).map((branch) => {
    if (!isPlainObject(branch)) fail(40062, '$switch expected each branch to be an object');
    for (const key of Object.keys(branch))
      if (key !== 'case' && key !== 'then') fail(40063, `$switch found an unknown argument to a branch: ${key}`);
    if (!Object.hasOwn(branch, 'case')) fail(40064, "$switch requires each branch have a 'case' expression");
    if (!Object.hasOwn(branch, 'then')) fail(40065, "$switch requires each branch have a 'then' expression.");
    return { test: compileExpression(branch.case, scope), then: compileExpression(branch.then, scope) };
  });
  const otherwise = Object.hasOwn(fields, 'default') ? compileExpression(fields.default, scope) : undefined;
  return (frame) => {
    for (const { test, then } of branches) if (isTruthy(test(frame))) return then(frame);
    if (!otherwise) fail(40066, '$switch could not find a matching branch for an input, and no default was specified.');
    return otherwise(frame);
  };
};

export const logic: Readonly<Record<string, OperatorCompiler>> = {
  $cmp: comparison((order) => int(Math.sign(order))),
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $and: and,
  $or: or,
  $not: unary((value) => !isTruthy(value)),
  $cond: cond,
  $ifNull: ifNull,
  $switch: switchCase,
};
