/** createIndexes, listIndexes, dropIndexes. */
import { failedToParse, MongoError } from '../errors.ts';
import { buildIndex } from '../store/build-index.ts';
import { type Collection } from '../store/catalog.ts';
import { type Index } from '../store/index-spec.ts';
import { encode, type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';
import { arrayArgument, countArgument, docArgument, nameArgument } from './arguments.ts';
import { ensureCollection, type Command, type CommandContext } from './context.ts';
import { findEqualIndex, isIdIndex, isSameKey, readIndexSpec } from './index-spec-check.ts';

const ID_INDEX: Doc = { v: 2, key: { _id: 1 }, name: '_id_' };
const MAX_INDEXES = 64;

export const createIndexes: Command = async (context) => {
  const { command, db, engine } = context;
  const name = nameArgument(command, 'createIndexes');
  const wanted = (arrayArgument(command, 'indexes') ?? []).filter(isPlainObject);
  if (wanted.length === 0) throw new MongoError(2, 'BadValue', 'Must specify at least one index to create');
  const existed = engine.catalog.find(db, name) !== undefined;
  const collection = ensureCollection(context, db, name);
  const numIndexesBefore = countReady(collection);
  const specs = wanted.map((spec) => readIndexSpec(spec, collection)).filter((spec) => !isIdIndex(spec));
  const made: Index[] = [];
  try {
    for (const spec of specs) {
      const index = await createOne(context, collection, spec);
      if (index !== undefined) made.push(index);
    }
  } catch (error) {
    // One bad index undoes the others of the same command.
    for (const index of made) {
      context.work.touch();
      if (collection.indexes.includes(index)) engine.catalog.dropIndex(collection, index);
    }
    throw error;
  }
  const numIndexesAfter = countReady(collection);
  return {
    numIndexesBefore,
    numIndexesAfter,
    createdCollectionAutomatically: !existed,
    ...(numIndexesAfter === numIndexesBefore ? { note: 'all indexes already exist' } : {}),
    ok: 1,
  };
};

const countReady = (collection: Collection): number => 1 + collection.indexes.filter(({ isReady }) => isReady).length;

async function createOne(
  { engine, work }: CommandContext,
  collection: Collection,
  spec: Doc,
): Promise<Index | undefined> {
  let existing = findEqualIndex(collection, spec);
  while (existing !== undefined && !existing.isReady) {
    // Somebody else is building it: its end is ours, or we build it ourselves when theirs failed.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await work.breathe();
    existing = findEqualIndex(collection, spec);
  }
  if (existing !== undefined) return undefined;
  if (collection.indexes.length >= MAX_INDEXES - 1)
    throw new MongoError(
      67,
      'CannotCreateIndex',
      `add index fails, too many indexes for ${collection.db}.${collection.name}`,
    );
  return buildIndex(engine, collection, { name: spec.name as string, spec }, work);
}

export const listIndexes: Command = async ({ engine, db, command, work, transaction }) => {
  const name = nameArgument(command, 'listIndexes');
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) throw new MongoError(26, 'NamespaceNotFound', `ns does not exist: ${db}.${name}`);
  const ready = collection.indexes.filter(({ isReady }) => isReady);
  let documents: readonly Buffer[] = [ID_INDEX, ...ready.map(({ spec }) => spec)].map(encode);
  return engine.cursors.start(
    {
      next: (maxDocuments) => {
        const page = documents.slice(0, maxDocuments);
        documents = documents.slice(maxDocuments);
        return Promise.resolve(page);
      },
    },
    {
      namespace: `${db}.${name}`,
      batchSize: countArgument(docArgument(command, 'cursor') ?? {}, 'batchSize'),
      owner: transaction,
    },
    work,
  );
};

export const dropIndexes: Command = ({ engine, db, command, work }) => {
  const name = nameArgument(command, Object.keys(command)[0]!);
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) throw new MongoError(26, 'NamespaceNotFound', `ns not found ${db}.${name}`);
  const nIndexesWas = countReady(collection);
  const { index } = command;
  const dropped =
    index === '*'
      ? [...collection.indexes]
      : (Array.isArray(index) && typeof index[0] === 'string' ? (index as unknown[]) : [index]).map((one) =>
          indexToDrop(collection, one),
        );
  work.touch();
  for (const one of dropped) engine.catalog.dropIndex(collection, one);
  return { nIndexesWas, ok: 1 };
};

function indexToDrop(collection: Collection, wanted: unknown): Index {
  if (wanted === '_id_' || (isPlainObject(wanted) && isSameKey(wanted, ID_INDEX.key)))
    throw new MongoError(72, 'InvalidOptions', 'cannot drop _id index');
  if (typeof wanted !== 'string' && !isPlainObject(wanted))
    throw failedToParse('index must be a name or a key pattern');
  const found = collection.indexes.find(({ name, spec }) =>
    typeof wanted === 'string' ? name === wanted : isSameKey(spec.key, wanted),
  );
  if (found !== undefined) return found;
  throw new MongoError(
    27,
    'IndexNotFound',
    typeof wanted === 'string'
      ? `index not found with name [${wanted}]`
      : `can't find index with key: ${JSON.stringify(wanted)}`,
  );
}
