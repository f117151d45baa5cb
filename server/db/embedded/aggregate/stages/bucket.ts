/** `$bucket` and `$bucketAuto`. */
import { type Doc } from '../../values/codec.ts';
import { compareValues } from '../../values/order.ts';
import { isPlainObject, typeRank } from '../../values/types.ts';
import { type Accumulator } from '../accumulate/accumulator.ts';
import { compileAccumulator } from '../accumulate/compile.ts';
import { compileExpression, frameOf } from '../expression/compile.ts';
import { asNumber, double, isInt32, kindOf } from '../expression/numbers.ts';
import { fail, setField } from '../expression/values.ts';
import { sortStream } from '../spill/sort.ts';
import { spoolStream } from '../spill/spool.ts';
import { needObject, type StageCompiler, type StageContext, stream } from '../stage.ts';
import { groupBy } from './group.ts';
import { roundUp } from './granularity.ts';

function outputFields(output: unknown, { scope }: StageContext, code: number) {
  const spec =
    output === undefined ? { count: { $sum: 1 } } : needObject(output, code, "The 'output' field must be an object");
  return Object.keys(spec).map((name) => ({ name, accumulator: compileAccumulator(name, spec[name], scope) }));
}

export const bucket: StageCompiler = (spec, context) => {
  const fields = needObject(spec, 40201, 'Argument to $bucket stage must be an object');
  for (const key of Object.keys(fields))
    if (!['groupBy', 'boundaries', 'default', 'output'].includes(key))
      fail(40197, `Unrecognized option to $bucket: ${key}`);
  const { groupBy: by, boundaries: listed } = fields;
  if (by === undefined || listed === undefined)
    fail(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  if (!isExpression(by))
    fail(40202, "The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression");
  if (!Array.isArray(listed)) fail(40200, "The $bucket 'boundaries' field must be an array");
  const { scope } = context;
  const boundaries = (listed as unknown[]).map((boundary) => compileExpression(boundary, scope)(frameOf({})));
  if (boundaries.length < 2) fail(40192, "The $bucket 'boundaries' field must have at least 2 values");
  for (let i = 1; i < boundaries.length; i++) {
    if (typeRank(boundaries[i]) !== typeRank(boundaries[i - 1]))
      fail(40193, "All values in the 'boundaries' option to $bucket must have the same type");
    if (compareValues(boundaries[i - 1], boundaries[i]) >= 0)
      fail(40194, "The 'boundaries' option to $bucket must be sorted in ascending order");
  }
  const hasDefault = Object.hasOwn(fields, 'default');
  const spare = hasDefault ? compileExpression(fields.default, scope)(frameOf({})) : undefined;
  const inside = (value: unknown): boolean =>
    compareValues(value, boundaries[0]) >= 0 && compareValues(value, boundaries.at(-1)) < 0;
  if (hasDefault && typeRank(spare) === typeRank(boundaries[0]) && inside(spare))
    fail(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  const value = compileExpression(by, scope);
  const id = (frame: ReturnType<typeof frameOf>): unknown => {
    const found = value(frame) ?? null;
    if (inside(found)) return boundaries.findLast((boundary) => compareValues(boundary, found) <= 0);
    if (!hasDefault)
      fail(40066, '$switch could not find a matching branch for an input, and no default was specified.');
    return spare;
  };
  const grouped = groupBy({ id, fields: outputFields(fields.output, context, 40196) }, context, '$bucket');
  const order = { keysOf: (doc: Doc) => doc._id, compare: (a: unknown, b: unknown) => compareValues(a, b) };
  return stream((source) => sortStream(grouped.kind === 'stream' ? grouped.run(source) : source, order, context));
};

const isExpression = (by: unknown): boolean =>
  (typeof by === 'string' && by.startsWith('$')) || (isPlainObject(by) && Object.keys(by)[0]?.startsWith('$') === true);

/** Sorts by the expression, then cuts the stream into parts of about the same size; equal values stay together. */
export const bucketAuto: StageCompiler = (spec, context) => {
  const fields = needObject(spec, 40240, 'The argument to $bucketAuto must be an object');
  for (const key of Object.keys(fields))
    if (!['groupBy', 'buckets', 'output', 'granularity'].includes(key))
      fail(40245, `Unrecognized option to $bucketAuto: ${key}`);
  const { groupBy: by, buckets } = fields;
  const granularity = granularityOf(fields.granularity);
  if (by === undefined || buckets === undefined)
    fail(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  if (!isExpression(by))
    fail(40239, "The $bucketAuto 'groupBy' field must be defined as a $-prefixed path or an expression");
  const n =
    kindOf(buckets) === undefined
      ? fail(40241, "The $bucketAuto 'buckets' field must be a numeric value")
      : asNumber(buckets);
  if (!isInt32(n)) fail(40242, "The $bucketAuto 'buckets' field must be representable as a 32-bit integer");
  if (n <= 0) fail(40243, "The $bucketAuto 'buckets' field must be greater than 0");
  const value = compileExpression(by, context.scope);
  const output = outputFields(fields.output, context, 40244);
  const valueOf = (doc: Doc): unknown => value(frameOf(doc)) ?? null;
  const order = { keysOf: valueOf, compare: (a: unknown, b: unknown) => compareValues(a, b, context.env.collation) };

  return stream(async function* (source) {
    const spool = await spoolStream(sortStream(source, order, context), context, '$bucketAuto');
    try {
      yield* cut(spool.read(), spool.count);
    } finally {
      await spool.close();
    }
  });

  async function* cut(docs: AsyncIterable<Doc>, total: number): AsyncGenerator<Doc> {
    const size = Math.max(1, Math.round(total / n));
    let made = 0;
    let held: { min: unknown; max: unknown; count: number; readonly states: readonly Accumulator[] } | undefined;
    let floor: unknown;
    const finish = (bucketNow: NonNullable<typeof held>, max: unknown): Doc => {
      const doc: Doc = { _id: { min: bucketNow.min, max } };
      output.forEach(({ name }, i) => setField(doc, name, bucketNow.states[i]!.answer()));
      made++;
      return doc;
    };
    for await (const doc of docs) {
      const found = valueOf(doc);
      if (granularity !== undefined && (kindOf(found) === undefined || asNumber(found) < 0))
        fail(40258, "$bucketAuto can specify a 'granularity' with numeric boundaries only");
      if (held && held.count >= size && made < n - 1 && startsNext(held, found)) {
        const max = granularity === undefined ? found : double(roundUp(asNumber(held.max), granularity));
        yield finish(held, max);
        floor = granularity === undefined ? found : max;
        held = undefined;
      }
      held ??= {
        min: floor ?? (granularity === undefined ? found : double(roundDownOf(found, granularity))),
        max: found,
        count: 0,
        states: output.map(({ accumulator }) => accumulator.create()),
      };
      held.max = found;
      held.count++;
      output.forEach(({ accumulator }, i) => held!.states[i]!.add(accumulator.value(frameOf(doc))));
    }
    if (held)
      yield finish(held, granularity === undefined ? held.max : double(roundUp(asNumber(held.max), granularity)));
  }

  function startsNext(held: { readonly max: unknown }, found: unknown): boolean {
    if (granularity === undefined) return compareValues(found, held.max, context.env.collation) !== 0;
    return asNumber(found) >= roundUp(asNumber(held.max), granularity);
  }
};

const roundDownOf = (value: unknown, granularity: string): number =>
  asNumber(value) === 0 ? 0 : roundUp(asNumber(value), granularity, true);

function granularityOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return fail(40261, "The $bucketAuto 'granularity' field must be a string");
}
