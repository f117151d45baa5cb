/** Which collections and indexes an environment has. */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { Collection, Index } from '../schemas/data.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import { parseCollection } from './args.ts';
import { storeFault } from './storeFault.ts';
import { MAX_TIME_MS } from './storeWrites.ts';

/** What the database says of a collection that is not there. */
const NO_SUCH_COLLECTION = 26;

export function createCollectionStore(connectionFor: (environmentId: number) => mongoose.Connection) {
  async function ask<R>(environmentId: number, work: (db: mongoose.mongo.Db) => Promise<R>): Promise<R> {
    const { db } = connectionFor(environmentId);
    if (db === undefined) throw new AppError('storage_unavailable', { retryAfterS: 5 });
    try {
      return await work(db);
    } catch (error) {
      throw storeFault(error);
    }
  }

  return {
    /** By name. The database's own are not shown. */
    listCollections: (environmentId: number, { limit, after = '' }: Page): Promise<PageOf<Collection>> =>
      ask(environmentId, async (db) => {
        const all = await db.listCollections({}, { nameOnly: true }).toArray();
        const names = all.map(({ name }) => name).filter((name) => isOfTheApp(name) && name > after);
        const page = names.sort().slice(0, limit);
        const items = await Promise.all(
          page.map(async (name) => ({
            name,
            count: await db.collection(name).estimatedDocumentCount({ maxTimeMS: MAX_TIME_MS }),
          })),
        );
        return { items, next: names.length > limit ? (page.at(-1) ?? null) : null };
      }),

    /** None where there is no such collection. */
    listIndexes: (environmentId: number, coll: string): Promise<readonly Index[]> =>
      ask(environmentId, async (db) => {
        try {
          const indexes = await db.collection(coll).listIndexes().toArray();
          return indexes.map(({ name, key, unique }) => ({
            name: String(name),
            keys: key as Readonly<Record<string, unknown>>,
            unique: unique === true || name === '_id_',
          }));
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === NO_SUCH_COLLECTION) return [];
          throw error;
        }
      }),
  };
}

function isOfTheApp(name: string): boolean {
  try {
    return parseCollection(name) === name;
  } catch {
    return false;
  }
}
