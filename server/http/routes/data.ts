/**
 * Documents and transactions over them, under the paths that Lenra documents for its data API. What each field means is
 * said in schemas/data.ts.
 */
import { Type } from 'typebox';
import {
  Collection,
  CollectionListQuery,
  CollParams,
  type DeleteManyResult,
  Doc,
  DocChanges,
  DocDeleteQuery,
  DocInput,
  DocListQuery,
  DocParams,
  DocQuery,
  DocReplaceQuery,
  DocWriteQuery,
  type FindBody,
  Index,
  IndexBody,
  IndexMade,
  type InsertManyResult,
  type UpdateManyBody,
  type UpdateManyResult,
} from '../../schemas/data.ts';
import type { JsonObject } from '../../schemas/json.ts';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import type { Access } from '../../schemas/token.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { manyRoutes } from './dataMany.ts';
import { removed } from './shared.ts';

interface Show {
  readonly withRevision?: boolean | undefined;
}
interface Change extends Show {
  readonly ifRevision?: number | undefined;
  readonly upsert?: boolean | undefined;
}

/** The access comes first in every call: it says whose documents, and in which transaction. */
export interface DataManager {
  readonly collections: (access: Access, page: Page) => Promise<PageOf<Collection>>;
  readonly list: (access: Access, coll: string, show: Show, page: Page) => Promise<PageOf<Doc>>;
  readonly create: (access: Access, coll: string, doc: JsonObject, show: Show) => Promise<Doc>;
  readonly get: (access: Access, coll: string, id: string, show: Show) => Promise<Doc>;
  readonly replace: (access: Access, coll: string, id: string, doc: JsonObject, change: Change) => Promise<Doc>;
  readonly patch: (access: Access, coll: string, id: string, changes: JsonObject, change: Change) => Promise<Doc>;
  readonly remove: (access: Access, coll: string, id: string, change: Change) => Promise<void>;
  readonly find: (access: Access, coll: string, body: FindBody) => Promise<readonly Doc[]>;
  readonly count: (access: Access, coll: string, filter: unknown) => Promise<number>;
  readonly aggregate: (access: Access, coll: string, pipeline: unknown) => Promise<readonly JsonObject[]>;
  readonly insertMany: (access: Access, coll: string, docs: unknown) => Promise<InsertManyResult>;
  readonly updateMany: (access: Access, coll: string, body: UpdateManyBody) => Promise<UpdateManyResult>;
  readonly deleteMany: (access: Access, coll: string, filter: unknown) => Promise<DeleteManyResult>;
  readonly createIndex: (access: Access, coll: string, body: IndexBody) => Promise<IndexMade>;
  readonly indexes: (access: Access, coll: string) => Promise<readonly Index[]>;
}

export interface DataRouteDeps {
  readonly data: DataManager;
  readonly list: Pager;
}

const COLLS = '/app/colls';
const DOCS = '/app/colls/:coll/docs';
const DOC = '/app/colls/:coll/docs/:id';
const tag = 'Data';
const takesTransaction = true;

export function dataRoutes(deps: DataRouteDeps): readonly Route[] {
  return [...collectionRoutes(deps), ...documentRoutes(deps), ...manyRoutes(deps)];
}

function collectionRoutes({ data, list }: DataRouteDeps): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: COLLS,
      summary: 'List collections',
      description: 'A collection is there once something was written to it.',
      tag,
      auth: 'read',
      query: CollectionListQuery,
      responses: { 200: { description: 'Collections by name.', schema: listOf(Collection) } },
      handle: ({ access, query }) =>
        list({ environmentId: access.environmentId, route: COLLS, query }, (page) => data.collections(access, page)),
    }),
    defineRoute({
      method: 'get',
      path: `${COLLS}/:coll/indexes`,
      summary: 'List the indexes of a collection',
      tag,
      auth: 'read',
      params: CollParams,
      responses: { 200: { description: 'Indexes.', schema: Type.Object({ data: Type.Array(Index) }) } },
      errors: ['invalid_input'],
      handle: async ({ access, params }) => ({ status: 200, body: { data: await data.indexes(access, params.coll) } }),
    }),
    defineRoute({
      method: 'post',
      path: `${COLLS}/:coll/indexes`,
      summary: 'Make an index',
      description: 'One that is there already is no fault.',
      tag,
      auth: 'write',
      takesTransaction,
      params: CollParams,
      body: IndexBody,
      example: { keys: { customer: 1, created_at: -1 } },
      responses: { 201: { description: 'Made.', schema: IndexMade } },
      handle: async ({ access, params, body }) => ({
        status: 201,
        body: await data.createIndex(access, params.coll, body),
      }),
    }),
  ];
}

function documentRoutes({ data, list }: DataRouteDeps): readonly Route[] {
  const one = { description: 'The document.', schema: Doc };
  const shared = { tag, takesTransaction, keepsAllKeys: true } as const;
  return [
    defineRoute({
      ...shared,
      method: 'get',
      path: DOCS,
      summary: 'List documents',
      auth: 'read',
      params: CollParams,
      query: DocListQuery,
      responses: { 200: { description: 'Documents by `_id`.', schema: listOf(Doc) } },
      handle: ({ access, params: { coll }, query }) => {
        const request = { environmentId: access.environmentId, route: DOCS, query: { ...query, coll } };
        return list(request, (page) => data.list(access, coll, { withRevision: query.with_revision }, page));
      },
    }),
    defineRoute({
      ...shared,
      method: 'post',
      path: DOCS,
      summary: 'Make a document',
      description: 'Told as the event `<collection>.created`.',
      auth: 'write',
      params: CollParams,
      query: DocQuery,
      body: DocInput,
      example: { customer: 'c-1', amount: 120, status: 'open' },
      responses: { 201: { description: 'Made; with its `_id`.', schema: Doc } },
      handle: async ({ access, params, query, body }) => ({
        status: 201,
        body: await data.create(access, params.coll, body, { withRevision: query.with_revision }),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'get',
      path: DOC,
      summary: 'Show a document',
      auth: 'read',
      params: DocParams,
      query: DocQuery,
      responses: { 200: one },
      handle: async ({ access, params: { coll, id }, query }) => ({
        status: 200,
        body: await data.get(access, coll, id, { withRevision: query.with_revision }),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'put',
      path: DOC,
      summary: 'Replace a document',
      description: 'As a whole: fields that are not given are gone.',
      auth: 'write',
      params: DocParams,
      query: DocReplaceQuery,
      body: DocInput,
      example: { customer: 'c-1', amount: 120, status: 'paid' },
      responses: { 200: one },
      handle: async ({ access, params: { coll, id }, query, body }) => ({
        status: 200,
        body: await data.replace(access, coll, id, body, changeOf(query)),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'patch',
      path: DOC,
      summary: 'Change fields of a document',
      auth: 'write',
      params: DocParams,
      query: DocWriteQuery,
      body: DocChanges,
      example: { status: 'paid' },
      responses: { 200: one },
      handle: async ({ access, params: { coll, id }, query, body }) => ({
        status: 200,
        body: await data.patch(access, coll, id, body, changeOf(query)),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'delete',
      path: DOC,
      summary: 'Delete a document',
      auth: 'write',
      params: DocParams,
      query: DocDeleteQuery,
      responses: { 204: { description: 'Deleted.' } },
      handle: ({ access, params: { coll, id }, query }) => removed(data.remove(access, coll, id, changeOf(query))),
    }),
  ];
}

function changeOf(query: {
  readonly if_revision?: number;
  readonly upsert?: boolean;
  readonly with_revision?: boolean;
}): Change {
  return { ifRevision: query.if_revision, upsert: query.upsert, withRevision: query.with_revision };
}
