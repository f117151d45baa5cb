/** create, drop, dropDatabase, renameCollection, listCollections, listDatabases, collMod. */
import { Binary } from 'bson';
import { matchOptions } from '../aggregate/options.ts';
import { badValue, MongoError } from '../errors.ts';
import { compileMatch } from '../match/compile.ts';
import { type Collection } from '../store/catalog.ts';
import { isTrue } from '../store/index-spec.ts';
import { createCollation } from '../values/collation.ts';
import { decode, encode, type Doc } from '../values/codec.ts';
import { equalValues } from '../values/order.ts';
import { isNumber, isPlainObject, toNumber } from '../values/types.ts';
import { countArgument, docArgument, isSet, nameArgument } from './arguments.ts';
import { type Command, type CommandContext } from './context.ts';
import { isSameKey } from './index-spec-check.ts';

/** Members of a command that are about how it travels, not about what it makes. */
const NOT_OPTIONS: ReadonlySet<string> = new Set([
  'create', 'lsid', '$db', 'writeConcern', 'autoIndexId', 'txnNumber', '$clusterTime', '$readPreference', 'encryptedFields', 'comment', 'maxTimeMS', 'startTransaction', 'autocommit', 'apiVersion', 'readConcern', 'idIndex', 'flags',
]); // prettier-ignore

export const create: Command = ({ engine, db, command, work }) => {
  const name = nameArgument(command, 'create');
  const options = Object.fromEntries(Object.entries(command).filter(([key]) => !NOT_OPTIONS.has(key)));
  checkOptions(options);
  const existing = engine.catalog.find(db, name);
  if (existing !== undefined) {
    if (equalValues(existing.options, decode(encode(options)))) return { ok: 1 };
    throw new MongoError(48, 'NamespaceExists', `Collection ${db}.${name} already exists.`);
  }
  work.touch();
  engine.catalog.create(db, name, options);
  return { ok: 1 };
};

function checkOptions(options: Doc): void {
  if (isTrue(options.capped) && !(isNumber(options.size) && toNumber(options.size) > 0))
    throw new MongoError(72, 'InvalidOptions', "the 'size' field is required when 'capped' is true");
  if (options.viewOn !== undefined)
    throw new MongoError(115, 'CommandNotSupported', 'views are not supported by the embedded engine');
  if (
    options.timeseries !== undefined &&
    isPlainObject(options.timeseries) &&
    typeof options.timeseries.timeField !== 'string'
  )
    throw badValue('timeseries needs a timeField');
  if (options.validator !== undefined) compileMatch(docArgument(options, 'validator') ?? {}, matchOptions());
  createCollation(docArgument(options, 'collation'));
}

export const drop: Command = ({ engine, db, command, work }) => {
  const name = nameArgument(command, 'drop');
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) return { ok: 1 };
  work.touch();
  const nIndexesWas = collection.indexes.length + 1;
  engine.catalog.drop(collection);
  return { nIndexesWas, ns: `${db}.${name}`, ok: 1 };
};

export const dropDatabase: Command = ({ engine, db, work }) => {
  const own = [...engine.catalog.all()].filter((collection) => collection.db === db);
  if (own.length > 0) work.touch();
  for (const collection of own) engine.catalog.drop(collection);
  return { ...(own.length > 0 ? { dropped: db } : {}), ok: 1 };
};

export const renameCollection: Command = ({ engine, command, work }) => {
  const from = splitNamespace(nameArgument(command, 'renameCollection'));
  const to = splitNamespace(nameArgument(command, 'to'));
  const source = engine.catalog.find(from.db, from.name);
  if (source === undefined)
    throw new MongoError(26, 'NamespaceNotFound', `Source collection ${from.db}.${from.name} does not exist`);
  const target = engine.catalog.find(to.db, to.name);
  if (target === source) throw new MongoError(20, 'IllegalOperation', "Can't rename a collection to itself");
  if (target !== undefined && !isSet(command, 'dropTarget'))
    throw new MongoError(48, 'NamespaceExists', 'target namespace exists');
  work.touch();
  if (target !== undefined) engine.catalog.drop(target);
  engine.catalog.rename(source, to.db, to.name);
  return { ok: 1 };
};

function splitNamespace(namespace: string): { readonly db: string; readonly name: string } {
  const dot = namespace.indexOf('.');
  if (dot <= 0) throw new MongoError(73, 'InvalidNamespace', `Invalid namespace specified '${namespace}'`);
  return { db: namespace.slice(0, dot), name: namespace.slice(dot + 1) };
}

export const listCollections: Command = async ({ engine, db, command, work }) => {
  const matches = compileMatch(docArgument(command, 'filter') ?? {}, matchOptions());
  let documents = [...engine.catalog.all()]
    .filter((collection) => collection.db === db)
    .map((collection) => describe(collection, isSet(command, 'nameOnly')))
    .filter((doc) => matches(doc))
    .map(encode);
  return engine.cursors.start(
    {
      next: (maxDocuments) => {
        const page = documents.slice(0, maxDocuments);
        documents = documents.slice(maxDocuments);
        return Promise.resolve(page);
      },
    },
    {
      namespace: `${db}.$cmd.listCollections`,
      batchSize: countArgument(docArgument(command, 'cursor') ?? {}, 'batchSize'),
    },
    work,
  );
};

function describe({ name, options, uuid }: Collection, isNameOnly: boolean): Doc {
  const type = options.timeseries === undefined ? 'collection' : 'timeseries';
  if (isNameOnly) return { name, type };
  return {
    name,
    type,
    options,
    info: { readOnly: false, uuid: new Binary(uuid, Binary.SUBTYPE_UUID) },
    idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
  };
}

export const listDatabases: Command = ({ engine, command }: CommandContext) => {
  const matches = compileMatch(docArgument(command, 'filter') ?? {}, matchOptions());
  const names = [...new Set([...engine.catalog.all()].map(({ db }) => db))].sort();
  const databases = names
    .map((name): Doc => (isSet(command, 'nameOnly') ? { name } : { name, sizeOnDisk: 4096, empty: false }))
    .filter((doc) => matches(doc));
  return {
    databases,
    ...(isSet(command, 'nameOnly') ? {} : { totalSize: 4096 * databases.length, totalSizeMb: 0 }),
    ok: 1,
  };
};

export const collMod: Command = ({ engine, db, command, work }) => {
  const name = nameArgument(command, 'collMod');
  const collection = engine.catalog.find(db, name);
  if (collection === undefined) throw new MongoError(26, 'NamespaceNotFound', 'ns does not exist');
  const changes = Object.fromEntries(
    ['validator', 'validationLevel', 'validationAction', 'changeStreamPreAndPostImages']
      .filter((key) => command[key] !== undefined)
      .map((key) => [key, command[key]]),
  );
  checkOptions(changes);
  if (Object.keys(changes).length > 0) {
    work.touch();
    engine.catalog.saveOptions(collection, { ...collection.options, ...changes });
  }
  const wanted = docArgument(command, 'index');
  return { ...(wanted === undefined ? {} : changeIndex({ engine, work }, collection, wanted)), ok: 1 };
};

function changeIndex(
  { engine, work }: Pick<CommandContext, 'engine' | 'work'>,
  collection: Collection,
  wanted: Doc,
): Doc {
  const index = collection.indexes.find(
    ({ name, spec }) => name === wanted.name || isSameKey(spec.key, wanted.keyPattern),
  );
  if (index === undefined)
    throw new MongoError(
      27,
      'IndexNotFound',
      `cannot find index ${JSON.stringify(wanted.name ?? wanted.keyPattern)} for ns ${collection.db}.${collection.name}`,
    );
  const spec: Doc = { ...index.spec };
  const answer: Doc = {};
  for (const key of ['hidden', 'expireAfterSeconds']) {
    if (wanted[key] === undefined) continue;
    answer[`${key}_old`] = spec[key] ?? (key === 'hidden' ? false : undefined);
    answer[`${key}_new`] = wanted[key];
    if (wanted[key] === false) delete spec[key];
    else spec[key] = wanted[key];
  }
  work.touch();
  engine.catalog.saveIndexSpec(collection, index, spec);
  return answer;
}
