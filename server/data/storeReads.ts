/** Every way to read documents. Every call is bounded in time, every answer in size. */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { Stage } from '../db/query/pipeline.ts';
import type { StoredDoc } from './args.ts';
import type { FindArgs, Projection } from './findArgs.ts';
import { REVISION, revisionOf, withoutRevision } from './revision.ts';
import type { DataScope } from './scope.ts';
import { bytesOf, plain } from './storeValues.ts';
import { MAX_TIME_MS } from './storeWrites.ts';

export interface ReadsDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
}

interface Shown {
  readonly projection: Projection;
  readonly showsRevision: boolean;
}

/** What one answer holds at most; more would not pass the channel to the listener. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const BATCH_SIZE = 250;

/** All methods take the scope first: nothing here can be asked without saying whose data is meant. */
export function createReads({ databaseOf }: ReadsDeps) {
  const collectionOf = ({ environmentId }: DataScope, coll: string): mongoose.mongo.Collection<StoredDoc> =>
    databaseOf(environmentId).collection<StoredDoc>(coll);

  return {
    get: async (scope: DataScope, coll: string, id: string, { projection, showsRevision }: Shown) => {
      const options = { ...within(scope), projection, promoteBuffers: true };
      const doc = await collectionOf(scope, coll).findOne({ _id: id }, options);
      return doc === null ? null : shown(doc, showsRevision);
    },

    find: (scope: DataScope, coll: string, args: FindArgs): Promise<readonly StoredDoc[]> => {
      const { filter, projection, limit, skip, sort, showsRevision } = args;
      const cursor = collectionOf(scope, coll).find(filter, {
        ...within(scope),
        projection,
        limit,
        skip,
        sort: new Map(sort),
        batchSize: BATCH_SIZE,
        promoteBuffers: true,
      });
      return answer(cursor, (doc) => shown(doc, showsRevision));
    },

    count: (scope: DataScope, coll: string, filter: object): Promise<number> =>
      collectionOf(scope, coll).countDocuments(filter, within(scope)),

    aggregate: (scope: DataScope, coll: string, pipeline: readonly Stage[]) => {
      const options = { ...within(scope), batchSize: BATCH_SIZE, promoteBuffers: true };
      return answer(collectionOf(scope, coll).aggregate<Stage>([...pipeline], options), (row) => plain(row));
    },
  };
}

/** In the transaction there is, if there is one, and not for long. */
function within({ transaction }: DataScope) {
  return { maxTimeMS: MAX_TIME_MS, ...(transaction !== undefined && { session: transaction.session }) };
}

async function answer<D extends object, R>(cursor: AsyncIterable<D>, show: (doc: D) => R): Promise<readonly R[]> {
  const docs: R[] = [];
  let bytes = 0;
  for await (const doc of cursor) {
    bytes += bytesOf(doc);
    if (bytes > MAX_ANSWER_BYTES) {
      throw new AppError('invalid_input', {
        detail: `The documents found are more than ${MAX_ANSWER_BYTES} bytes: ask for fewer, or for fewer fields.`,
      });
    }
    docs.push(show(doc));
  }
  return docs;
}

function shown(doc: StoredDoc, showsRevision: boolean): StoredDoc {
  const rest = plain(withoutRevision(doc));
  return showsRevision ? { ...rest, [REVISION]: revisionOf(doc) } : rest;
}
