/** What runs by the clock, faked for the HTTP tests: one cron and one job in environment 1. */
import { AppError } from '../../../server/lib/errors.ts';
import type { RouteTableDeps } from '../../../server/http/routeTable.ts';
import type { Page, PageOf } from '../../../server/schemas/list.ts';
import type { Cron } from '../../../server/schemas/cron.ts';
import { AT, RUN_ID, aRun, aRunSummary } from './records.ts';

export const CRON_ID = 'crn_01h8xgj4c2v6qkz0m3n5p7r9t1';

export function aCron(given: Partial<Cron> = {}): Cron {
  return {
    id: CRON_ID,
    name: 'nightly',
    environment_id: 1,
    listener_name: 'exampleListener',
    schedule: '0 9 * * MON-FRI',
    description: 'At 09:00, Monday through Friday',
    timezone: 'Europe/Paris',
    props: { userId: 1 },
    overlap: 'skip',
    missed: 'once',
    state: 'active',
    next_runs: [AT],
    last_run: { run: RUN_ID, scheduled_at: AT, status: 'succeeded' },
    last_skipped: { scheduled_at: AT, reason: 'overlap', count: 1 },
    created_at: AT,
    updated_at: AT,
    ...given,
  };
}

export function fakeClockwork(
  pageOf: <T>(environmentId: number, page: Page, item: T) => Promise<PageOf<T>>,
): Pick<RouteTableDeps, 'jobs' | 'crons'> {
  const own = <T>(environmentId: number, isThere: boolean, thing: T): Promise<T> =>
    environmentId === 1 && isThere
      ? Promise.resolve(thing)
      : Promise.reject(new AppError('not_found', { detail: 'no' }));
  const cron = <T>(environmentId: number, name: string, thing: T) =>
    own(environmentId, name === 'nightly' || name === CRON_ID, thing);
  const job = (environmentId: number, id: string) =>
    own(environmentId, id === RUN_ID, aRun({ trigger: { type: 'job' }, priority: 'high' }));
  return {
    jobs: {
      enqueue: ({ listener }) =>
        listener === 'exampleListener'
          ? Promise.resolve({ run: RUN_ID, duplicate: false })
          : Promise.reject(new AppError('listener_not_found', { extra: { nearest: ['exampleListener'] } })),
      list: (environmentId, _filter, page) => pageOf(environmentId, page, aRunSummary({ trigger: { type: 'job' } })),
      get: job,
      cancel: job,
    },
    crons: {
      create: (environmentId, { listener_name: name = 'exampleListener', action: _, ...input }) =>
        Promise.resolve(aCron({ ...input, listener_name: name, environment_id: environmentId })),
      list: (environmentId, _filter, page) => pageOf(environmentId, page, aCron()),
      get: (environmentId, name) => cron(environmentId, name, aCron()),
      update: (environmentId, name, { action: _, ...change }) => cron(environmentId, name, aCron(change)),
      remove: (environmentId, name) => cron(environmentId, name, undefined),
      runNow: (environmentId, name) => cron(environmentId, name, { run: RUN_ID }),
      history: (environmentId, name, page) =>
        cron(environmentId, name, undefined).then(() => pageOf(environmentId, page, aRunSummary())),
      upcoming: (environmentId, _until, page) =>
        pageOf(environmentId, page, {
          at: AT,
          cron: CRON_ID,
          name: 'nightly',
          listener_name: 'exampleListener',
          timezone: 'UTC',
        }),
    },
  };
}
