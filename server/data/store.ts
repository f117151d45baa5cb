/**
 * Documents of an app in the database of its environment, through the driver's own collections: the app decides what
 * they look like, so there is no schema in between. Every call is bounded in time, every answer in size.
 */
import mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { FindArgs, StoredDoc } from './args.ts';
import { storeFault } from './storeFault.ts';

export interface DataStoreDeps {
  readonly connectionFor: (environmentId: number) => mongoose.Connection;
}

/** All methods take the environment first: nothing here can be asked without saying whose data is meant. */

const MAX_TIME_MS = 5_000;
/** What one find gives at most; more would not pass the channel to the listener. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const BATCH_SIZE = 250;

export function createDataStore({ connectionFor }: DataStoreDeps) {
  async function onCollection<R>(
    environmentId: number,
    coll: string,
    work: (collection: mongoose.mongo.Collection<StoredDoc>) => Promise<R>,
  ): Promise<R> {
    try {
      const { db } = connectionFor(environmentId);
      if (db === undefined) throw new AppError('storage_unavailable', { retryAfterS: 5 });
      return await work(db.collection<StoredDoc>(coll));
    } catch (error) {
      throw storeFault(error);
    }
  }

  return {
    get: (environmentId: number, coll: string, id: string) =>
      onCollection(environmentId, coll, async (collection) => {
        const doc = await collection.findOne({ _id: id }, { maxTimeMS: MAX_TIME_MS, promoteBuffers: true });
        return doc === null ? null : plain(doc);
      }),

    insert: (environmentId: number, coll: string, docs: readonly StoredDoc[]) =>
      onCollection(environmentId, coll, async (collection) => {
        const [doc] = docs;
        if (doc === undefined) return;
        // Unordered: a document that is there already does not keep the others out.
        if (docs.length > 1) await collection.insertMany([...docs], { ordered: false, ignoreUndefined: true });
        else await collection.insertOne(doc, { ignoreUndefined: true });
      }),

    /** False where no document has the id. */
    replace: (environmentId: number, coll: string, doc: StoredDoc) =>
      onCollection(environmentId, coll, async (collection) => {
        const { _id } = doc;
        const isPlain = !Object.keys(doc).some((key) => key.startsWith('$'));
        // Fields named like operators are data here; only a pipeline can say so.
        const { matchedCount } = isPlain
          ? await collection.replaceOne({ _id }, doc, { ignoreUndefined: true })
          : await collection.updateOne({ _id }, [{ $replaceWith: { $literal: doc } }], { ignoreUndefined: true });
        return matchedCount > 0;
      }),

    remove: (environmentId: number, coll: string, id: string) =>
      onCollection(environmentId, coll, async (collection) => (await collection.deleteOne({ _id: id })).deletedCount),

    find: (environmentId: number, coll: string, { filter, projection, limit, skip, sort }: FindArgs) =>
      onCollection(environmentId, coll, async (collection) => {
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
          bytes += mongoose.mongo.BSON.calculateObjectSize(doc);
          if (bytes > MAX_ANSWER_BYTES) {
            throw new AppError('invalid_input', {
              detail: `The documents found are more than ${MAX_ANSWER_BYTES} bytes: ask for fewer, or for fewer fields.`,
            });
          }
          docs.push(plain(doc));
        }
        return docs;
      }),

    updateMany: (environmentId: number, coll: string, filter: object, update: object) =>
      onCollection(environmentId, coll, async (collection) => {
        const result = await collection.updateMany(filter, update, { ignoreUndefined: true, maxTimeMS: MAX_TIME_MS });
        return { matched: result.matchedCount, modified: result.modifiedCount };
      }),

    deleteMany: (environmentId: number, coll: string, filter: object) =>
      onCollection(environmentId, coll, async (collection) => {
        const { deletedCount } = await collection.deleteMany(filter, { maxTimeMS: MAX_TIME_MS });
        return { deleted: deletedCount };
      }),

    count: (environmentId: number, coll: string, filter: object) =>
      onCollection(environmentId, coll, (collection) => collection.countDocuments(filter, { maxTimeMS: MAX_TIME_MS })),
  };
}

/** What JSON, Dates and bytes cannot say becomes text or plain data, whoever wrote it into the database. */
function plain(doc: StoredDoc): StoredDoc {
  return plainValue(doc) as StoredDoc;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  const { ObjectId, Decimal128, Long, BSONValue, EJSON } = mongoose.mongo.BSON;
  if (value instanceof ObjectId || value instanceof Decimal128 || value instanceof Long) return value.toString();
  if (value instanceof BSONValue) return EJSON.serialize(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}
