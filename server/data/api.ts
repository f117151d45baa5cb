/**
 * What listeners reach as `api.data`: the documents of the run's own environment, and nothing else. The environment
 * comes from the run, never from the arguments; every argument is checked here before the database sees it. Every
 * change is told as an event, `<collection>.created`, `.updated` or `.deleted`, in the same transaction.
 */
import type mongoose from 'mongoose';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { parseCollection, parseDoc, parseDocs, parseFilter, parseFind, parseId, parseUpdate } from './args.ts';
import { createDocIdMaker } from './docId.ts';
import { refusal } from '../db/query/fault.ts';
import type { DataEvents, DataScope } from './scope.ts';
import { createDataStore } from './store.ts';
import { isRecord } from '../db/query/values.ts';

export interface DataApiDeps {
  /** The connection handed out is the environment's own database. */
  readonly connectionFor: (environmentId: number) => mongoose.Connection;
  readonly events: DataEvents;
  readonly clock: Clock;
  readonly newDocId?: () => string;
}

/** `args` is `{ coll }` and the arguments of the call by their names in sdk.ts: id, doc, docs, query, filter … */
type DataMethod = (scope: DataScope, args: unknown) => Promise<unknown>;
type Args = Readonly<Record<string, unknown>>;
type Call = (scope: DataScope, coll: string, args: Args) => Promise<unknown>;

export interface DataApi {
  /** One function per call, by the name it travels under: `data.find`, `data.createDoc` … */
  readonly methods: Readonly<Record<`data.${string}`, DataMethod>>;
  /** Answers one call. Throws AppError: `invalid_input`, `not_found`, `conflict`, `storage_unavailable`. */
  readonly handle: (scope: DataScope, method: string, args: unknown) => Promise<unknown>;
}

export function createDataApi(deps: DataApiDeps): DataApi {
  const { connectionFor, events, clock, newDocId = createDocIdMaker(clock) } = deps;
  const store = createDataStore({ connectionFor, events });

  const calls: Readonly<Record<string, Call>> = {
    /** The document, or null. */
    getDoc: (scope, coll, { id }) => store.get(scope, coll, parseId(id)),

    /** The document as stored. `conflict` where its `_id` is taken. */
    async createDoc(scope, coll, args) {
      const doc = parseDoc(args.doc, newDocId);
      await store.insertOne(scope, coll, doc);
      return doc;
    },

    /** Inserts all that are not there yet; `conflict` at the end where some were. */
    async insertMany(scope, coll, args) {
      const docs = parseDocs(args.docs, newDocId);
      if (!(await store.insertMany(scope, coll, docs))) throw conflictOf(coll);
      return { insertedIds: docs.map(({ _id }) => _id) };
    },

    /** The document as stored, in place of the one with its `_id`. `not_found` where there is none. */
    async updateDoc(scope, coll, args) {
      const doc = parseDoc(args.doc, undefined);
      if (await store.replace(scope, coll, doc)) return doc;
      throw new AppError('not_found', { detail: `No document of ${coll} has the _id ${JSON.stringify(doc._id)}.` });
    },

    /** One that is gone already is no fault: a run may be executed twice. */
    async deleteDoc(scope, coll, { id }) {
      return { deleted: await store.remove(scope, coll, parseId(id)) };
    },

    find: (scope, coll, { query, projection, options }) =>
      store.find(scope, coll, parseFind(query, projection, options)),
    updateMany: (scope, coll, { filter, update }) =>
      store.updateMany(scope, coll, parseFilter(filter), parseUpdate(update)),
    deleteMany: async (scope, coll, { filter }) => ({
      deleted: await store.deleteMany(scope, coll, parseFilter(filter)),
    }),
    count: (scope, coll, { filter }) => store.count(scope, coll, parseFilter(filter ?? {})),
  };

  async function call(scope: DataScope, made: Call, args: unknown): Promise<unknown> {
    if (!isRecord(args)) throw refusal([], 'expected the collection and the arguments of the call');
    return made(scope, parseCollection(args.coll), args);
  }

  const methods = Object.fromEntries(
    Object.entries(calls).map(([name, made]): [`data.${string}`, DataMethod] => [
      `data.${name}`,
      (scope, args) => call(scope, made, args),
    ]),
  );

  return {
    methods,
    async handle(scope, method, args) {
      const name = method.replace(/^data\./, '');
      const made = method.startsWith('data.') && Object.hasOwn(calls, name) ? calls[name] : undefined;
      if (made === undefined) throw new AppError('invalid_input', { detail: `api.${method} does not exist.` });
      return call(scope, made, args);
    },
  };
}

function conflictOf(coll: string): AppError {
  return new AppError('conflict', {
    detail: `Some of the documents were in ${coll} already, or have a value that must be unique; all others are in now.`,
  });
}
