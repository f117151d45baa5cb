/** The operations of the unified test format, each as a call of the driver. */
import { type ClientSession, type Collection, type Db, MongoClient } from 'mongodb';

type Arguments = Record<string, any>;
export type Entities = Map<string, any>;

export interface Operation {
  readonly name: string;
  readonly object: string;
  readonly arguments?: Arguments;
  readonly expectError?: Arguments;
  readonly expectResult?: unknown;
  readonly ignoreResultAndError?: boolean;
  readonly saveResultAsEntity?: string;
}

/** An operation this runner cannot make; its tests are skipped. */
export class UnknownOperation extends Error {}

export async function execute(
  entities: Entities,
  operation: Operation,
  runAll: (operations: readonly Operation[]) => Promise<void>,
): Promise<unknown> {
  const { session: sessionName, ...rest } = operation.arguments ?? {};
  const options: Arguments = rest;
  if (sessionName !== undefined) options.session = entities.get(sessionName as string);
  if (operation.object === 'testRunner') return executeRunner(entities, operation, operation.arguments ?? {});
  const target: unknown = entities.get(operation.object);
  const shared = common[operation.name];
  if (shared) return shared(target, options);
  const kind =
    target instanceof MongoClient
      ? clientOperations
      : isSession(target)
        ? sessionOperations
        : isCollection(target)
          ? collectionOperations
          : databaseOperations;
  const run = (
    kind as Record<
      string,
      (target: any, options: Arguments, runAll: (operations: readonly Operation[]) => Promise<void>) => unknown
    >
  )[operation.name];
  if (!run) throw new UnknownOperation(`${operation.name} on ${operation.object}`);
  return run(target, options, runAll);
}

const isSession = (target: unknown): target is ClientSession =>
  typeof target === 'object' && target !== null && 'startTransaction' in target;
const isCollection = (target: unknown): target is Collection =>
  typeof target === 'object' && target !== null && 'insertOne' in target;

/** Takes arguments that the driver wants on their own out of those it wants as options. */
function take(options: Arguments, ...names: string[]): any[] {
  return names.map((name) => {
    const value: unknown = options[name];
    Reflect.deleteProperty(options, name);
    return value;
  });
}

const common: Record<string, (target: any, options: Arguments) => unknown> = {
  aggregate(target: Collection, options) {
    const [pipeline] = take(options, 'pipeline');
    return target.aggregate(pipeline, options).toArray();
  },
};

const clientOperations = {
  clientBulkWrite(client: MongoClient, options: Arguments) {
    const [models] = take(options, 'models');
    const named = (models as Arguments[]).map((model) => {
      const [name = ''] = Object.keys(model);
      return { name, ...model[name] };
    });
    return client.bulkWrite(named as any, options);
  },
  listDatabases: (client: MongoClient, options: Arguments) => client.db().admin().listDatabases(options),
  listDatabaseNames: (client: MongoClient, options: Arguments) =>
    client
      .db()
      .admin()
      .listDatabases({ ...options, nameOnly: true }),
};

const sessionOperations = {
  startTransaction: (session: ClientSession, options: Arguments) => session.startTransaction(options),
  commitTransaction: (session: ClientSession) => session.commitTransaction(),
  abortTransaction: (session: ClientSession) => session.abortTransaction(),
  endSession: (session: ClientSession) => session.endSession(),
  withTransaction(
    session: ClientSession,
    options: Arguments,
    runAll: (operations: readonly Operation[]) => Promise<void>,
  ) {
    const [callback] = take(options, 'callback');
    return session.withTransaction(() => runAll(callback), options);
  },
};

const databaseOperations = {
  runCommand(db: Db, options: Arguments) {
    const [command] = take(options, 'command', 'commandName');
    return db.command(command, options);
  },
  createCollection(db: Db, options: Arguments) {
    const [name] = take(options, 'collection');
    return db.createCollection(name, options).then(() => undefined);
  },
  modifyCollection(db: Db, options: Arguments) {
    const [name, session] = take(options, 'collection', 'session');
    return db.command({ collMod: name, ...options }, session === undefined ? {} : { session });
  },
  dropCollection(db: Db, options: Arguments) {
    const [name] = take(options, 'collection');
    return db.dropCollection(name, options);
  },
  listCollections(db: Db, options: Arguments) {
    const [filter = {}] = take(options, 'filter');
    return db.listCollections(filter, options).toArray();
  },
};

const direction = (options: Arguments): Arguments => {
  if (options.returnDocument !== undefined) options.returnDocument = String(options.returnDocument).toLowerCase();
  return options;
};

const collectionOperations = {
  find(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    return coll.find(filter, options).toArray();
  },
  findOne(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    return coll.findOne(filter, options);
  },
  insertOne(coll: Collection, options: Arguments) {
    const [document] = take(options, 'document');
    return coll.insertOne(document, options);
  },
  insertMany(coll: Collection, options: Arguments) {
    const [documents] = take(options, 'documents');
    return coll.insertMany(documents, options);
  },
  updateOne(coll: Collection, options: Arguments) {
    const [filter, update] = take(options, 'filter', 'update');
    return coll.updateOne(filter, update, options);
  },
  updateMany(coll: Collection, options: Arguments) {
    const [filter, update] = take(options, 'filter', 'update');
    return coll.updateMany(filter, update, options);
  },
  replaceOne(coll: Collection, options: Arguments) {
    const [filter, replacement] = take(options, 'filter', 'replacement');
    return coll.replaceOne(filter, replacement, options);
  },
  deleteOne(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    return coll.deleteOne(filter, options);
  },
  deleteMany(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    return coll.deleteMany(filter, options);
  },
  findOneAndUpdate(coll: Collection, options: Arguments) {
    const [filter, update] = take(options, 'filter', 'update');
    return coll.findOneAndUpdate(filter, update, direction(options));
  },
  findOneAndReplace(coll: Collection, options: Arguments) {
    const [filter, replacement] = take(options, 'filter', 'replacement');
    return coll.findOneAndReplace(filter, replacement, direction(options));
  },
  findOneAndDelete(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    return coll.findOneAndDelete(filter, options);
  },
  countDocuments(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    return coll.countDocuments(filter, options);
  },
  count(coll: Collection, options: Arguments) {
    const [filter] = take(options, 'filter');
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the suite tests it
    return coll.count(filter, options);
  },
  estimatedDocumentCount: (coll: Collection, options: Arguments) => coll.estimatedDocumentCount(options),
  distinct(coll: Collection, options: Arguments) {
    const [field, filter] = take(options, 'fieldName', 'filter');
    return coll.distinct(field, filter, options);
  },
  bulkWrite(coll: Collection, options: Arguments) {
    const [requests] = take(options, 'requests');
    return coll.bulkWrite(requests, options);
  },
  createIndex(coll: Collection, options: Arguments) {
    const [keys] = take(options, 'keys');
    return coll.createIndex(keys as never, options, {});
  },
  dropIndex(coll: Collection, options: Arguments) {
    const [name] = take(options, 'name');
    return coll.dropIndex(name, options);
  },
  listIndexes: (coll: Collection, options: Arguments) => coll.listIndexes(options).toArray(),
  rename(coll: Collection, options: Arguments) {
    const [to] = take(options, 'to');
    return coll.rename(to, options).then(() => undefined);
  },
};

async function executeRunner(entities: Entities, { name }: Operation, given: Arguments): Promise<unknown> {
  const client = entities.get('(admin)') as MongoClient;
  const names = async (): Promise<string[]> =>
    (await client.db(given.databaseName).listCollections().toArray()).map((each) => each.name);
  const indexes = async (): Promise<string[]> => {
    const found = await client
      .db(given.databaseName)
      .collection(given.collectionName)
      .listIndexes()
      .toArray()
      .catch(() => []);
    return found.map((each) => String(each.name));
  };
  const session = entities.get(given.session) as (ClientSession & { transaction: { state: string } }) | undefined;
  switch (name) {
    case 'assertCollectionExists':
      check((await names()).includes(given.collectionName), 'the collection should exist');
      return undefined;
    case 'assertCollectionNotExists':
      check(!(await names()).includes(given.collectionName), 'the collection should not exist');
      return undefined;
    case 'assertIndexExists':
      check((await indexes()).includes(given.indexName), 'the index should exist');
      return undefined;
    case 'assertIndexNotExists':
      check(!(await indexes()).includes(given.indexName), 'the index should not exist');
      return undefined;
    case 'assertSessionTransactionState': {
      const states: Record<string, string> = {
        none: 'NO_TRANSACTION',
        starting: 'STARTING_TRANSACTION',
        in_progress: 'TRANSACTION_IN_PROGRESS',
        committed: 'TRANSACTION_COMMITTED',
        aborted: 'TRANSACTION_ABORTED',
      };
      const wanted = states[given.state] ?? '';
      const state = session?.transaction.state ?? '';
      check(
        state === wanted || (wanted === 'TRANSACTION_COMMITTED' && state === 'TRANSACTION_COMMITTED_EMPTY'),
        `the transaction should be ${wanted}, is ${state}`,
      );
      return undefined;
    }
    // These look at events or at sessions of the driver, which this run is not about.
    case 'assertSameLsidOnLastTwoCommands':
    case 'assertDifferentLsidOnLastTwoCommands':
    case 'assertSessionDirty':
    case 'assertSessionNotDirty':
    case 'assertSessionPinned':
    case 'assertSessionUnpinned':
      return undefined;
    default:
      throw new UnknownOperation(`${name} on testRunner`);
  }
}

function check(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(message);
}
