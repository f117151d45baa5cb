/** `$setWindowFields` and `$fill`: the stream is sorted by partition, and one partition at a time is held in memory. */
import { createSorter, type SortKeys } from '../../sort/sorter.ts';
import { type Doc } from '../../values/codec.ts';
import { compareValues } from '../../values/order.ts';
import { isPlainObject } from '../../values/types.ts';
import { sizeOf } from '../accumulate/size.ts';
import { compileExpression, frameOf, parsePath } from '../expression/compile.ts';
import { fail, readFieldPath } from '../expression/values.ts';
import { sortStream } from '../spill/sort.ts';
import { needObject, type StageCompiler, stream } from '../stage.ts';
import { checkSort } from '../stages/checksort.ts';
import { replaceAt } from '../stages/unwind.ts';
import { compileWindowFunction } from './functions.ts';

interface Keys {
  readonly group: unknown;
  readonly sort: SortKeys;
}

export const setWindowFields: StageCompiler = (spec, context) => {
  const { env, scope, pace, budget } = context;
  const fields = needObject(spec, 9, 'the $setWindowFields stage specification must be an object');
  for (const key of Object.keys(fields))
    if (!['partitionBy', 'sortBy', 'output'].includes(key))
      fail(40415, `BSON field '$setWindowFields.${key}' is an unknown field.`);
  const { partitionBy = null, sortBy, output } = fields;
  if (!isPlainObject(output)) fail(40414, "BSON field '$setWindowFields.output' is missing but a required field");
  const order = sortBy === undefined ? {} : checkSort(sortBy);
  const sortField = Object.keys(order).length === 1 ? Object.keys(order)[0] : undefined;
  const sortParts = sortField === undefined ? undefined : parsePath(sortField);
  const sorter = sortBy === undefined ? undefined : createSorter(order, env.collation);
  const groupOf = compileExpression(partitionBy, scope);
  const outputs = Object.keys(output).map((field) => ({
    path: parsePath(field),
    compute: compileWindowFunction(field, output[field], scope, sortBy !== undefined),
  }));
  const keysOf = (doc: Doc): Keys => {
    const group = groupOf(frameOf(doc)) ?? null;
    if (Array.isArray(group))
      fail(14, 'An expression used to partition cannot evaluate to value of type array', 'TypeMismatch');
    return { group, sort: sorter?.keysOf(doc) ?? [] };
  };
  const compareSort = (a: Keys, b: Keys): number => sorter?.compare(a.sort, b.sort) ?? 0;
  const compare = (a: Keys, b: Keys): number => compareValues(a.group, b.group, env.collation) || compareSort(a, b);

  async function* compute(held: readonly Doc[], keys: readonly Keys[]): AsyncGenerator<Doc> {
    const sortValues = sortParts ? held.map((doc) => readFieldPath(doc, sortParts) ?? null) : [];
    const partition = {
      docs: held,
      length: held.length,
      sortValues,
      isTie: (i: number) => compareSort(keys[i - 1]!, keys[i]!) === 0,
    };
    const columns: unknown[][] = [];
    for (const { compute: values } of outputs) columns.push(await values(partition, pace));
    for (const [i, doc] of held.entries()) {
      const rest = pace.due();
      if (rest) await rest;
      yield outputs.reduce((made, { path }, o) => replaceAt(made, path, columns[o]?.[i] ?? null), doc);
    }
  }

  return stream(async function* (source) {
    let held: Doc[] = [];
    let keys: Keys[] = [];
    let bytes = 0;
    for await (const doc of sortStream(source, { keysOf, compare }, context, '$setWindowFields')) {
      const key = keysOf(doc);
      if (keys[0] && compareValues(keys[0].group, key.group, env.collation) !== 0) {
        yield* compute(held, keys);
        [held, keys, bytes] = [[], [], 0];
      }
      held.push(doc);
      keys.push(key);
      bytes += sizeOf(doc);
      if (bytes > budget.limitBytes) fail(5643011, 'Exceeded the memory limit for one partition of $setWindowFields');
    }
    if (held.length > 0) yield* compute(held, keys);
  });
};

/** Fills null and missing fields: with a value, or by $setWindowFields from the neighbours. */
export const fill: StageCompiler = (spec, context) => {
  const fields = needObject(spec, 9, 'the $fill stage specification must be an object');
  const { sortBy, partitionBy, partitionByFields, output } = fields;
  if (!isPlainObject(output)) fail(40414, "BSON field '$fill.output' is missing but a required field");
  if (partitionBy !== undefined && partitionByFields !== undefined)
    fail(6050204, "Maximum one of 'partitionBy' and 'partitionByFields can be specified in '$fill'");
  const values: Doc = {};
  const windows: Doc = {};
  for (const field of Object.keys(output)) {
    const how = output[field];
    if (!isPlainObject(how)) fail(6050200, 'each output of $fill must be an object');
    if (Object.hasOwn(how, 'value')) values[field] = { $ifNull: [`$${field}`, how.value] };
    else if (how.method === 'locf') windows[field] = { $locf: `$${field}` };
    else if (how.method === 'linear') windows[field] = { $linearFill: `$${field}` };
    else fail(6050202, 'Method must be either locf or linear');
  }
  const names = Array.isArray(partitionByFields) ? (partitionByFields as string[]) : undefined;
  const group = names ? Object.fromEntries(names.map((name, i) => [`f${i}`, `$${name}`])) : (partitionBy ?? null);
  const stages: Doc[] = [];
  if (Object.keys(windows).length > 0)
    stages.push({
      $setWindowFields: { partitionBy: group, ...(sortBy === undefined ? {} : { sortBy }), output: windows },
    });
  if (Object.keys(values).length > 0) stages.push({ $addFields: values });
  return stream(context.compile(stages, context));
};
