/**
 * Changes of documents that are named by their ids. Each is made in a transaction together with the events that tell of
 * it; a list too long for one transaction goes in several, so a fault in the middle leaves those before it done, and told.
 */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';
import { changedFields, type Change } from './changeEvent.ts';
import {
  FIRST_REVISION,
  firstOf,
  isRevision,
  LOWER,
  NEXT_REVISION,
  REVISION,
  revisionConflict,
  revisionOf,
} from './revision.ts';
import { checkAgainst, type SchemaOf } from './schemas.ts';
import type { DataScope } from './scope.ts';
import { isDuplicate } from './storeFault.ts';
import type { Transact, Within } from './storeTransaction.ts';
import { bytesOf } from './storeValues.ts';

export interface WritesDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
  readonly transact: Transact;
  readonly schemaOf: SchemaOf;
}

export interface ReplaceOptions {
  /** Makes the document where there is none. */
  readonly upsert: boolean;
  readonly ifRevision: number | undefined;
}

/** How long the database may think about one command. */
export const MAX_TIME_MS = 5_000;
/** How much one transaction changes at most. */
export const STEP = { docs: 200, bytes: 8 * 1024 * 1024 };
export const READ = { promoteBuffers: true, maxTimeMS: MAX_TIME_MS } as const;
export const WRITE = { ignoreUndefined: true, maxTimeMS: MAX_TIME_MS } as const;

export function createWrites({ databaseOf, transact, schemaOf }: WritesDeps) {
  /** Inserts what is not there yet; false where some was. */
  function insertStep(scope: DataScope, coll: string, docs: readonly StoredDoc[]): Promise<boolean> {
    const ids = docs.map(({ _id }) => _id);
    return transact(scope, coll, ids, async ({ collection, session }) => {
      const there = await collection
        .find({ _id: { $in: ids } }, { ...READ, session, projection: { _id: 1 } })
        .map(({ _id }) => _id)
        .toArray();
      const taken = new Set(there);
      const fresh = docs.filter(({ _id }) => !taken.has(_id) && taken.add(_id));
      if (fresh.length > 0) await collection.insertMany(fresh.map(firstOf), { ...WRITE, session });
      return { result: fresh.length === docs.length, changes: fresh.map((after) => ({ after })) };
    });
  }

  async function insertOne(scope: DataScope, coll: string, doc: StoredDoc): Promise<void> {
    await transact(scope, coll, [doc._id], async ({ collection, session }) => {
      await collection.insertOne(firstOf(doc), { ...WRITE, session });
      return { result: undefined, changes: [{ after: doc }] };
    });
  }

  return {
    insertOne,

    /** False where some were there already; all others are inserted. */
    insertMany: async (scope: DataScope, coll: string, docs: readonly StoredDoc[]): Promise<boolean> => {
      databaseOf(scope.environmentId); // says so where it is away, for no documents too
      let wereAllNew = true;
      const steps = stepsOf(docs);
      const schema = schemaOf(coll);
      // One step checks what it writes; of several, the first must not be in when the second turns out not to fit.
      if (schema !== undefined && steps.length > 1) for (const doc of docs) checkAgainst(schema, coll, doc);
      for (const step of steps) {
        throwIfOver(scope);
        try {
          if (!(await insertStep(scope, coll, step))) wereAllNew = false;
        } catch (error) {
          // Within somebody's transaction there is nothing left to go on with.
          if (!isDuplicate(error) || scope.transaction !== undefined) throw error;
          // Something else must be unique, or another was faster: each document on its own merits.
          for (const doc of step) {
            await insertOne(scope, coll, doc).catch((fault: unknown) => {
              if (!isDuplicate(fault)) throw fault;
              wereAllNew = false;
            });
          }
        }
      }
      return wereAllNew;
    },

    /** The revision it has then; undefined where no document has the id. `conflict` where it has another revision. */
    replace: (scope: DataScope, coll: string, doc: StoredDoc, { upsert, ifRevision }: ReplaceOptions) =>
      transact<number | undefined>(scope, coll, [doc._id], async ({ collection, session }) => {
        const { _id } = doc;
        // A pipeline, as only that can count on from what is there, and take fields named like operators for data.
        const before = await collection.findOneAndUpdate(
          { _id, ...isRevision(ifRevision) },
          [{ $replaceWith: { $mergeObjects: [{ $literal: doc }, { [REVISION]: NEXT_REVISION }] } }],
          { ...WRITE, ...READ, session, upsert, returnDocument: 'before' },
        );
        if (before === null) {
          if (upsert) return { result: FIRST_REVISION, changes: [{ after: doc }] };
          await throwIfOther({ collection, session }, _id, ifRevision);
          return { result: undefined, changes: [] };
        }
        const changed = changedFields(before, doc);
        if (changed.length === 0) await collection.updateOne({ _id }, LOWER, { ...WRITE, session });
        const result = revisionOf(before) + (changed.length === 0 ? 0 : 1);
        return { result, changes: [{ before, after: doc, changed }] satisfies Change[] };
      }),

    /** How many were deleted. `conflict` where the document has another revision. */
    remove: (scope: DataScope, coll: string, id: string, ifRevision: number | undefined): Promise<number> =>
      transact(scope, coll, [id], async ({ collection, session }) => {
        const isIt = { _id: id, ...isRevision(ifRevision) };
        const before = await collection.findOneAndDelete(isIt, { ...READ, session });
        if (before === null) await throwIfOther({ collection, session }, id, ifRevision);
        return { result: before === null ? 0 : 1, changes: before === null ? [] : [{ before }] };
      }),
  };
}

export function throwIfOver({ signal }: DataScope): void {
  if (signal?.aborted !== true) return;
  throw new AppError('run_timeout', { detail: 'The run is over; the rest of its bulk write was left alone.' });
}

/** Where a document is there, but not with the revision that was wanted. */
async function throwIfOther({ collection, session }: Within, id: string, ifRevision: number | undefined) {
  if (ifRevision === undefined) return;
  const there = await collection.findOne({ _id: id }, { ...READ, session, projection: { [REVISION]: 1 } });
  if (there !== null) throw revisionConflict(collection.collectionName, id, ifRevision, revisionOf(there));
}

function stepsOf(docs: readonly StoredDoc[]): readonly (readonly StoredDoc[])[] {
  const steps: StoredDoc[][] = [];
  let bytes = Infinity;
  for (const doc of docs) {
    const step = steps.at(-1);
    const size = bytesOf(doc);
    if (step === undefined || step.length === STEP.docs || bytes + size > STEP.bytes) {
      steps.push([doc]);
      bytes = size;
    } else {
      step.push(doc);
      bytes += size;
    }
  }
  return steps;
}
