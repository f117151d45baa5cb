/** Crons: made, listed, changed, run by hand and removed, and what comes next. What each field means is said in schemas/cron.ts. */
import { Type } from 'typebox';
import { Cron, CronCreate, CronListQuery, CronPatch, UpcomingTick, type CronFilter } from '../../schemas/cron.ts';
import { listOf, pageQuery, type Page, type PageOf } from '../../schemas/list.ts';
import { RunAccepted, RunSummary } from '../../schemas/runView.ts';
import type { Pager } from '../paging.ts';
import { defineRoute, type Route } from '../route.ts';
import { removed } from './shared.ts';

/** The environment comes first in every call: there is no way to ask without it. A name may be an id as well. */
export interface CronManager {
  readonly create: (environmentId: number, input: CronCreate) => Promise<Cron>;
  readonly list: (environmentId: number, filter: CronFilter, page: Page) => Promise<PageOf<Cron>>;
  readonly get: (environmentId: number, name: string) => Promise<Cron>;
  readonly update: (environmentId: number, name: string, change: CronPatch) => Promise<Cron>;
  readonly remove: (environmentId: number, name: string) => Promise<void>;
  readonly runNow: (environmentId: number, name: string) => Promise<{ readonly run: string }>;
  readonly history: (environmentId: number, name: string, page: Page) => Promise<PageOf<RunSummary>>;
  readonly upcoming: (environmentId: number, until: Date | undefined, page: Page) => Promise<PageOf<UpcomingTick>>;
}

export interface CronRouteDeps {
  readonly crons: CronManager;
  readonly list: Pager;
}

const Params = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100, description: "The cron's name, or its id." }),
});
const HistoryQuery = Type.Object({ ...pageQuery }, { additionalProperties: false });
const UpcomingQuery = Type.Object(
  {
    until: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'Only ticks up to this time, at most 366 days ahead; default 24 hours.',
      }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);

export function cronRoutes({ crons, list }: CronRouteDeps): readonly Route[] {
  const tag = 'Crons';
  const one = { description: 'The cron.', schema: Cron };
  return [
    defineRoute({
      method: 'post',
      path: '/app/crons',
      summary: 'Make a cron',
      description: 'Runs a listener whenever the clocks of its time zone show what the schedule says.',
      tag,
      auth: 'write',
      body: CronCreate,
      example: {
        name: 'morning',
        listener_name: 'exampleListener',
        schedule: '0 9 * * MON-FRI',
        timezone: 'Europe/Paris',
        props: { userId: 1 },
      },
      responses: { 201: { description: 'Made; `next_runs` says when it ticks.', schema: Cron } },
      errors: ['listener_not_found', 'conflict'],
      handle: async ({ access, body }) => ({ status: 201, body: await crons.create(access.environmentId, body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/crons',
      summary: 'List crons',
      tag,
      auth: 'read',
      query: CronListQuery,
      responses: { 200: { description: 'Crons, oldest first.', schema: listOf(Cron) } },
      handle: ({ access: { environmentId }, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        const request = { environmentId, route: '/app/crons', query };
        return list(request, (page) => crons.list(environmentId, filter, page));
      },
    }),
    // Before the routes with a name: no cron may be called so.
    defineRoute({
      method: 'get',
      path: '/app/crons/upcoming',
      summary: 'List what comes next',
      description: 'The ticks that are about to come, of all active crons.',
      tag,
      auth: 'read',
      query: UpcomingQuery,
      responses: { 200: { description: 'Ticks, by time.', schema: listOf(UpcomingTick) } },
      handle: ({ access: { environmentId }, query }) => {
        const until = query.until === undefined ? undefined : new Date(query.until);
        const request = { environmentId, route: '/app/crons/upcoming', query };
        return list(request, (page) => crons.upcoming(environmentId, until, page));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/crons/:name',
      summary: 'Get a cron',
      tag,
      auth: 'read',
      params: Params,
      responses: { 200: one },
      handle: async ({ access, params }) => ({
        status: 200,
        body: await crons.get(access.environmentId, params.name),
      }),
    }),
    defineRoute({
      method: 'patch',
      path: '/app/crons/:name',
      summary: 'Change a cron',
      description:
        'Members left out stay as they are. With another schedule or time zone, or active again, it ticks from now on: ' +
        'what was missed while it was paused is not caught up.',
      tag,
      auth: 'write',
      params: Params,
      body: CronPatch,
      example: { state: 'paused' },
      responses: { 200: one },
      errors: ['listener_not_found', 'conflict'],
      handle: async ({ access, params, body }) => ({
        status: 200,
        body: await crons.update(access.environmentId, params.name, body),
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/app/crons/:name',
      summary: 'Delete a cron',
      description: 'It ticks no more. Its runs stay, and those that wait still run.',
      tag,
      auth: 'write',
      params: Params,
      responses: { 204: { description: 'Deleted.' } },
      handle: ({ access, params }) => removed(crons.remove(access.environmentId, params.name)),
    }),
    defineRoute({
      method: 'post',
      path: '/app/crons/:name/run',
      summary: 'Run a cron now',
      description:
        'Whatever its schedule, and also while it is paused. Unless its runs may overlap, it waits for one that goes on.',
      tag,
      auth: 'write',
      params: Params,
      responses: { 202: { description: 'Stored and due.', schema: RunAccepted } },
      errors: ['listener_not_found', 'overloaded', 'stopping'],
      handle: async ({ access, params }) => {
        const { run } = await crons.runNow(access.environmentId, params.name);
        return { status: 202, body: { run, status: 'queued' } satisfies RunAccepted };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/app/crons/:name/runs',
      summary: "List a cron's runs",
      tag,
      auth: 'read',
      params: Params,
      query: HistoryQuery,
      responses: { 200: { description: 'Runs, newest first.', schema: listOf(RunSummary) } },
      handle: ({ access: { environmentId }, params, query }) => {
        // A cursor is bound to what it was made for: here to the cron as well.
        const request = { environmentId, route: '/app/crons/:name/runs', query: { ...query, name: params.name } };
        return list(request, (page) => crons.history(environmentId, params.name, page));
      },
    }),
  ];
}
