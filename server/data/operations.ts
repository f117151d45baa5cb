/**
 * What can be done with documents, for everybody who may: listeners, the HTTP edge, views. The environment comes from
 * the scope, never from the arguments; every argument is unknown and is checked here before the database sees it.
 * Every change is told as an event, `<collection>.created`, `.updated` or `.deleted`, in the same transaction.
 */
import { AppError } from '../lib/errors.ts';
import { refusal } from '../db/query/fault.ts';
import { parseAggregate } from './aggregateArgs.ts';
import {
  ownedBy,
  parseCollection,
  parseDoc,
  parseDocs,
  parseFilter,
  parseFlag,
  parseId,
  parseRevision,
  parseUpdate,
  type StoredDoc,
} from './args.ts';
import { parseFind, parseProjection } from './findArgs.ts';
import { parseIndex } from './indexArgs.ts';
import { firstOf, REVISION } from './revision.ts';
import type { DataScope } from './scope.ts';
import type { DataStore } from './store.ts';
import { idOfUpsert } from './upsertArgs.ts';

/** By their names in sdk.ts: `id`, `doc`, `docs`, `query`, `filter` …; what is not there is undefined. */
export type Args = Readonly<Record<string, unknown>>;

type Operation<R> = (scope: DataScope, coll: unknown, args: Args) => Promise<R>;

/**
 * All of them throw AppError: `invalid_input` (422, with the place), `conflict` (409), `storage_unavailable` (503).
 * `withRevision: true` shows `_rev` in the documents that are answered.
 */
export interface DataOperations {
  /** `{ id, projection?, withRevision? }`: the document, or null. */
  readonly getDoc: Operation<StoredDoc | null>;
  /** `{ doc, withRevision? }`: as stored. `conflict` where its `_id` is taken. */
  readonly createDoc: Operation<StoredDoc>;
  /** `{ docs }`: inserts all that are not there yet; `conflict` at the end where some were. */
  readonly insertMany: Operation<{ readonly insertedIds: readonly string[] }>;
  /**
   * `{ doc, ifRevision?, upsert?, withRevision? }`: as stored, in place of the one with its `_id`. `not_found` where
   * there is none, `conflict` with `revision` where it has another revision.
   */
  readonly updateDoc: Operation<StoredDoc>;
  /** `{ id, ifRevision? }`: one that is gone already is no fault, as a run may be executed twice. */
  readonly deleteDoc: Operation<{ readonly deleted: number }>;
  /** `{ query?, projection?, options?: { sort, skip, limit, withRevision } }` */
  readonly find: Operation<readonly StoredDoc[]>;
  /** `{ filter, update, upsert? }`; `upsertedId` only where `upsert` was asked for. */
  readonly updateMany: Operation<UpdateResult>;
  /** `{ filter }` */
  readonly deleteMany: Operation<{ readonly deleted: number }>;
  /** `{ filter? }` */
  readonly count: Operation<number>;
  /** `{ pipeline }`: the documents that come out of it, at most 1,000. */
  readonly aggregate: Operation<readonly Readonly<Record<string, unknown>>[]>;
  /** `{ keys, unique? }`: the name; one that is there already is no fault. Not within a transaction. */
  readonly createIndex: Operation<{ readonly name: string }>;
}

export interface UpdateResult {
  readonly matched: number;
  readonly modified: number;
  /** The id of the document that was made; null where one matched. */
  readonly upsertedId?: string | null;
}

export interface OperationsDeps {
  readonly store: DataStore;
  readonly newDocId: () => string;
}

export function createOperations({ store, newDocId }: OperationsDeps): DataOperations {
  return {
    async getDoc(scope, coll, { id, projection, withRevision }) {
      const shown = parseProjection(projection, parseFlag(withRevision, 'withRevision'));
      return store.get(scope, parseCollection(coll), parseId(id), shown);
    },

    async createDoc(scope, coll, args) {
      const name = parseCollection(coll);
      const showsRevision = parseFlag(args.withRevision, 'withRevision');
      const doc = ownedBy(parseDoc(args.doc, scope.newDocId ?? newDocId), scope.userId);
      await store.insertOne(scope, name, doc);
      return showsRevision ? firstOf(doc) : doc;
    },

    async insertMany(scope, coll, args) {
      const name = parseCollection(coll);
      const docs = parseDocs(args.docs, scope.newDocId ?? newDocId).map((doc) => ownedBy(doc, scope.userId));
      if (!(await store.insertMany(scope, name, docs))) throw someWereThere(name);
      return { insertedIds: docs.map(({ _id }) => _id) };
    },

    async updateDoc(scope, coll, args) {
      const name = parseCollection(coll);
      const doc = parseDoc(args.doc, undefined);
      const upsert = parseFlag(args.upsert, 'upsert');
      const ifRevision = parseRevision(args.ifRevision);
      const showsRevision = parseFlag(args.withRevision, 'withRevision');
      if (upsert && ifRevision !== undefined) throw refusal(['ifRevision'], 'cannot be used together with upsert');
      const revision = await store.replace(scope, name, doc, { upsert, ifRevision });
      if (revision === undefined) {
        throw new AppError('not_found', { detail: `No document of ${name} has the _id ${JSON.stringify(doc._id)}.` });
      }
      return showsRevision ? { ...doc, [REVISION]: revision } : doc;
    },

    async deleteDoc(scope, coll, { id, ifRevision }) {
      const name = parseCollection(coll);
      return { deleted: await store.remove(scope, name, parseId(id), parseRevision(ifRevision)) };
    },

    async find(scope, coll, { query, projection, options }) {
      return store.find(scope, parseCollection(coll), parseFind(query, projection, options, scope.userId));
    },

    async updateMany(scope, coll, args) {
      const name = parseCollection(coll);
      const filter = parseFilter(args.filter, scope.userId);
      const update = parseUpdate(args.update);
      if (!parseFlag(args.upsert, 'upsert')) return store.updateMany(scope, name, filter, update);
      if (filter !== args.filter && typeof scope.userId !== 'string') {
        throw refusal(['filter'], 'with upsert, @me must stand for somebody, and there is no user here');
      }
      const ids = { id: idOfUpsert(filter), newDocId: scope.newDocId ?? newDocId };
      return store.upsertMany(scope, name, filter, update, ids);
    },

    async deleteMany(scope, coll, { filter }) {
      const name = parseCollection(coll);
      return { deleted: await store.deleteMany(scope, name, parseFilter(filter, scope.userId)) };
    },

    async count(scope, coll, { filter }) {
      return store.count(scope, parseCollection(coll), parseFilter(filter ?? {}, scope.userId));
    },

    async aggregate(scope, coll, { pipeline }) {
      return store.aggregate(scope, parseCollection(coll), parseAggregate(pipeline, scope.userId));
    },

    async createIndex(scope, coll, { keys, unique }) {
      const name = parseCollection(coll);
      if (scope.transaction !== undefined) throw refusal([], 'an index cannot be made within a transaction');
      return { name: await store.createIndex(scope, name, parseIndex(keys, unique)) };
    },
  };
}

function someWereThere(coll: string): AppError {
  return new AppError('conflict', {
    detail: `Some of the documents were in ${coll} already, or have a value that must be unique; all others are in now.`,
  });
}
