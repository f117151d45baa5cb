/**
 * Changes of all documents that match a filter, in steps of one transaction each: a fault in the middle leaves the steps
 * before it done, and told. Within somebody's transaction all steps are in that one, and are fewer.
 *
 * Where documents have to fit a schema, an update that takes several steps is tried first, all of it, and undone: what
 * does not fit is refused before anything has changed. Only what others write in that time may still break it off.
 */
import type mongoose from 'mongoose';
import { AppError } from '../lib/errors.ts';
import type { StoredDoc } from './args.ts';
import { changedFields, type Change } from './changeEvent.ts';
import { LOWER, raising } from './revision.ts';
import type { DataScope } from './scope.ts';
import type { SchemaOf } from './schemas.ts';
import type { InTransaction, Transact, Within } from './storeTransaction.ts';
import { bytesOf, keyOf } from './storeValues.ts';
import { MAX_TIME_MS, READ, STEP, throwIfOver, WRITE } from './storeWrites.ts';

export interface BulkWritesDeps {
  readonly databaseOf: (environmentId: number) => mongoose.mongo.Db;
  readonly transact: Transact;
  readonly inTransaction: InTransaction;
  readonly schemaOf: SchemaOf;
}

interface Step {
  readonly changes: readonly Change[];
  readonly modified: number;
}

interface Bulk {
  readonly filter: object;
  /** How many documents one step takes at most. */
  readonly atATime: number;
  readonly step: (within: Within, before: readonly StoredDoc[]) => Promise<Step>;
}

/**
 * `go`: step by step. `try`: the same, and each step is undone. `one`: only where one step does it all; where it does
 * not, SeveralSteps is thrown before anything has changed.
 */
type Mode = 'go' | 'try' | 'one';

interface Ids {
  readonly all: unknown[];
  readonly areLast: boolean;
}

class SeveralSteps extends Error {}

/** Thrown to undo what was only tried. */
class Tried extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super('Only tried.');
    this.result = result;
  }
}

const NOTHING: Step = { changes: [], modified: 0 };
/** What one call changes at most where it cannot go in transactions of its own. */
const MAX_DOCS_WITHIN = 1_000;

export function createBulkWrites({ databaseOf, transact, inTransaction, schemaOf }: BulkWritesDeps) {
  /** Goes through the ids of all documents that match, once each: their order does not change while they are changed. */
  async function* idsOf(scope: DataScope, coll: string, filter: object, atATime: number): AsyncGenerator<Ids> {
    if ('_id' in filter && typeof filter._id === 'string') {
      yield { all: [filter._id], areLast: true };
      return;
    }
    const { environmentId, transaction } = scope;
    const cursor = databaseOf(environmentId)
      .collection<StoredDoc>(coll)
      .find(filter, {
        projection: { _id: 1 },
        sort: { _id: 1 },
        batchSize: STEP.docs,
        maxTimeMS: MAX_TIME_MS,
        ...(transaction !== undefined && { session: transaction.session, limit: MAX_DOCS_WITHIN + 1 }),
      });
    // Within one transaction everything is looked for before anything is changed.
    const source = transaction === undefined ? cursor : await cursor.toArray();
    if (Array.isArray(source) && source.length > MAX_DOCS_WITHIN) throw tooManyWithin(coll);
    let ids: unknown[] = [];
    for await (const { _id } of source) {
      if (ids.length === atATime) {
        yield { all: ids, areLast: false };
        ids = [];
      }
      ids.push(_id);
    }
    if (ids.length > 0) yield { all: ids, areLast: true };
  }

  /** Does one step of a transaction of its own, and takes it back. */
  async function transactAndUndo<R>(...[scope, coll, ids, work]: Parameters<typeof transact<R>>): Promise<R> {
    try {
      return await inTransaction(scope, async (within) => {
        throw new Tried(await transact(within, coll, ids, work));
      });
    } catch (error) {
      if (error instanceof Tried) return error.result as R;
      throw error;
    }
  }

  /** Runs `step` on the documents that match, a few at a time, and adds up what it did. */
  async function inSteps(scope: DataScope, coll: string, { filter, atATime, step }: Bulk, mode: Mode = 'go') {
    const total = { matched: 0, modified: 0 };
    const make = mode === 'try' ? transactAndUndo : transact;
    for await (const { all, areLast } of idsOf(scope, coll, filter, atATime)) {
      let ids = all;
      while (ids.length > 0) {
        throwIfOver(scope);
        const wanted = ids;
        const done = await make(scope, coll, wanted, async (within) => {
          const { before, rest } = await readBefore(within, wanted, filter);
          if (mode === 'one' && (rest.length > 0 || !areLast)) throw new SeveralSteps();
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

  /** As one step, or as several that have been tried: see above. */
  async function asOne(scope: DataScope, coll: string, bulk: Bulk) {
    if (scope.transaction !== undefined || schemaOf(coll) === undefined) return inSteps(scope, coll, bulk);
    try {
      return await inSteps(scope, coll, bulk, 'one');
    } catch (error) {
      if (!(error instanceof SeveralSteps)) throw error;
    }
    await inSteps(scope, coll, bulk, 'try');
    return inSteps(scope, coll, bulk);
  }

  return {
    updateMany: (scope: DataScope, coll: string, filter: object, update: object) =>
      asOne(scope, coll, {
        filter,
        // What the update brings is stored once for each document.
        atATime: Math.max(1, Math.min(STEP.docs, Math.floor(STEP.bytes / bytesOf(update)))),
        step: async ({ collection, session }, before) => {
          const isThese = among(before);
          await collection.updateMany({ $and: [isThese, filter] }, raising(update), { ...WRITE, session });
          const after = await collection.find(isThese, { ...READ, session }).toArray();
          const looked = pairsOf(before, after);
          const changes = looked.filter(({ changed }) => changed.length > 0);
          // The revision was raised without knowing whether anything would change.
          const same = looked.flatMap((change) => (change.changed.length === 0 ? [change.before] : []));
          if (same.length > 0) await collection.updateMany(among(same), LOWER, { ...WRITE, session });
          return { changes, modified: changes.length };
        },
      }),

    deleteMany: async (scope: DataScope, coll: string, filter: object): Promise<number> => {
      const { modified } = await inSteps(scope, coll, {
        filter,
        atATime: STEP.docs,
        step: async ({ collection, session }, before) => {
          const { deletedCount } = await collection.deleteMany(among(before), { maxTimeMS: MAX_TIME_MS, session });
          return { changes: before.map((doc) => ({ before: doc })), modified: deletedCount };
        },
      });
      return modified;
    },
  };
}

function among(docs: readonly StoredDoc[]) {
  return { _id: { $in: docs.map(({ _id }) => _id) } };
}

/** Those of the ids that still match, as they are now, as far as one step can hold them; the rest is for the next. */
async function readBefore(
  { collection, session }: Within,
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

function pairsOf(before: readonly StoredDoc[], after: readonly StoredDoc[]) {
  const byId = new Map(after.map((doc) => [keyOf(doc._id), doc]));
  return before.flatMap((doc) => {
    const now = byId.get(keyOf(doc._id));
    return now === undefined ? [] : [{ before: doc, after: now, changed: changedFields(doc, now) }];
  });
}

function tooManyWithin(coll: string): AppError {
  return new AppError('invalid_input', {
    detail: `More than ${MAX_DOCS_WITHIN} documents of ${coll} match: too many to change in one transaction.`,
  });
}
