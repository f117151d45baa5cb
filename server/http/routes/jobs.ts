/** Jobs: runs asked for by a program, now or later. What else there is to do with a run is in runs.ts. */
import { Type } from 'typebox';
import { AppError } from '../../lib/errors.ts';
import { JobAccepted, JobCreate } from '../../schemas/job.ts';
import { listOf, type Page, type PageOf } from '../../schemas/list.ts';
import { Run, RunSummary } from '../../schemas/runView.ts';
import type { Priority } from '../../schemas/job.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { RunStatus } from '../../schemas/run.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { RunParams, runListQuery, spanOf } from './shared.ts';

export interface JobManager {
  readonly enqueue: (job: {
    readonly environmentId: number;
    readonly listener: string;
    readonly props?: JsonObject;
    readonly event?: Json;
    readonly delayMs?: number;
    readonly at?: Date;
    readonly key?: string;
    readonly priority?: Priority;
  }) => Promise<{ readonly run: string; readonly duplicate: boolean }>;
  readonly list: (
    environmentId: number,
    filter: { readonly status?: RunStatus; readonly action?: string; readonly since?: Date; readonly until?: Date },
    page: Page,
  ) => Promise<PageOf<RunSummary>>;
  readonly get: (environmentId: number, id: string) => Promise<Run>;
  readonly cancel: (environmentId: number, id: string) => Promise<Run>;
}

const ListQuery = Type.Object(runListQuery, { additionalProperties: false });

export function jobRoutes({ jobs, list }: { readonly jobs: JobManager; readonly list: Pager }): readonly Route[] {
  const tag = 'Jobs';
  const one = { description: 'The job, as the run it is.', schema: Run };
  return [
    defineRoute({
      method: 'post',
      path: '/app/jobs',
      summary: 'Enqueue a job',
      description:
        'Runs a listener in the background: now, after `delay_ms`, or at a time. With a `key`, the job of this ' +
        'listener that waits under the same key is the answer, and no second one is made.',
      tag,
      auth: 'write',
      body: JobCreate,
      example: { listener_name: 'exampleListener', props: { userId: 1 }, delay_ms: 60_000, key: 'user-1' },
      responses: { 202: { description: 'Stored; it runs when it is due.', schema: JobAccepted } },
      errors: ['listener_not_found', 'overloaded', 'stopping'],
      handle: async ({ access: { environmentId }, body }) => {
        const { listener_name: name, action, delay_ms: delayMs, at, ...rest } = body;
        const { run, duplicate } = await jobs.enqueue({
          ...rest,
          environmentId,
          listener: oneOf(name, action),
          ...(delayMs !== undefined && { delayMs }),
          ...(at !== undefined && { at: new Date(at) }),
        });
        return { status: 202, body: { run, status: 'queued', duplicate } satisfies JobAccepted };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/jobs',
      summary: 'List jobs',
      tag,
      auth: 'read',
      query: ListQuery,
      responses: { 200: { description: 'Jobs, newest first.', schema: listOf(RunSummary) } },
      handle: ({ access: { environmentId }, query }) =>
        list({ environmentId, route: '/app/jobs', query }, (page) => jobs.list(environmentId, spanOf(query), page)),
    }),
    defineRoute({
      method: 'get',
      path: '/app/jobs/:id',
      summary: 'Get a job',
      tag,
      auth: 'read',
      params: RunParams,
      responses: { 200: one },
      handle: async ({ access, params }) => ({ status: 200, body: await jobs.get(access.environmentId, params.id) }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/jobs/:id/cancel',
      summary: 'Cancel a job',
      description: 'One that waits never begins, and its key is free again; one that runs is ended.',
      tag,
      auth: 'write',
      params: RunParams,
      responses: { 200: one },
      errors: ['conflict'],
      handle: async ({ access, params }) => ({ status: 200, body: await jobs.cancel(access.environmentId, params.id) }),
    }),
  ];
}

function oneOf(name: string | undefined, action: string | undefined): string {
  const listener = name ?? action;
  if (listener !== undefined && (name === undefined || action === undefined)) return listener;
  const message = `Expected the listener as listener_name, or as action; found ${listener === undefined ? 'neither' : 'both'}.`;
  throw new AppError('invalid_input', { detail: message, errors: [{ in: 'body', path: '/listener_name', message }] });
}
