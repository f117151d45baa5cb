/** find, getMore, killCursors. */
import { Long } from 'bson';
import { evaluateFields, evaluateLet, matchOptions } from '../aggregate/options.ts';
import { badValue, MongoError } from '../errors.ts';
import { compileMatch } from '../match/compile.ts';
import { type Query } from '../plan/query.ts';
import { compileProjection, type Projection } from '../project/compile.ts';
import { type Collection } from '../store/catalog.ts';
import { type Work } from '../store/work.ts';
import { decodeExact, encode, type Doc } from '../values/codec.ts';
import { isNumber, isPlainObject, toBigInt, toNumber } from '../values/types.ts';
import { type Reply } from '../wire/reply.ts';
import {
  arrayArgument,
  collationArgument,
  countArgument,
  docArgument,
  isSet,
  nameArgument,
  numberArgument,
} from './arguments.ts';
import { isTrue } from '../store/index-spec.ts';
import { type Command, type CommandContext } from './context.ts';
import { type DocumentSource } from './cursors.ts';
import { openQuery } from './open-query.ts';
import { switchableWork } from './switchable-work.ts';

export const find: Command = async (context) => {
  const { engine, db, command, work } = context;
  const name = nameArgument(command, 'find');
  const collection = engine.catalog.find(db, name);
  const batchSize = countArgument(command, 'batchSize');
  const limit = numberArgument(command, 'limit') ?? 0;
  const source = collection === undefined ? emptySource(command) : findSource(context, collection, limit);
  if (source.isTailable === true && collection !== undefined && !isTrue(collection.options.capped)) throw notCapped();
  return engine.cursors.start(
    source,
    {
      namespace: `${db}.${name}`,
      batchSize,
      isSingleBatch: isSet(command, 'singleBatch') || limit < 0,
      owner: context.transaction,
    },
    work,
  );
};

const notCapped = (): MongoError =>
  badValue('error processing query: tailable cursor requested on non capped collection');

function findSource(context: CommandContext, collection: Collection, limit: number): DocumentSource {
  const { command } = context;
  const sort = docArgument(command, 'sort');
  checkSort(sort);
  const variables = evaluateLet(command.let);
  const projectionSpec = docArgument(command, 'projection');
  const { collation } = collationArgument(command, collection.options);
  const project = compileProjection(projectionSpec, {
    match: matchOptions(variables, collation),
    evaluate: (doc, spec) => evaluateFields(doc, spec, variables),
  });
  const slot = switchableWork(context.work);
  const { query } = openQuery({ engine: context.engine, work: slot.work }, collection, {
    filter: docArgument(command, 'filter') ?? {},
    sort,
    skip: countArgument(command, 'skip'),
    limit: Math.abs(limit),
    hint: command.hint,
    command,
    variables,
    wantsArrayIndex: project !== null && usesPosition(projectionSpec),
  });
  return {
    isTailable: isSet(command, 'tailable'),
    next: async (maxDocuments, work) => {
      slot.use(work);
      return project === null ? rawPage(query, maxDocuments) : projectedPage(query, maxDocuments, project, work);
    },
  };
}

async function rawPage(query: Query, maxDocuments: number): Promise<readonly Buffer[]> {
  return (await query.next(maxDocuments)).map(({ raw }) => raw);
}

async function projectedPage(
  query: Query,
  maxDocuments: number,
  project: Projection,
  work: Work,
): Promise<readonly Buffer[]> {
  const rows = await query.next(maxDocuments);
  const out: Buffer[] = [];
  for (const { raw, arrayIndex } of rows) {
    if (work.shouldBreathe()) await work.breathe();
    out.push(encode(project(decodeExact(raw), arrayIndex === undefined ? {} : { arrayIndex })));
  }
  return out;
}

function usesPosition(projection: Doc | undefined): boolean {
  return Object.keys(projection ?? {}).some((path) => path.endsWith('.$'));
}

/** A collection that does not exist still has its arguments checked. */
function emptySource(command: Doc): DocumentSource {
  checkSort(docArgument(command, 'sort'));
  countArgument(command, 'skip');
  compileMatch(docArgument(command, 'filter') ?? {}, matchOptions(evaluateLet(command.let)));
  return { next: () => Promise.resolve([]) };
}

export function checkSort(sort: Doc | undefined): void {
  for (const [path, direction] of Object.entries(sort ?? {})) {
    if (path.startsWith('$') && path !== '$natural')
      throw new MongoError(
        16410,
        'Location16410',
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    if (isPlainObject(direction)) continue;
    if (!isNumber(direction)) throw badValue(`Illegal key in $sort specification: ${path}: ${String(direction)}`);
    if (Math.abs(toNumber(direction)) !== 1)
      throw badValue('$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
}

/** How long a tailable cursor with awaitData waits for new documents, unless told. */
const AWAIT_DATA_MS = 1000;

export const getMore: Command = async ({ engine, db, command, work }): Promise<Reply> => {
  const id = toBigInt(command.getMore);
  if (id === undefined) throw badValue('getMore expects a cursor id');
  const batchSize = countArgument(command, 'batchSize');
  const request = {
    namespace: `${db}.${nameArgument(command, 'collection')}`,
    batchSize: batchSize === 0 ? undefined : batchSize,
  };
  const until = performance.now() + (numberArgument(command, 'maxTimeMS') ?? AWAIT_DATA_MS);
  for (;;) {
    const reply = await engine.cursors.more(id, request, work);
    if (reply.batch.length > 0 || reply.id === 0n || performance.now() >= until) return reply;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await work.breathe();
  }
};

export const killCursors: Command = ({ engine, command }) => {
  const killed: Long[] = [];
  const unknown: Long[] = [];
  for (const value of arrayArgument(command, 'cursors') ?? []) {
    const id = toBigInt(value) ?? 0n;
    (engine.cursors.kill(id) ? killed : unknown).push(Long.fromBigInt(id));
  }
  return { cursorsKilled: killed, cursorsNotFound: unknown, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
};
