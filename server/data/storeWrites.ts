/**
 * Every way to change documents. Each change is made in a transaction together with the events that tell of it; bulk
 * writes go in steps of one transaction each, so a fault in the middle leaves the steps before it done, and told.
 */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';
import type { Change } from './changeEvent.ts';
import type { DataScope } from './scope.ts';
import { isDuplicate } from './storeFault.ts';
import type { InTransaction, Transact } from './storeTransaction.ts';
import { bytesOf, keyOf } from './storeValues.ts';

export interface WritesDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
  readonly transact: Transact;
}

interface Step {
  readonly changes: readonly Change[];
  readonly modified: number;
}

interface Bulk {
  readonly filter: object;
  /** How many documents one step takes at most. */
  readonly atATime: number;
  readonly step: (within: InTransaction, before: readonly StoredDoc[]) => Promise<Step>;
}

const NOTHING: Step = { changes: [], modified: 0 };
/** How long the database may think about one command. */
export const MAX_TIME_MS = 5_000;
/** How much one transaction changes at most. */
const STEP = { docs: 200, bytes: 8 * 1024 * 1024 };
const READ = { promoteBuffers: true, maxTimeMS: MAX_TIME_MS } as const;
const WRITE = { ignoreUndefined: true, maxTimeMS: MAX_TIME_MS } as const;

export function createWrites({ databaseOf, transact }: WritesDeps) {
  /** Goes through the ids of all documents that match, once each: their order does not change while they are changed. */
  async function* idsOf(scope: DataScope, coll: string, filter: object, atATime: number): AsyncGenerator<unknown[]> {
    if ('_id' in filter && typeof filter._id === 'string') {
      yield [filter._id];
      return;
    }
    const cursor = databaseOf(scope.environmentId)
      .collection<StoredDoc>(coll)
      .find(filter, { projection: { _id: 1 }, sort: { _id: 1 }, batchSize: STEP.docs, maxTimeMS: MAX_TIME_MS });
    let ids: unknown[] = [];
    for await (const { _id } of cursor) {
      ids.push(_id);
      if (ids.length < atATime) continue;
      yield ids;
      ids = [];
    }
    if (ids.length > 0) yield ids;
  }

  /** Runs `step` on the documents that match, a few at a time, and adds up what it did. */
  async function inSteps(scope: DataScope, coll: string, { filter, atATime, step }: Bulk) {
    const total = { matched: 0, modified: 0 };
    for await (const all of idsOf(scope, coll, filter, atATime)) {
      let ids = all;
      while (ids.length > 0) {
        throwIfOver(scope);
        const wanted = ids;
        const done = await transact(scope, coll, wanted, async (within) => {
          const { before, rest } = await readBefore(within, wanted, filter);
          const { changes, modified } = before.length === 0 ? NOTHING : await step(within, before);
          return { result: { matched: before.length, modified, rest }, changes };
        });
        total.matched += done.matched;
        total.modified += done.modified;
        ids = done.rest;
      }
    }
    return total;
  }

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
      if (fresh.length > 0) await collection.insertMany(fresh, { ...WRITE, session });
      return { result: fresh.length === docs.length, changes: fresh.map((after) => ({ after })) };
    });
  }

  async function insertOne(scope: DataScope, coll: string, doc: StoredDoc): Promise<void> {
    await transact(scope, coll, [doc._id], async ({ collection, session }) => {
      await collection.insertOne(doc, { ...WRITE, session });
      return { result: undefined, changes: [{ after: doc }] };
    });
  }

  return {
    insertOne,

    /** False where some were there already; all others are inserted. */
    async insertMany(scope: DataScope, coll: string, docs: readonly StoredDoc[]): Promise<boolean> {
      databaseOf(scope.environmentId); // says so where it is away, for no documents too
      let wereAllNew = true;
      for (const step of stepsOf(docs)) {
        throwIfOver(scope);
        try {
          if (!(await insertStep(scope, coll, step))) wereAllNew = false;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
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

    /** False where no document has the id. */
    replace: (scope: DataScope, coll: string, doc: StoredDoc): Promise<boolean> =>
      transact(scope, coll, [doc._id], async ({ collection, session }) => {
        const options = { ...WRITE, ...READ, session, returnDocument: 'before' } as const;
        const { _id } = doc;
        const isPlain = !Object.keys(doc).some((key) => key.startsWith('$'));
        // Fields named like operators are data here; only a pipeline can say so.
        const before = isPlain
          ? await collection.findOneAndReplace({ _id }, doc, options)
          : await collection.findOneAndUpdate({ _id }, [{ $replaceWith: { $literal: doc } }], options);
        return { result: before !== null, changes: before === null ? [] : [{ before, after: doc }] };
      }),

    remove: (scope: DataScope, coll: string, id: string): Promise<number> =>
      transact(scope, coll, [id], async ({ collection, session }) => {
        const before = await collection.findOneAndDelete({ _id: id }, { ...READ, session });
        return { result: before === null ? 0 : 1, changes: before === null ? [] : [{ before }] };
      }),

    updateMany: (scope: DataScope, coll: string, filter: object, update: object) =>
      inSteps(scope, coll, {
        filter,
        // What the update brings is stored once for each document.
        atATime: Math.max(1, Math.min(STEP.docs, Math.floor(STEP.bytes / bytesOf(update)))),
        step: async ({ collection, session }, before) => {
          const isThese = { _id: { $in: before.map(({ _id }) => _id) } };
          const { modifiedCount } = await collection.updateMany({ $and: [isThese, filter] }, update, {
            ...WRITE,
            session,
          });
          if (modifiedCount === 0) return NOTHING;
          const after = await collection.find(isThese, { ...READ, session }).toArray();
          return { changes: pairsOf(before, after), modified: modifiedCount };
        },
      }),

    async deleteMany(scope: DataScope, coll: string, filter: object): Promise<number> {
      const { modified } = await inSteps(scope, coll, {
        filter,
        atATime: STEP.docs,
        step: async ({ collection, session }, before) => {
          const ids = before.map(({ _id }) => _id);
          const { deletedCount } = await collection.deleteMany(
            { _id: { $in: ids } },
            { maxTimeMS: MAX_TIME_MS, session },
          );
          return { changes: before.map((doc) => ({ before: doc })), modified: deletedCount };
        },
      });
      return modified;
    },
  };
}

/** Those of the ids that still match, as they are now, as far as one step can hold them; the rest is for the next. */
async function readBefore(
  { collection, session }: InTransaction,
  ids: readonly unknown[],
  filter: object,
): Promise<{ readonly before: readonly StoredDoc[]; readonly rest: unknown[] }> {
  const isThese = { _id: { $in: ids as string[] } };
  const cursor = collection.find({ $and: [isThese, filter] }, { ...READ, session, sort: { _id: 1 } });
  const before: StoredDoc[] = [];
  let bytes = 0;
  for await (const doc of cursor) {
    bytes += bytesOf(doc);
    before.push(doc);
    if (bytes >= STEP.bytes) break;
  }
  const last = before.at(-1)?._id;
  const rest = bytes < STEP.bytes ? [] : ids.slice(ids.findIndex((id) => keyOf(id) === keyOf(last)) + 1);
  return { before, rest };
}

function pairsOf(before: readonly StoredDoc[], after: readonly StoredDoc[]): readonly Change[] {
  const byId = new Map(after.map((doc) => [keyOf(doc._id), doc]));
  return before.flatMap((doc) => {
    const now = byId.get(keyOf(doc._id));
    return now === undefined ? [] : [{ before: doc, after: now }];
  });
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

function throwIfOver({ signal }: DataScope): void {
  if (signal?.aborted !== true) return;
  throw new AppError('run_timeout', { detail: 'The run is over; the rest of its bulk write was left alone.' });
}
