/**
 * Documents of an app in the database of its environment, through the driver's own collections: the app decides what
 * they look like, so there is no schema in between. What the driver throws leaves here as something a caller can meet.
 */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { Committed } from './committed.ts';
import type { SchemaOf } from './schemas.ts';
import type { DataEvents } from './scope.ts';
import { createBulkWrites } from './storeBulk.ts';
import { storeFault } from './storeFault.ts';
import { createIndexes } from './storeIndexes.ts';
import { createReads } from './storeReads.ts';
import { createTransactions } from './storeTransaction.ts';
import { createUpserts } from './storeUpsert.ts';
import { createWrites } from './storeWrites.ts';

export interface DataStoreDeps {
  readonly connectionFor: (environmentId: number) => mongoose.Connection;
  readonly events: DataEvents;
  readonly schemaOf?: SchemaOf;
  readonly tell?: (committed: Committed) => void;
  readonly isShared?: boolean;
  readonly random?: () => number;
}

export type DataStore = ReturnType<typeof createDataStore>;

export function createDataStore(deps: DataStoreDeps) {
  const { connectionFor, events, schemaOf = () => undefined, tell = () => undefined } = deps;
  const { isShared = false, random = Math.random } = deps;
  const { transact, inTransaction } = createTransactions({ databaseOf, events, schemaOf, tell, isShared, random });
  const bulk = createBulkWrites({ databaseOf, transact, inTransaction, schemaOf });
  const reads = createReads({ databaseOf });
  const writes = createWrites({ databaseOf, transact, schemaOf });
  const { upsertMany } = createUpserts({ transact, updateMany: bulk.updateMany });
  const { createIndex } = createIndexes({ databaseOf });

  function databaseOf(environmentId: number): mongoose.mongo.Db {
    const { db } = connectionFor(environmentId);
    if (db === undefined) throw new AppError('storage_unavailable', { retryAfterS: 5 });
    return db;
  }

  return {
    inTransaction,
    get: explained(reads.get),
    find: explained(reads.find),
    count: explained(reads.count),
    aggregate: explained(reads.aggregate),
    insertOne: explained(writes.insertOne),
    insertMany: explained(writes.insertMany),
    replace: explained(writes.replace),
    remove: explained(writes.remove),
    updateMany: explained(bulk.updateMany),
    upsertMany: explained(upsertMany),
    deleteMany: explained(bulk.deleteMany),
    createIndex: explained(createIndex),
  };
}

function explained<A extends readonly unknown[], R>(ask: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await ask(...args);
    } catch (error) {
      throw storeFault(error);
    }
  };
}
