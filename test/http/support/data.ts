/** Documents and transactions of which there is one each, in environment 1. */
import type { RouteTableDeps } from '../../../server/http/routeTable.ts';
import { AppError } from '../../../server/lib/errors.ts';
import type { Page, PageOf } from '../../../server/schemas/list.ts';
import type { Access } from '../../../server/schemas/token.ts';

export const DOC_ID = 'doc_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const TRANSACTION_ID = 'txn_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const COLL = 'orders';

/** `pageOf` gives lists of one thing. */
export function fakeData(
  pageOf: <T>(environmentId: number, page: Page, item: T) => Promise<PageOf<T>>,
): RouteTableDeps['data'] {
  const doc = { _id: DOC_ID, amount: 120 };
  const only = <T>({ environmentId }: Access, isThere: boolean, thing: T): Promise<T> =>
    environmentId === 1 && isThere
      ? Promise.resolve(thing)
      : Promise.reject(new AppError('not_found', { detail: 'no' }));
  const one = (access: Access, _coll: string, id: string) => only(access, id === DOC_ID, doc);
  const end = (access: Access, id: string) => only(access, id === TRANSACTION_ID, undefined);
  return {
    collections: ({ environmentId }, page) => pageOf(environmentId, page, { name: COLL, count: 1 }),
    list: ({ environmentId }, _coll, _show, page) => pageOf(environmentId, page, doc),
    create: (_access, _coll, given) => Promise.resolve({ _id: DOC_ID, ...given }),
    get: one,
    replace: one,
    patch: one,
    remove: (access, _coll, id) => only(access, id === DOC_ID, undefined),
    find: () => Promise.resolve([doc]),
    count: () => Promise.resolve(1),
    aggregate: () => Promise.resolve([{ _id: 'open', total: 120 }]),
    insertMany: () => Promise.resolve({ insertedIds: [DOC_ID] }),
    updateMany: () => Promise.resolve({ matched: 1, modified: 1, upserted_id: null }),
    deleteMany: () => Promise.resolve({ deleted: 1 }),
    createIndex: () => Promise.resolve({ name: 'amount_1' }),
    indexes: () => Promise.resolve([{ name: '_id_', keys: { _id: 1 }, unique: true }]),
    begin: () => ({ id: TRANSACTION_ID, expires_at: '2026-01-31T09:30:00.000Z', idle_timeout_ms: 10_000 }),
    commit: end,
    abort: end,
  };
}
