/**
 * What the management API may do with documents: the operations of the data API on behalf of a token, each by itself or
 * as a step of the transaction that the request names. Answers are JSON; what is refused is named by its place in the
 * request.
 */
import { AppError, type FieldFault } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type {
  Collection,
  Doc,
  FindBody,
  Index,
  Transaction,
  UpdateManyBody,
  UpdateManyResult,
} from '../schemas/data.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import type { Access } from '../schemas/token.ts';
import { parseCollection } from './args.ts';
import type { DataOperations } from './operations.ts';
import { revisionConflict, revisionOf } from './revision.ts';
import type { DataScope } from './scope.ts';
import type { InTransaction } from './storeTransaction.ts';
import { valueAsJson } from './storeValues.ts';
import type { HeldTransactions } from './transactions/held.ts';
import { IDLE_MS } from './transactions/register.ts';
import { isRepeatable, withTimeOf } from './transactions/step.ts';

export interface ManageDataDeps {
  readonly operations: DataOperations;
  readonly inTransaction: InTransaction;
  readonly held: HeldTransactions;
  readonly listCollections: (environmentId: number, page: Page) => Promise<PageOf<Collection>>;
  readonly listIndexes: (environmentId: number, coll: string) => Promise<readonly Index[]>;
  readonly clock: Clock;
}

interface Show {
  readonly withRevision?: boolean | undefined;
}
interface Change extends Show {
  readonly ifRevision?: number | undefined;
  readonly upsert?: boolean | undefined;
}
interface Call<R> {
  readonly name: string;
  readonly coll: string;
  /** What was sent, in whole. */
  readonly args: unknown;
  readonly isWrite?: boolean;
  readonly isRepeatable?: boolean;
  readonly make: (scope: DataScope) => Promise<R>;
}

export function createManageData(deps: ManageDataDeps) {
  const { operations, inTransaction, held, clock } = deps;

  /** Makes a call, in the transaction of the request where it has one, and gives its answer as JSON. */
  async function call<R>(access: Access, { name, coll, args, isWrite = false, make, ...rest }: Call<R>): Promise<Json> {
    const { environmentId, transaction } = access;
    try {
      if (transaction === undefined) return valueAsJson(await make({ environmentId, userId: null }));
      const bytes = Buffer.byteLength(JSON.stringify(args ?? null));
      const step = {
        name: `${name} of ${coll}`,
        isWrite,
        isRepeatable: rest.isRepeatable ?? true,
        bytes,
        perform: make,
      };
      return valueAsJson(await held.run(access, transaction, step));
    } catch (error) {
      throw placed(error, name);
    }
  }

  return {
    collections: (access: Access, page: Page) => deps.listCollections(access.environmentId, page),

    /** By `_id`, those whose ids are text: all that were made here. */
    async list(access: Access, coll: string, show: Show, { limit, after = '' }: Page): Promise<PageOf<Doc>> {
      const options = { sort: { _id: 1 }, limit: limit + 1, withRevision: show.withRevision };
      const query = { _id: { $gt: after } };
      const make = (scope: DataScope) => operations.find(scope, coll, { query, options });
      const found = (await call(access, { name: 'list', coll, args: query, make })) as unknown as readonly Doc[];
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? (items.at(-1)?._id ?? null) : null };
    },

    async create(access: Access, coll: string, doc: JsonObject, { withRevision }: Show): Promise<Doc> {
      const make = (scope: DataScope) => operations.createDoc(scope, coll, { doc, withRevision });
      return (await call(access, { name: 'create', coll, args: doc, isWrite: true, make })) as Doc;
    },

    async get(access: Access, coll: string, id: string, { withRevision }: Show): Promise<Doc> {
      const make = (scope: DataScope) => operations.getDoc(scope, coll, { id, withRevision });
      const doc = await call(access, { name: 'get', coll, args: id, make });
      if (doc === null) throw absent(coll, id);
      return doc as Doc;
    },

    async replace(access: Access, coll: string, id: string, doc: JsonObject, change: Change): Promise<Doc> {
      if (Object.hasOwn(doc, '_id') && doc._id !== id) {
        const message = 'the _id of a document never changes: leave it out or give the one of the path';
        throw new AppError('invalid_input', {
          detail: `/_id: ${message}`,
          errors: [{ in: 'body', path: '/_id', message }],
        });
      }
      const make = (scope: DataScope) => operations.updateDoc(scope, coll, { doc: { ...doc, _id: id }, ...change });
      return (await call(access, { name: 'replace', coll, args: doc, isWrite: true, make })) as Doc;
    },

    /** Sets the fields that are given, and leaves the others. */
    async patch(access: Access, coll: string, id: string, $set: JsonObject, change: Change): Promise<Doc> {
      const { ifRevision, withRevision } = change;
      const make = (scope: DataScope) =>
        inTransaction(scope, async (within) => {
          const before = await operations.getDoc(within, coll, { id, withRevision: true });
          if (before === null) throw absent(coll, id);
          const revision = revisionOf(before);
          if (ifRevision !== undefined && revision !== ifRevision) {
            throw revisionConflict(coll, id, ifRevision, revision);
          }
          await operations.updateMany(within, coll, { filter: { _id: id }, update: { $set } });
          return operations.getDoc(within, coll, { id, withRevision });
        });
      return (await call(access, { name: 'patch', coll, args: $set, isWrite: true, make })) as Doc;
    },

    async remove(access: Access, coll: string, id: string, { ifRevision }: Change): Promise<void> {
      const make = async (scope: DataScope) => {
        const { deleted } = await operations.deleteDoc(scope, coll, { id, ifRevision });
        if (deleted === 0) throw absent(coll, id);
        return null;
      };
      await call(access, { name: 'delete', coll, args: id, isWrite: true, make });
    },

    async find(access: Access, coll: string, body: FindBody): Promise<readonly Doc[]> {
      const { query, projection } = body;
      const { with_revision: withRevision, ...options } = body.options ?? {};
      const args = { query, projection, options: { ...options, withRevision } };
      const make = (scope: DataScope) => operations.find(scope, coll, args);
      return (await call(access, { name: 'find', coll, args: body, make })) as unknown as readonly Doc[];
    },

    async count(access: Access, coll: string, filter: unknown): Promise<number> {
      const make = (scope: DataScope) => operations.count(scope, coll, { filter });
      return (await call(access, { name: 'count', coll, args: filter, make })) as number;
    },

    async aggregate(access: Access, coll: string, pipeline: unknown): Promise<readonly JsonObject[]> {
      const make = (scope: DataScope) => operations.aggregate(scope, coll, { pipeline });
      const step = { name: 'aggregate', coll, args: pipeline, isRepeatable: isRepeatable(pipeline), make };
      return (await call(access, step)) as unknown as readonly JsonObject[];
    },

    async insertMany(access: Access, coll: string, docs: unknown): Promise<{ insertedIds: string[] }> {
      const make = (scope: DataScope) => operations.insertMany(scope, coll, { docs });
      const answer = await call(access, { name: 'insertMany', coll, args: docs, isWrite: true, make });
      return answer as { insertedIds: string[] };
    },

    async updateMany(access: Access, coll: string, body: UpdateManyBody): Promise<UpdateManyResult> {
      const { filter, options } = body;
      const update = access.transaction === undefined ? body.update : withTimeOf(body.update, new Date(clock.now()));
      const args = { filter, update, upsert: options?.upsert };
      const make = (scope: DataScope) => operations.updateMany(scope, coll, args);
      const answer = await call(access, { name: 'updateMany', coll, args: body, isWrite: true, make });
      const { upsertedId, ...counts } = answer as { matched: number; modified: number; upsertedId?: string | null };
      return { ...counts, ...(upsertedId !== undefined && { upserted_id: upsertedId }) };
    },

    async deleteMany(access: Access, coll: string, filter: unknown): Promise<{ deleted: number }> {
      const make = (scope: DataScope) => operations.deleteMany(scope, coll, { filter });
      const answer = await call(access, { name: 'deleteMany', coll, args: filter, isWrite: true, make });
      return answer as { deleted: number };
    },

    async createIndex(access: Access, coll: string, { keys, unique }: { keys?: unknown; unique?: unknown }) {
      if (access.transaction !== undefined) {
        throw new AppError('invalid_input', { detail: 'An index cannot be made within a transaction.' });
      }
      const make = (scope: DataScope) => operations.createIndex(scope, coll, { keys, unique });
      return (await call(access, { name: 'createIndex', coll, args: keys, isWrite: true, make })) as { name: string };
    },

    async indexes(access: Access, coll: string): Promise<readonly Index[]> {
      try {
        return await deps.listIndexes(access.environmentId, parseCollection(coll));
      } catch (error) {
        throw placed(error, 'indexes');
      }
    },

    begin(access: Access): Transaction {
      const { id, expiresAt } = held.begin(access);
      return { id, expires_at: expiresAt.toISOString(), idle_timeout_ms: IDLE_MS };
    },
    commit: held.commit,
    abort: held.abort,
  };
}

function absent(coll: string, id: string): AppError {
  return new AppError('not_found', { detail: `No document of ${coll} has the _id ${JSON.stringify(id)}.` });
}

const IN_PATH = /^\/(coll|id)$/;
/** What the data API calls a part of a request, and what the request calls it. */
const PARTS: Readonly<Record<string, readonly [ours: RegExp, theirs: string]>> = {
  create: [/^\/doc(?=\/|$)/, ''],
  replace: [/^\/doc(?=\/|$)/, ''],
  patch: [/^\/update\/\$set(?=\/|$)/, ''],
  find: [/^\/filter(?=\/|$)/, '/query'],
  insertMany: [/^\/docs(?=\/|$)/, '/documents'],
};

/** What a call threw, its places as those of the request. */
function placed(error: unknown, call: string): unknown {
  if (!(error instanceof AppError) || error.options.errors === undefined) return error;
  if (error.code === 'schema_mismatch') return error; // its places are those of the document
  const [ours, theirs] = PARTS[call] ?? [/^/, ''];
  const errors = error.options.errors.map(({ path, message }): FieldFault => {
    if (IN_PATH.test(path)) return { in: 'path', path, message };
    if (path === '/ifRevision') return { in: 'query', path: '/if_revision', message };
    return { in: 'body', path: path.replace(ours, theirs), message };
  });
  const [first] = errors;
  const detail = first === undefined ? {} : { detail: `${first.path || 'The body'}: ${first.message}` };
  return new AppError(error.code, { ...error.options, ...detail, errors, cause: error });
}
