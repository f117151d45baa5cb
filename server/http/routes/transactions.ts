/** Transactions over documents: begun, committed, aborted; also under the paths that Lenra documents for them. */
import { AppError } from '../../lib/errors.ts';
import { CollParams, Transaction, TransactionParams, TransactionToken } from '../../schemas/data.ts';
import type { Access } from '../../schemas/token.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed } from './shared.ts';

/** The access comes first in every call: a transaction is its token's own. */
export interface TransactionManager {
  readonly begin: (access: Access) => Transaction;
  readonly commit: (access: Access, id: string) => Promise<void>;
  readonly abort: (access: Access, id: string) => Promise<void>;
}

export function transactionRoutes({ data }: { readonly data: TransactionManager }): readonly Route[] {
  const tag = 'Transactions';
  const auth = 'write';
  const ends = [
    {
      name: 'commit',
      summary: 'Commit a transaction',
      description: 'Everything is kept, with its events, or nothing. Asked again, it says so again.',
      done: 'Kept.',
    },
    { name: 'abort', summary: 'Abort a transaction', description: 'Nothing of it is kept.', done: 'Nothing was kept.' },
  ] as const;
  return [
    defineRoute({
      method: 'post',
      path: '/app/transactions',
      summary: 'Begin a transaction',
      description: 'For the routes under `/app/colls`. It holds nobody up; it may pause for 10 s and last for 30 s.',
      tag,
      auth,
      responses: { 201: { description: 'Begun.', schema: Transaction } },
      errors: ['rate_limited'],
      handle: ({ access }) => ({ status: 201, body: data.begin(access) }),
    }),
    ...ends.map(({ name, summary, description, done }) =>
      defineRoute({
        method: 'post',
        path: `/app/transactions/:id/${name}`,
        summary,
        description,
        tag,
        auth,
        takesTransaction: true,
        params: TransactionParams,
        responses: { 204: { description: done } },
        handle: ({ access, params }) => removed(data[name](access, params.id)),
      }),
    ),
    defineRoute({
      method: 'post',
      path: '/app/colls/:coll/transaction',
      summary: 'Begin a transaction, as Lenra does',
      description: 'Of any collections. Its token takes the place of the API token.',
      tag,
      auth,
      params: CollParams,
      responses: { 200: { description: 'The token.', schema: TransactionToken } },
      errors: ['rate_limited'],
      handle: ({ access }) => ({ status: 200, body: data.begin(access).id }),
    }),
    ...ends.map(({ name, summary, done }) =>
      defineRoute({
        method: 'post',
        path: `/app/colls/:coll/transaction/${name}`,
        summary: `${summary}, as Lenra does`,
        description: 'The one whose token the request brings.',
        tag,
        auth,
        takesTransaction: true,
        params: CollParams,
        responses: { 204: { description: done } },
        handle: ({ access }) => removed(data[name](access, transactionOf(access))),
      }),
    ),
  ];
}

function transactionOf({ transaction }: Access): string {
  if (transaction !== undefined) return transaction;
  const message = 'expected the token of the transaction as bearer token, or x-transaction';
  throw new AppError('invalid_input', {
    detail: `${message}.`,
    errors: [{ in: 'header', path: '/authorization', message }],
  });
}
