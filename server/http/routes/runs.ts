/** Runs: what happened, why, and doing it again or not at all. */
import { Type } from 'typebox';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import { Run, RunSummary, type RunFilter } from '../../schemas/runView.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { RunParams, runListQuery, spanOf } from './shared.ts';

/** The environment comes first in every call. `get`, `retry` and `cancel` throw `not_found` for a run of another one. */
export interface RunManager {
  /** Newest first. */
  readonly list: (environmentId: number, filter: RunFilter, page: Page) => Promise<PageOf<RunSummary>>;
  readonly get: (environmentId: number, id: string) => Promise<Run>;
  /** Makes a finished run due again; `conflict` while it is queued or running. */
  readonly retry: (environmentId: number, id: string) => Promise<Run>;
  /** Ends a queued or running run; `conflict` when it is over. */
  readonly cancel: (environmentId: number, id: string) => Promise<Run>;
}

const ListQuery = Type.Object(
  {
    ...runListQuery,
    webhook: Type.Optional(Type.String({ format: 'uuid', description: 'Only runs this webhook started.' })),
  },
  { additionalProperties: false },
);

export function runRoutes({ runs, list }: { readonly runs: RunManager; readonly list: Pager }): readonly Route[] {
  const tag = 'Runs';
  const one = { description: 'The run.', schema: Run };
  return [
    defineRoute({
      method: 'get',
      path: '/app/runs',
      summary: 'List runs',
      tag,
      auth: 'read',
      query: ListQuery,
      responses: { 200: { description: 'Runs, newest first.', schema: listOf(RunSummary) } },
      handle: ({ access: { environmentId }, query }) =>
        list({ environmentId, route: '/app/runs', query }, (page) => runs.list(environmentId, spanOf(query), page)),
    }),
    defineRoute({
      method: 'get',
      path: '/app/runs/:id',
      summary: 'Get a run',
      description: 'With its props, event, attempts, log lines, result or error.',
      tag,
      auth: 'read',
      params: RunParams,
      responses: { 200: one },
      handle: async ({ access, params }) => ({ status: 200, body: await runs.get(access.environmentId, params.id) }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/runs/:id/retry',
      summary: 'Run it again',
      description: 'A finished run becomes due at once, with its attempts counted anew.',
      tag,
      auth: 'write',
      params: RunParams,
      responses: { 200: one },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({ status: 200, body: await runs.retry(access.environmentId, params.id) }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/runs/:id/cancel',
      summary: 'Cancel a run',
      description: 'A queued run never begins; a running one is ended.',
      tag,
      auth: 'write',
      params: RunParams,
      responses: { 200: one },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({ status: 200, body: await runs.cancel(access.environmentId, params.id) }),
    }),
  ];
}
