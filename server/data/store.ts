/**
 * Documents of an app in the database of its environment, through the driver's own collections: the app decides what
 * they look like, so there is no schema in between. Every call is bounded in time, every answer in size.
 */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { FindArgs, StoredDoc } from './args.ts';
import type { DataEvents, DataScope } from './scope.ts';
import { storeFault } from './storeFault.ts';
import { createTransact } from './storeTransaction.ts';
import { bytesOf, plain } from './storeValues.ts';
import { createWrites, MAX_TIME_MS } from './storeWrites.ts';

export interface DataStoreDeps {
  readonly connectionFor: (environmentId: number) => mongoose.Connection;
  readonly events: DataEvents;
  readonly random?: () => number;
}

/** What one find gives at most; more would not pass the channel to the listener. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const BATCH_SIZE = 250;

/** All methods take the scope first: nothing here can be asked without saying whose data is meant. */
export function createDataStore({ connectionFor, events, random = Math.random }: DataStoreDeps) {
  const writes = createWrites({ databaseOf, transact: createTransact({ databaseOf, events, random }) });

  function databaseOf(environmentId: number): mongoose.mongo.Db {
    const { db } = connectionFor(environmentId);
    if (db === undefined) throw new AppError('storage_unavailable', { retryAfterS: 5 });
    return db;
  }

  const read = <R>(
    { environmentId }: DataScope,
    coll: string,
    ask: (collection: mongoose.mongo.Collection<StoredDoc>) => Promise<R>,
  ): Promise<R> => explain(() => ask(databaseOf(environmentId).collection<StoredDoc>(coll)));

  return {
    get: (scope: DataScope, coll: string, id: string) =>
      read(scope, coll, async (collection) => {
        const doc = await collection.findOne({ _id: id }, { maxTimeMS: MAX_TIME_MS, promoteBuffers: true });
        return doc === null ? null : plain(doc);
      }),

    find: (scope: DataScope, coll: string, { filter, projection, limit, skip, sort }: FindArgs) =>
      read(scope, coll, async (collection) => {
        const cursor = collection.find(filter, {
          projection,
          limit,
          skip,
          sort: new Map(sort),
          batchSize: BATCH_SIZE,
          maxTimeMS: MAX_TIME_MS,
          promoteBuffers: true,
        });
        const docs: StoredDoc[] = [];
        let bytes = 0;
        for await (const doc of cursor) {
          bytes += bytesOf(doc);
          if (bytes > MAX_ANSWER_BYTES) {
            throw new AppError('invalid_input', {
              detail: `The documents found are more than ${MAX_ANSWER_BYTES} bytes: ask for fewer, or for fewer fields.`,
            });
          }
          docs.push(plain(doc));
        }
        return docs;
      }),

    count: (scope: DataScope, coll: string, filter: object) =>
      read(scope, coll, (collection) => collection.countDocuments(filter, { maxTimeMS: MAX_TIME_MS })),

    insertOne: (...args: Parameters<typeof writes.insertOne>) => explain(() => writes.insertOne(...args)),
    insertMany: (...args: Parameters<typeof writes.insertMany>) => explain(() => writes.insertMany(...args)),
    replace: (...args: Parameters<typeof writes.replace>) => explain(() => writes.replace(...args)),
    remove: (...args: Parameters<typeof writes.remove>) => explain(() => writes.remove(...args)),
    updateMany: (...args: Parameters<typeof writes.updateMany>) => explain(() => writes.updateMany(...args)),
    deleteMany: (...args: Parameters<typeof writes.deleteMany>) => explain(() => writes.deleteMany(...args)),
  };
}

async function explain<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw storeFault(error);
  }
}
