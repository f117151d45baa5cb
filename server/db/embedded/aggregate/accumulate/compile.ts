/** An accumulator as a stage writes it, `{ $sum: '$qty' }`: what to take from each document, and how to start a group. */
import { createSorter } from '../../sort/sorter.ts';
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { countOf } from '../expression/arrays.ts';
import { namedFields } from '../expression/arguments.ts';
import { compileExpression, type Evaluate, frameOf, type Frame, type Scope } from '../expression/compile.ts';
import { percentileRanks } from '../expression/misc.ts';
import { fail, show } from '../expression/values.ts';
import { compareValues } from '../../values/order.ts';
import { type CreateAccumulator } from './accumulator.ts';
import { createAvg, createCount, createPercentiles, createStdDev, createSum } from './numeric.ts';
import {
  createAddToSet,
  createConcatArrays,
  createEnds,
  createExtreme,
  createFirst,
  createLast,
  createMergeObjects,
  createPush,
  createTopN,
} from './picking.ts';

export interface CompiledAccumulator {
  readonly value: Evaluate;
  readonly create: CreateAccumulator;
}

type Compile = (argument: unknown, scope: Scope, name: string) => CompiledAccumulator;

/** An accumulator over one expression. */
const simple =
  (create: (scope: Scope) => CreateAccumulator): Compile =>
  (argument, scope, name) => {
    if (Array.isArray(argument) && argument.length !== 1) fail(40237, `The ${name} accumulator is a unary operator`);
    const operand: unknown = Array.isArray(argument) ? argument[0] : argument;
    return { value: compileExpression(operand, scope), create: create(scope) };
  };

const count: Compile = (argument) => {
  if (!isPlainObject(argument) || Object.keys(argument).length > 0)
    fail(9, '$count takes no arguments, i.e. $count:{}', 'FailedToParse');
  return { value: () => 1, create: createCount };
};

/** `n` may not look at a document: groups do not have one. */
function constantN(expression: unknown, scope: Scope, name: string): number {
  return countOf(compileExpression(expression, scope)(frameOf({})), name);
}

const ends =
  (isFirst: boolean): Compile =>
  (argument, scope, name) => {
    const { input, n } = namedFields(argument, name, {
      required: ['input', 'n'],
      codes: { unknown: 5787901, missing: 5787906, shape: 5787900 },
    });
    const most = constantN(n, scope, name);
    return { value: compileExpression(input, scope), create: () => createEnds(most, isFirst) };
  };

/** `$minN` and `$maxN`: null and missing do not take part. */
const extremes =
  (isMin: boolean): Compile =>
  (argument, scope, name) => {
    const { input, n } = namedFields(argument, name, {
      required: ['input', 'n'],
      codes: { unknown: 5787901, missing: 5787906, shape: 5787900 },
    });
    const most = constantN(n, scope, name);
    const evaluate = compileExpression(input, scope);
    const compare = (a: readonly unknown[], b: readonly unknown[]): number =>
      (isMin ? 1 : -1) * compareValues(a[0], b[0], scope.env.collation);
    return {
      value: evaluate,
      create() {
        const top = createTopN(most, compare, false, false);
        return {
          ...top,
          add: (value) => (value === null || value === undefined ? 0 : top.add({ keys: [value], output: value })),
        };
      },
    };
  };

const ranked =
  (isSingle: boolean, isBottom: boolean): Compile =>
  (argument, scope, name) => {
    const fields = namedFields(argument, name, {
      required: isSingle ? ['sortBy', 'output'] : ['sortBy', 'output', 'n'],
      codes: { unknown: 5788002, missing: 5788003, shape: 5788001 },
    });
    const { sortBy } = fields;
    if (!isPlainObject(sortBy)) fail(5788604, `${name} requires that sortBy be an object, found: ${show(sortBy)}`);
    const most = isSingle ? 1 : constantN(fields.n, scope, name);
    const output = compileExpression(fields.output, scope);
    const sorter = createSorter(sortBy, scope.env.collation);
    return {
      value: (frame: Frame) => ({ keys: sorter.keysOf(frame.root as Doc), output: output(frame) }),
      create: () => createTopN(most, (a, b) => sorter.compare(a, b), isSingle, isBottom),
    };
  };

const percentile =
  (isMedian: boolean): Compile =>
  (argument, scope, name) => {
    const fields = namedFields(argument, name, { required: isMedian ? ['input', 'method'] : ['input', 'p', 'method'] });
    const ranks = isMedian ? [0.5] : percentileRanks(compileExpression(fields.p, scope)(frameOf({})));
    return { value: compileExpression(fields.input, scope), create: () => createPercentiles(ranks, isMedian) };
  };

const refused: Compile = (_argument, _scope, name) =>
  fail(31264, `${name} is not supported: this engine runs no JavaScript from queries`);

const accumulators: Readonly<Record<string, Compile>> = {
  $sum: simple(() => createSum),
  $avg: simple(() => createAvg),
  $min: simple(
    ({ env }) =>
      () =>
        createExtreme(1, env.collation),
  ),
  $max: simple(
    ({ env }) =>
      () =>
        createExtreme(-1, env.collation),
  ),
  $first: simple(() => createFirst),
  $last: simple(() => createLast),
  $push: simple(() => createPush),
  $addToSet: simple(
    ({ env }) =>
      () =>
        createAddToSet(env.collation),
  ),
  $mergeObjects: simple(() => createMergeObjects),
  $concatArrays: simple(
    ({ env }) =>
      () =>
        createConcatArrays(false, env.collation),
  ),
  $setUnion: simple(
    ({ env }) =>
      () =>
        createConcatArrays(true, env.collation),
  ),
  $stdDevPop: simple(() => () => createStdDev(false)),
  $stdDevSamp: simple(() => () => createStdDev(true)),
  $count: count,
  $firstN: ends(true),
  $lastN: ends(false),
  $minN: extremes(true),
  $maxN: extremes(false),
  $top: ranked(true, false),
  $bottom: ranked(true, true),
  $topN: ranked(false, false),
  $bottomN: ranked(false, true),
  $median: percentile(true),
  $percentile: percentile(false),
  $accumulator: refused,
  $function: refused,
};

export const isAccumulator = (name: string): boolean => Object.hasOwn(accumulators, name);

/** One output field of `$group`, `$bucket` and their like. */
export function compileAccumulator(field: string, spec: unknown, scope: Scope): CompiledAccumulator {
  if (field.includes('.')) fail(40235, `The field name '${field}' cannot contain '.'`);
  if (field.startsWith('$')) fail(40236, `The field name '${field}' cannot be an operator name`);
  if (!isPlainObject(spec)) fail(40234, `The field '${field}' must be an accumulator object`);
  const names = Object.keys(spec);
  const name = names[0];
  if (name === undefined || names.length !== 1) fail(40238, `The field '${field}' must specify one accumulator`);
  const compile = Object.hasOwn(accumulators, name) ? accumulators[name] : undefined;
  if (!compile) fail(15952, `unknown group operator '${name}'`);
  return compile(spec[name], scope, name);
}
