/** Operators that fit nowhere else: literals, chance, and the accumulators in their form over an array or a list of values. */
import { createAvg, createPercentiles, createStdDev, sumOf } from '../accumulate/numeric.ts';
import { type Accumulator } from '../accumulate/accumulator.ts';
import { createExtreme } from '../accumulate/picking.ts';
import { compileExpression, type OperatorCompiler } from './compile.ts';
import { namedFields, several } from './arguments.ts';
import { asNumber, double, kindOf } from './numbers.ts';
import { fail, nameOfType, show } from './values.ts';
import { createHash } from 'node:crypto';
import { Long } from 'bson';
import { encodeKey } from '../../values/keys.ts';
import { unary } from './arguments.ts';

/** One operand that is an array stands for its elements. */
function spread(values: readonly unknown[]): readonly unknown[] {
  return values.length === 1 && Array.isArray(values[0]) ? (values[0] as unknown[]) : values;
}

const over = (create: (collation: Parameters<typeof createExtreme>[1]) => Accumulator): OperatorCompiler =>
  several(1, Infinity, (values, _name, { env }) => {
    const accumulator = create(env.collation);
    for (const value of spread(values)) accumulator.add(value);
    return accumulator.answer();
  });

const literal: OperatorCompiler = (argument) => () => argument;

const percentile =
  (isMedian: boolean): OperatorCompiler =>
  (argument, scope, name) => {
    const fields = namedFields(argument, name, { required: isMedian ? ['input', 'method'] : ['input', 'p', 'method'] });
    const input = compileExpression(fields.input, scope);
    const ranks = isMedian ? [0.5] : percentileRanks(fields.p);
    return (frame) => {
      const accumulator = createPercentiles(ranks, isMedian);
      const value = input(frame);
      for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) accumulator.add(item);
      return accumulator.answer();
    };
  };

export function percentileRanks(p: unknown): readonly number[] {
  if (!Array.isArray(p) || p.length === 0)
    fail(7750301, "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]");
  return (p as unknown[]).map((rank) => {
    const n = kindOf(rank) === undefined ? NaN : asNumber(rank);
    if (!(n >= 0 && n <= 1))
      fail(7750303, `The $percentile 'p' field must be an array of numbers from [0.0, 1.0], but found: ${show(rank)}`);
    return n;
  });
}

const refuse: OperatorCompiler = (_argument, _scope, name) =>
  fail(31264, `${name} is not supported: this engine runs no JavaScript from queries`);

export const misc: Readonly<Record<string, OperatorCompiler>> = {
  $literal: literal,
  $const: literal,
  $rand: () => () => double(Math.random()),
  $sampleRate: (argument) => {
    const rate =
      kindOf(argument) === undefined
        ? fail(9, `argument to $sampleRate must be a numeric type, not ${nameOfType(argument)}`, 'FailedToParse')
        : asNumber(argument);
    return () => Math.random() < rate;
  },
  $sum: several(1, Infinity, (values) => sumOf(spread(values))),
  $avg: over(createAvg),
  $min: over((collation) => createExtreme(1, collation)),
  $max: over((collation) => createExtreme(-1, collation)),
  $stdDevPop: over(() => createStdDev(false)),
  $stdDevSamp: over(() => createStdDev(true)),
  $median: percentile(true),
  $percentile: percentile(false),
  $toHashedIndexKey: unary((value) =>
    Long.fromBigInt(createHash('md5').update(encodeKey(value)).digest().readBigInt64LE()),
  ),
  $function: refuse,
  $accumulator: refuse,
  $where: refuse,
};
