/**
 * What listeners reach as `api.data`: the documents of the run's own environment, and nothing else. The environment
 * comes from the run, never from the arguments; every argument is checked here before the database sees it.
 */
import type mongoose from 'mongoose';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { parseCollection, parseDoc, parseDocs, parseFilter, parseFind, parseId, parseUpdate } from './args.ts';
import { createDocIdMaker } from './docId.ts';
import { refusal } from '../db/query/fault.ts';
import { createDataStore } from './store.ts';
import { isRecord } from '../db/query/values.ts';

export interface DataApiDeps {
  /** The connection handed out is the environment's own database. */
  readonly connectionFor: (environmentId: number) => mongoose.Connection;
  readonly clock: Clock;
  readonly newDocId?: () => string;
}

export interface DataScope {
  readonly environmentId: number;
}

/** `args` is `{ coll }` and the arguments of the call by their names in sdk.ts: id, doc, docs, query, filter … */
type DataMethod = (scope: DataScope, args: unknown) => Promise<unknown>;
type Args = Readonly<Record<string, unknown>>;
type Call = (environmentId: number, coll: string, args: Args) => Promise<unknown>;

export interface DataApi {
  /** One function per call, by the name it travels under: `data.find`, `data.createDoc` … */
  readonly methods: Readonly<Record<`data.${string}`, DataMethod>>;
  /** Answers one call. Throws AppError: `invalid_input`, `not_found`, `conflict`, `storage_unavailable`. */
  readonly handle: (environmentId: number, method: string, args: unknown) => Promise<unknown>;
}

export function createDataApi({ connectionFor, clock, newDocId = createDocIdMaker(clock) }: DataApiDeps): DataApi {
  const store = createDataStore({ connectionFor });

  const calls: Readonly<Record<string, Call>> = {
    /** The document, or null. */
    getDoc: (env, coll, { id }) => store.get(env, coll, parseId(id)),

    /** The document as stored. `conflict` where its `_id` is taken. */
    async createDoc(env, coll, args) {
      const doc = parseDoc(args.doc, newDocId);
      await store.insert(env, coll, [doc]);
      return doc;
    },

    /** Inserts all that are not there yet; `conflict` at the end where some were. */
    async insertMany(env, coll, args) {
      const docs = parseDocs(args.docs, newDocId);
      await store.insert(env, coll, docs);
      return { insertedIds: docs.map(({ _id }) => _id) };
    },

    /** The document as stored, in place of the one with its `_id`. `not_found` where there is none. */
    async updateDoc(env, coll, args) {
      const doc = parseDoc(args.doc, undefined);
      if (await store.replace(env, coll, doc)) return doc;
      throw new AppError('not_found', { detail: `No document of ${coll} has the _id ${JSON.stringify(doc._id)}.` });
    },

    /** One that is gone already is no fault: a run may be executed twice. */
    async deleteDoc(env, coll, { id }) {
      return { deleted: await store.remove(env, coll, parseId(id)) };
    },

    find: (env, coll, { query, projection, options }) => store.find(env, coll, parseFind(query, projection, options)),
    updateMany: (env, coll, { filter, update }) =>
      store.updateMany(env, coll, parseFilter(filter), parseUpdate(update)),
    deleteMany: (env, coll, { filter }) => store.deleteMany(env, coll, parseFilter(filter)),
    count: (env, coll, { filter }) => store.count(env, coll, parseFilter(filter ?? {})),
  };

  async function call(environmentId: number, made: Call, args: unknown): Promise<unknown> {
    if (!isRecord(args)) throw refusal([], 'expected the collection and the arguments of the call');
    return made(environmentId, parseCollection(args.coll), args);
  }

  const methods = Object.fromEntries(
    Object.entries(calls).map(([name, made]): [`data.${string}`, DataMethod] => [
      `data.${name}`,
      (scope, args) => call(scope.environmentId, made, args),
    ]),
  );

  return {
    methods,
    async handle(environmentId, method, args) {
      const name = method.replace(/^data\./, '');
      const made = method.startsWith('data.') && Object.hasOwn(calls, name) ? calls[name] : undefined;
      if (made === undefined) throw new AppError('invalid_input', { detail: `api.${method} does not exist.` });
      return call(environmentId, made, args);
    },
  };
}
