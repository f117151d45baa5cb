/** The functions of `$setWindowFields`: every accumulator over a window, and those that exist only here. */
import { Decimal128 } from 'bson';
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { compileAccumulator, isAccumulator } from '../accumulate/compile.ts';
import { namedFields } from '../expression/arguments.ts';
import { compileExpression, frameOf, type Evaluate, type Scope } from '../expression/compile.ts';
import { asDecimal, asNumber, double, int, isNumeric } from '../expression/numbers.ts';
import * as decimal from '../expression/decimal.ts';
import { fail, isNullish, show } from '../expression/values.ts';
import { covariance, rateOrArea } from './analysis.ts';
import { type Bounds, compileBounds } from './bounds.ts';
import { type WindowFunction } from './partition.ts';

export function compileWindowFunction(field: string, spec: unknown, scope: Scope, isSorted: boolean): WindowFunction {
  if (!isPlainObject(spec)) fail(9, `The field '${field}' must be an object`, 'FailedToParse');
  const { window, ...rest } = spec;
  const [name = ''] = Object.keys(rest);
  const argument = rest[name];
  if (Object.keys(rest).length !== 1) fail(9, 'Expected a $-prefixed window function', 'FailedToParse');
  const needsOrder = (): void => {
    if (!isSorted)
      fail(5371602, `${name} must be specified with a top level sortBy expression with exactly one element`);
  };
  switch (name) {
    case '$rank':
    case '$denseRank':
    case '$documentNumber':
      needsOrder();
      return counting(name);
    case '$shift':
      needsOrder();
      return shift(argument, scope);
    case '$expMovingAvg':
      needsOrder();
      return movingAverage(argument, scope);
    case '$locf':
      return carryForward(compileExpression(argument, scope));
    case '$linearFill':
      needsOrder();
      return linearFill(compileExpression(argument, scope));
    case '$derivative':
    case '$integral':
      needsOrder();
      return rateOrArea(name, argument, scope, compileBounds(window));
    case '$covariancePop':
    case '$covarianceSamp':
      return covariance(name === '$covarianceSamp', argument, scope, compileBounds(window));
    default:
  }
  if (!isAccumulator(name)) fail(9, `Unrecognized window function, ${name}`, 'FailedToParse');
  return accumulating(field.replaceAll('.', '_'), rest, scope, compileBounds(window));
}

const copy = (value: unknown): unknown =>
  Array.isArray(value) ? (value as unknown[]).slice() : isPlainObject(value) ? { ...value } : value;

function accumulating(field: string, spec: Doc, scope: Scope, bounds: Bounds): WindowFunction {
  const { value, create } = compileAccumulator(field, spec, scope);
  return async (partition, pace) => {
    const values = partition.docs.map((doc) => value(frameOf(doc)));
    const answers: unknown[] = [];
    let running = create();
    let taken = 0;
    let last: { readonly end: number; readonly answer: unknown } | undefined;
    for (let i = 0; i < values.length; i++) {
      const [first, end] = bounds.of(i, partition);
      if (!bounds.isGrowing) {
        running = create();
        taken = first;
      }
      if (!bounds.isGrowing || last?.end !== end) {
        for (; taken <= end; taken++) {
          running.add(values[taken]);
          const rest = pace.due();
          if (rest) await rest;
        }
        last = { end, answer: running.answer() };
      }
      answers.push(copy(last.answer));
      const rest = pace.due();
      if (rest) await rest;
    }
    return answers;
  };
}

const counting =
  (name: string): WindowFunction =>
  ({ docs, isTie }) => {
    let rank = 0;
    let dense = 0;
    const answers = docs.map((_doc, i) => {
      if (i === 0 || !isTie(i)) {
        rank = i + 1;
        dense++;
      }
      return int(name === '$documentNumber' ? i + 1 : name === '$rank' ? rank : dense);
    });
    return Promise.resolve(answers);
  };

function shift(argument: unknown, scope: Scope): WindowFunction {
  const fields = namedFields(argument, '$shift', { required: ['output', 'by'], optional: ['default'] });
  const { by } = fields;
  if (!isNumeric(by) || !Number.isInteger(asNumber(by)))
    fail(9, `'$shift:by' field must be an integer, but found by: ${show(by)}`, 'FailedToParse');
  const output = compileExpression(fields.output, scope);
  const spare = Object.hasOwn(fields, 'default') ? compileExpression(fields.default, scope)(frameOf({})) : null;
  return ({ docs }) =>
    Promise.resolve(
      docs.map((_doc, i) => {
        const other = docs[i + asNumber(by)];
        return other === undefined ? spare : (output(frameOf(other)) ?? null);
      }),
    );
}

function movingAverage(argument: unknown, scope: Scope): WindowFunction {
  const fields = namedFields(argument, '$expMovingAvg', { required: ['input'], optional: ['N', 'alpha'] });
  const { N: size, alpha: given } = fields;
  if ((size === undefined) === (given === undefined))
    fail(
      9,
      "$expMovingAvg sub object must have exactly two fields: An 'input' field, and either an 'N' field or an 'alpha' field",
      'FailedToParse',
    );
  if (size !== undefined && (!isNumeric(size) || !Number.isInteger(asNumber(size)) || asNumber(size) <= 0))
    fail(9, `'N' field must be an integer greater than zero`, 'FailedToParse');
  const alpha = size === undefined ? asNumber(given) : 2 / (asNumber(size) + 1);
  if (!(alpha > 0 && alpha < 1) && size === undefined)
    fail(9, "'alpha' must be between 0 and 1 (exclusive)", 'FailedToParse');
  const input = compileExpression(fields.input, scope);
  return ({ docs }) => {
    let average: number | undefined;
    let isDecimal = false;
    return Promise.resolve(
      docs.map((doc) => {
        const value = input(frameOf(doc));
        if (!isNumeric(value)) return average === undefined ? null : wrap(average, isDecimal);
        isDecimal ||= value instanceof Decimal128;
        average = average === undefined ? asNumber(value) : asNumber(value) * alpha + average * (1 - alpha);
        return wrap(average, isDecimal);
      }),
    );
  };
}

const wrap = (n: number, isDecimal: boolean): unknown =>
  isDecimal ? decimal.toDecimal128(decimal.fromDouble(n)) : double(n);

const carryForward =
  (input: Evaluate): WindowFunction =>
  ({ docs }) => {
    let last: unknown = null;
    return Promise.resolve(
      docs.map((doc) => {
        const value = input(frameOf(doc));
        if (!isNullish(value)) last = value;
        return last;
      }),
    );
  };

const linearFill =
  (input: Evaluate): WindowFunction =>
  ({ docs, sortValues }) => {
    const values = docs.map((doc) => input(frameOf(doc)));
    const position = sortValues.map((value) =>
      value instanceof Date
        ? value.getTime()
        : isNumeric(value)
          ? asNumber(value)
          : fail(605001, '$linearFill needs a sortBy field of numbers or dates'),
    );
    const known = values.flatMap((value, i) => (isNullish(value) ? [] : [i]));
    let next = 0;
    return Promise.resolve(
      values.map((value, i) => {
        if (!isNullish(value)) return value;
        while (next < known.length && known[next]! < i) next++;
        const [before, after] = [known[next - 1], known[next]];
        if (before === undefined || after === undefined) return null;
        const share = (position[i]! - position[before]!) / (position[after]! - position[before]!);
        const [from, to] = [values[before], values[after]];
        if (!isNumeric(from) || !isNumeric(to)) return fail(605002, 'Value to be filled must be numeric or nullish');
        const filled = asNumber(from) + share * (asNumber(to) - asNumber(from));
        return from instanceof Decimal128 || to instanceof Decimal128
          ? decimal.toDecimal128(
              decimal.add(
                asDecimal(from),
                decimal.multiply(
                  decimal.fromDouble(share),
                  decimal.add(asDecimal(to), decimal.negate(asDecimal(from))),
                ),
              ),
            )
          : double(filled);
      }),
    );
  };
