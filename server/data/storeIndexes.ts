/** Indexes an app makes for its own collections: a bounded number, as each of them is work for every write. */
import mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';
import type { IndexArgs } from './indexArgs.ts';
import type { DataScope } from './scope.ts';
import { createTurns } from './turns.ts';

export interface IndexesDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
}

/** Of one collection, beside the one of `_id`. */
const MAX_INDEXES = 20;
const MAX_BUILD_MS = 60_000;
const NO_SUCH_COLLECTION = 26;

export function createIndexes({ databaseOf }: IndexesDeps) {
  const inTurn = createTurns({ room: 2 });

  return {
    /** Its name. One with the same fields that is there already is left as it is. */
    createIndex: ({ environmentId }: DataScope, coll: string, { keys, unique }: IndexArgs): Promise<string> => {
      const collection = databaseOf(environmentId).collection<StoredDoc>(coll);
      return inTurn([`${environmentId}:${coll}`], async () => {
        const present = await indexesOf(collection);
        const wanted = JSON.stringify(keys);
        const same = present.find(({ key }) => JSON.stringify(Object.entries(key)) === wanted);
        if (same !== undefined) {
          if ((same.unique === true) === unique || wanted === '[["_id",1]]') return String(same.name);
          throw new AppError('conflict', {
            detail: `${coll} has an index on these fields that is ${unique ? 'not ' : ''}unique: ${String(same.name)}.`,
          });
        }
        if (present.length > MAX_INDEXES) {
          throw new AppError('conflict', {
            detail: `${coll} has ${MAX_INDEXES} indexes already; it can have no more.`,
          });
        }
        return collection.createIndex(new Map(keys), { unique }, { maxTimeMS: MAX_BUILD_MS });
      });
    },
  };
}

async function indexesOf(collection: mongoose.mongo.Collection<StoredDoc>) {
  try {
    return await collection.indexes();
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoServerError && error.code === NO_SUCH_COLLECTION) return [];
    throw error;
  }
}
