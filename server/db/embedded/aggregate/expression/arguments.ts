/** The shapes operators are written in: one value, two, several in order, or several by name. */
import { isPlainObject } from '../../values/types.ts';
import { compileExpression, type Evaluate, type OperatorCompiler, type Scope } from './compile.ts';
import { fail, isNullish } from './values.ts';

export function positional(argument: unknown, scope: Scope, name: string, min: number, max = min): Evaluate[] {
  const given = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  if (given.length < min || given.length > max) {
    const wanted =
      min === max
        ? `exactly ${min}`
        : max === Infinity
          ? `at least ${min}`
          : `at least ${min} arguments, and at most ${max}`;
    const code = min === max ? 16020 : 28667;
    fail(code, `Expression ${name} takes ${wanted} arguments. ${given.length} were passed in.`);
  }
  return given.map((item) => compileExpression(item, scope));
}

/** One value in, one out. */
export function unary(calculate: (value: unknown, name: string) => unknown): OperatorCompiler {
  return (argument, scope, name) => {
    const [evaluate] = positional(argument, scope, name, 1) as [Evaluate];
    return (frame) => calculate(evaluate(frame), name);
  };
}

/** Like `unary`; null and missing give null without asking. */
export function unaryOrNull(calculate: (value: unknown, name: string) => unknown): OperatorCompiler {
  return unary((value, name) => (isNullish(value) ? null : calculate(value, name)));
}

export function binary(calculate: (a: unknown, b: unknown, name: string, scope: Scope) => unknown): OperatorCompiler {
  return (argument, scope, name) => {
    const [first, second] = positional(argument, scope, name, 2) as [Evaluate, Evaluate];
    return (frame) => calculate(first(frame), second(frame), name, scope);
  };
}

/** Between `min` and `max` values in order. */
export function several(
  min: number,
  max: number,
  calculate: (values: unknown[], name: string, scope: Scope) => unknown,
): OperatorCompiler {
  return (argument, scope, name) => {
    const parts = positional(argument, scope, name, min, max);
    return (frame) =>
      calculate(
        parts.map((evaluate) => evaluate(frame)),
        name,
        scope,
      );
  };
}

/** The fields of an operator written as an object: which it must have, which it may have. */
export interface NamedShape {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** The code for a field it does not know, for a missing one, and for an argument that is no object. */
  readonly codes?: { readonly unknown?: number; readonly missing?: number; readonly shape?: number };
}

export function namedFields(argument: unknown, name: string, shape: NamedShape): Record<string, unknown> {
  const { required, optional = [], codes = {} } = shape;
  if (!isPlainObject(argument))
    fail(
      codes.shape ?? 9,
      `${name} only supports an object as its argument`,
      codes.shape === undefined ? 'FailedToParse' : undefined,
    );
  for (const key of Object.keys(argument))
    if (!required.includes(key) && !optional.includes(key))
      fail(
        codes.unknown ?? 9,
        `Unrecognized argument to ${name}: ${key}`,
        codes.unknown === undefined ? 'FailedToParse' : undefined,
      );
  for (const key of required)
    if (!Object.hasOwn(argument, key))
      fail(
        codes.missing ?? 9,
        `Missing '${key}' parameter to ${name}`,
        codes.missing === undefined ? 'FailedToParse' : undefined,
      );
  return argument;
}

/** An operator whose fields are all expressions. */
export function named(
  shape: NamedShape,
  calculate: (values: Readonly<Record<string, unknown>>, name: string, scope: Scope) => unknown,
): OperatorCompiler {
  return (argument, scope, name) => {
    const fields = namedFields(argument, name, shape);
    const parts = Object.keys(fields).map((key) => ({ key, evaluate: compileExpression(fields[key], scope) }));
    return (frame) => {
      const values: Record<string, unknown> = {};
      for (const { key, evaluate } of parts) values[key] = evaluate(frame);
      return calculate(values, name, scope);
    };
  };
}
