/** aggregate: the planner serves the front of the pipeline, the stages do the rest. */
import { evaluateLet } from '../aggregate/options.ts';
import { type Namespace, type PipelineEnv, type ReadOptions, type WriteBack } from '../aggregate/env.ts';
import { runPipeline } from '../aggregate/pipeline.ts';
import { splitPipeline, writeTarget } from '../aggregate/split.ts';
import { failedToParse, MongoError, typeMismatch } from '../errors.ts';
import { type Collection } from '../store/catalog.ts';
import { type Work } from '../store/work.ts';
import { decodeExact, encode, type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { arrayArgument, collationArgument, docArgument, isSet, countArgument } from './arguments.ts';
import { collectionStats, indexStats } from './statistics.ts';
import { type Command, type CommandContext, type Engine } from './context.ts';
import { countDocuments } from './count.ts';
import { type DocumentSource } from './cursors.ts';
import { explainAggregate } from './explain.ts';
import { MAX_DOCUMENT_BYTES } from './insert.ts';
import { openQuery, type QuerySpec } from './open-query.ts';
import { switchableWork } from './switchable-work.ts';
import { createWriteBack } from './write-back.ts';

export const aggregate: Command = async (context) => {
  const { engine, db, command, work } = context;
  const name = typeof command.aggregate === 'string' ? command.aggregate : undefined;
  const stages = arrayArgument(command, 'pipeline');
  if (stages === undefined) throw typeMismatch("'pipeline' option must be specified as an array");
  if (!stages.every(isPlainObject)) throw typeMismatch("Each element of the 'pipeline' array must be an object");
  if (isSet(command, 'explain')) return explainAggregate(context, name ?? '', stages);
  if (!isPlainObject(command.cursor))
    throw failedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
  const namespace = `${db}.${name ?? '$cmd.aggregate'}`;
  const source = pipelineSource(context, name, stages);
  const isWriting = writeTarget(stages, db) !== undefined;
  if (isWriting) {
    checkReadConcern(command);
    // $out and $merge are done when the command answers.
    while ((await source.next(1, work)).length > 0);
    return engine.cursors.start({ next: () => Promise.resolve([]) }, { namespace, batchSize: undefined }, work);
  }
  return engine.cursors.start(
    source,
    { namespace, batchSize: countArgument(command.cursor, 'batchSize'), owner: context.transaction },
    work,
  );
};

function checkReadConcern({ readConcern }: Doc): void {
  if (isPlainObject(readConcern) && readConcern.level === 'linearizable')
    throw new MongoError(72, 'InvalidOptions', '$out and $merge cannot be used with readConcern level linearizable');
}

function pipelineSource(context: CommandContext, name: string | undefined, stages: readonly Doc[]): DocumentSource {
  const { engine, db, command } = context;
  const slot = switchableWork(context.work);
  const parts = { engine, work: slot.work };
  const variables = evaluateLet(command.let);
  const collection = name === undefined ? undefined : engine.catalog.find(db, name);
  const { collation } = collationArgument(command, collection?.options);
  const split = name === undefined ? { filter: {}, rest: stages } : splitPipeline(stages, variables);
  const spec: QuerySpec = { ...split, hint: command.hint, command, variables };
  if (split.count !== undefined && split.sort === undefined && split.skip === undefined && split.limit === undefined)
    return countSource(parts, slot.use, collection, spec, split.count);
  if (split.rest.length === 0) return rawSource(parts, slot.use, collection, spec);

  const env: PipelineEnv = {
    db,
    ...(name === undefined ? {} : { coll: name }),
    read: (ns, filter, options) => readDocuments(parts, ns, filter, { ...options }, command),
    write: createWriteBack({ engine, work: slot.work }) satisfies WriteBack,
    ...(variables === undefined ? {} : { variables }),
    ...(collation === undefined ? {} : { collation }),
    spillDir: engine.spillDir,
    allowDiskUse: command.allowDiskUse !== false,
    breathe: () => slot.work.breathe(),
    stats: {
      collection: () => collectionStats(parts, db, name ?? ''),
      indexes: () => indexStats(engine, db, name ?? ''),
    },
    now: new Date(),
    ...(command.lsid === undefined ? {} : { session: command.lsid }),
  };
  const source = collection === undefined ? noDocuments() : rowsOf(parts, collection, spec);
  const iterator = runPipeline(split.rest, source, env)[Symbol.asyncIterator]();
  return {
    next: async (maxDocuments, work) => {
      slot.use(work);
      const out: Buffer[] = [];
      while (out.length < maxDocuments) {
        const step = await iterator.next();
        if (step.done === true) break;
        out.push(encodeResult(step.value));
        if (work.shouldBreathe()) await work.breathe();
      }
      return out;
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}

/** Stages may make documents larger than any that can be stored; those cannot be answered either. */
function encodeResult(doc: Doc): Buffer {
  const bytes = encode(doc);
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new MongoError(
      10334,
      'BSONObjectTooLarge',
      `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}`,
    );
  return bytes;
}

interface Parts {
  readonly engine: Engine;
  readonly work: Work;
}

function rawSource(
  parts: Parts,
  use: (work: Work) => void,
  collection: Collection | undefined,
  spec: QuerySpec,
): DocumentSource {
  if (collection === undefined) return { next: () => Promise.resolve([]) };
  const { query } = openQuery(parts, collection, spec);
  return {
    next: async (maxDocuments, work) => {
      use(work);
      return (await query.next(maxDocuments)).map(({ raw }) => raw);
    },
  };
}

function countSource(
  parts: Parts,
  use: (work: Work) => void,
  collection: Collection | undefined,
  spec: QuerySpec,
  answer: (n: number) => Doc | null,
): DocumentSource {
  let isDone = false;
  return {
    next: async (_maxDocuments, work) => {
      if (isDone) return [];
      isDone = true;
      use(work);
      const doc = answer(collection === undefined ? 0 : await countDocuments(parts, collection, spec));
      return doc === null ? [] : [encode(doc)];
    },
  };
}

async function* rowsOf(parts: Parts, collection: Collection, spec: QuerySpec): AsyncGenerator<Doc> {
  const { query } = openQuery(parts, collection, spec);
  for (;;) {
    const page = await query.next(128);
    if (page.length === 0) return;
    for (const { raw } of page) yield decodeExact(raw);
  }
}

async function* readDocuments(
  parts: Parts,
  ns: Namespace,
  filter: Doc,
  options: ReadOptions,
  command: Doc,
): AsyncGenerator<Doc> {
  const collection = parts.engine.catalog.find(ns.db, ns.coll);
  if (collection === undefined) return;
  const collation = docArgument(command, 'collation');
  yield* rowsOf(parts, collection, { ...options, filter, command: collation === undefined ? {} : { collation } });
}

async function* noDocuments(): AsyncGenerator<Doc> {
  // Nothing to read.
}
