/** Changes all documents that match, or makes one: decided and told in one transaction, as everything else is. */
import { withNewId } from './upsertArgs.ts';
import { raising } from './revision.ts';
import type { DataScope } from './scope.ts';
import { isDuplicate } from './storeFault.ts';
import type { Transact } from './storeTransaction.ts';
import { READ, WRITE } from './storeWrites.ts';

export interface UpsertsDeps {
  readonly transact: Transact;
  readonly updateMany: (scope: DataScope, coll: string, filter: object, update: object) => Promise<Updated>;
}

interface Updated {
  readonly matched: number;
  readonly modified: number;
}

interface NewId {
  /** The one the filter demands. */
  readonly id: string | undefined;
  readonly newDocId: () => string;
}

const MAX_ATTEMPTS = 5;

export function createUpserts({ transact, updateMany }: UpsertsDeps) {
  /** The id of the document that was made; undefined where one matches now. Those who ask for the same take turns. */
  function insertOne(scope: DataScope, coll: string, filter: object, update: object, { id, newDocId }: NewId) {
    const turn = id ?? { filter };
    return transact<string | undefined>(scope, coll, [turn], async ({ collection, session }) => {
      const there = await collection.findOne(filter, { ...READ, session, projection: { _id: 1 } });
      if (there !== null) return { result: undefined, changes: [] };
      const made = id === undefined ? withNewId(raising(update), newDocId()) : raising(update);
      const after = await collection.findOneAndUpdate(filter, made, {
        ...WRITE,
        ...READ,
        session,
        upsert: true,
        returnDocument: 'after',
      });
      return { result: after?._id, changes: after === null ? [] : [{ after }] };
    });
  }

  return {
    upsertMany: async (scope: DataScope, coll: string, filter: object, update: object, ids: NewId) => {
      for (let made = 1; ; made++) {
        const updated = await updateMany(scope, coll, filter, update);
        if (updated.matched > 0) return { ...updated, upsertedId: null };
        try {
          const upsertedId = await insertOne(scope, coll, filter, update, ids);
          if (upsertedId !== undefined) return { ...updated, upsertedId };
        } catch (error) {
          // Another process made it in the meantime, or something else of it must be unique.
          if (!isDuplicate(error) || scope.transaction !== undefined || made >= MAX_ATTEMPTS) throw error;
        }
        if (made >= MAX_ATTEMPTS) return { ...updated, upsertedId: null };
      }
    },
  };
}
