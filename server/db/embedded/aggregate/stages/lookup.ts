/**
 * `$lookup`. Equality joins are made for a batch of documents at once: one query for all their values, so that a collection
 * without an index is scanned once a batch and not once a document. A pipeline that uses outer variables runs once a document.
 */
import { walkPath } from '../../values/paths.ts';
import { type Doc } from '../../values/codec.ts';
import { isPlainObject } from '../../values/types.ts';
import { sizeOf } from '../accumulate/size.ts';
import { compileExpression, frameOf, parsePath } from '../expression/compile.ts';
import { fail, isNullish, nameOfType, readFieldPath } from '../expression/values.ts';
import { checkVariableName } from '../expression/variables.ts';
import { needObject, type Stage, type StageCompiler, type StageContext, stream } from '../stage.ts';
import { valueKey } from '../valuekey.ts';
import { readSubPipeline } from './subpipeline.ts';
import { replaceAt } from './unwind.ts';

interface Join {
  readonly local: readonly string[];
  readonly foreign: string;
}

const BATCH = 128;
const MAX_RESULT_BYTES = 64 * 1024 * 1024;

export const lookup: StageCompiler = (spec, context) => {
  const fields = needObject(spec, 9, 'the $lookup specification must be an Object');
  const { from, as, localField, foreignField, let: vars, pipeline } = checkFields(fields);
  if (typeof as !== 'string') fail(9, "must specify 'as' field for a $lookup", 'FailedToParse');
  const asParts = parsePath(as);
  const hasJoin = localField !== undefined || foreignField !== undefined;
  if (!hasJoin && pipeline === undefined)
    fail(
      9,
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
      'FailedToParse',
    );
  if (hasJoin && (typeof localField !== 'string' || typeof foreignField !== 'string'))
    fail(9, "$lookup requires both or neither of 'localField' and 'foreignField' to be specified", 'FailedToParse');
  if (pipeline !== undefined && !Array.isArray(pipeline))
    fail(9, `$lookup argument 'pipeline' must be an array, got ${nameOfType(pipeline)}`, 'FailedToParse');
  const join = hasJoin ? { local: parsePath(localField!), foreign: parsePath(foreignField!).join('.') } : undefined;
  const coll = collectionOf(from, (pipeline ?? []) as Doc[]);
  const variables = compileLet(vars, context);
  const read = readSubPipeline(coll, (pipeline ?? []) as Doc[], context, '$lookup', variables.names);
  if (join && pipeline === undefined) return joinStage(join, asParts, read, context);
  return pipelineStage(join, asParts, variables, read, context);
};

function checkFields(fields: Doc): Doc {
  const known = [
    'from',
    'as',
    'localField',
    'foreignField',
    'let',
    'pipeline',
    '_internalUnwind',
    '_internalCollation',
  ];
  for (const key of Object.keys(fields))
    if (!known.includes(key)) fail(9, `unknown argument to $lookup: ${key}`, 'FailedToParse');
  return fields;
}

function collectionOf(from: unknown, pipeline: readonly Doc[]): string | undefined {
  if (typeof from === 'string') return from;
  if (from === undefined && pipeline[0] !== undefined && Object.hasOwn(pipeline[0], '$documents')) return undefined;
  if (isPlainObject(from) && typeof from.coll === 'string') return from.coll;
  return fail(
    9,
    from === undefined
      ? "must specify 'from' field for a $lookup"
      : `$lookup argument 'from' must be a string, is type ${nameOfType(from)}`,
    'FailedToParse',
  );
}

function compileLet(vars: unknown, { scope }: StageContext) {
  if (vars === undefined) return { names: [] as string[], evaluate: () => ({}) };
  if (!isPlainObject(vars))
    fail(9, `$lookup argument 'let' must be an object, is type ${nameOfType(vars)}`, 'FailedToParse');
  const names = Object.keys(vars);
  for (const name of names) checkVariableName(name);
  const parts = names.map((name) => ({ name, evaluate: compileExpression(vars[name], scope) }));
  return {
    names,
    evaluate(doc: Doc): Doc {
      const frame = frameOf(doc);
      return Object.fromEntries(parts.map(({ name, evaluate }) => [name, evaluate(frame)]));
    },
  };
}

type Read = ReturnType<typeof readSubPipeline>;

function pipelineStage(
  join: Join | undefined,
  as: readonly string[],
  variables: ReturnType<typeof compileLet>,
  read: Read,
  { pace }: StageContext,
): Stage {
  return stream(async function* (source) {
    for await (const doc of source) {
      const rest = pace.due();
      if (rest) await rest;
      const filter = join ? filterFor(join, localValues(doc, join)) : undefined;
      yield replaceAt(doc, as, await collect(read(variables.evaluate(doc), filter)));
    }
  });
}

async function collect(docs: AsyncIterable<Doc>): Promise<Doc[]> {
  const found: Doc[] = [];
  let bytes = 0;
  for await (const doc of docs) {
    found.push(doc);
    bytes += sizeOf(doc);
    if (bytes > MAX_RESULT_BYTES)
      fail(4568, "Total size of documents in $lookup's matching pipeline exceeds the limit for one document");
  }
  return found;
}

/** A local array stands for its elements; a missing local field joins with null and missing ones. */
function localValues(doc: Doc, { local }: Join): readonly unknown[] {
  const value = readFieldPath(doc, local);
  if (!Array.isArray(value)) return [value ?? null];
  return (value as unknown[]).flatMap((item): unknown[] =>
    Array.isArray(item) ? [item, ...(item as unknown[])] : [item ?? null],
  );
}

function filterFor({ foreign }: Join, values: readonly unknown[]): Doc {
  const isPattern = (value: unknown): boolean =>
    value instanceof RegExp || (value as { _bsontype?: string } | null)?._bsontype === 'BSONRegExp';
  const patterns = values.filter((value) => isPattern(value));
  const plain = { [foreign]: { $in: values.filter((value) => !isPattern(value)) } };
  if (patterns.length === 0) return plain;
  return { $or: [plain, ...patterns.map((pattern) => ({ [foreign]: { $eq: pattern } }))] };
}

function joinStage(join: Join, as: readonly string[], read: Read, { env, pace }: StageContext): Stage {
  const foreignParts = join.foreign.split('.');
  const keyOf = (value: unknown): string => valueKey(value ?? null, env.collation);

  async function* joinBatch(batch: readonly Doc[]): AsyncGenerator<Doc> {
    const wanted = new Map<string, { readonly value: unknown; readonly found: Doc[] }>();
    const keysOfDoc = batch.map((doc) =>
      localValues(doc, join).map((value) => {
        const key = keyOf(value);
        if (!wanted.has(key)) wanted.set(key, { value, found: [] });
        return key;
      }),
    );
    const values = [...wanted.values()].map(({ value }) => value);
    let bytes = 0;
    for await (const other of values.length === 0 ? [] : read({}, filterFor(join, values))) {
      bytes += sizeOf(other);
      if (bytes > MAX_RESULT_BYTES && batch.length > 1) {
        const half = batch.length >> 1;
        yield* joinBatch(batch.slice(0, half));
        yield* joinBatch(batch.slice(half));
        return;
      }
      if (bytes > MAX_RESULT_BYTES)
        fail(4568, "Total size of documents in $lookup's matching pipeline exceeds the limit for one document");
      for (const key of foreignKeys(other)) wanted.get(key)?.found.push(other);
      const rest = pace.due();
      if (rest) await rest;
    }
    const order = batch.map((doc, i) => ({ doc, found: unionOf(keysOfDoc[i] ?? []) }));
    for (const { doc, found } of order) yield replaceAt(doc, as, found);

    function unionOf(keys: readonly string[]): Doc[] {
      const lists = [...new Set(keys)].map((key) => wanted.get(key)?.found ?? []);
      return lists.length === 1 ? [...lists[0]!] : [...new Set(lists.flat())];
    }
  }

  function foreignKeys(doc: Doc): Set<string> {
    const keys = new Set<string>();
    walkPath(doc, foreignParts, true, (value) => {
      if (isNullish(value)) keys.add('z');
      else keys.add(keyOf(value));
      return false;
    });
    return keys;
  }

  return stream(async function* (source) {
    let batch: Doc[] = [];
    for await (const doc of source) {
      batch.push(doc);
      if (batch.length < BATCH) continue;
      yield* joinBatch(batch);
      batch = [];
    }
    if (batch.length > 0) yield* joinBatch(batch);
  });
}
