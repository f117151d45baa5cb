/** What several route files say in the same words. */
import { Type } from 'typebox';
import { pageQuery } from '../../schemas/list.ts';
import { RunStatus } from '../../schemas/run.ts';
import type { Run } from '../../schemas/runView.ts';
import type { Answer } from '../route.ts';

/** How long a route that shows a run waits for its end. */
const RUN_WAIT_MS = 10_000;

export const UuidParams = Type.Object({ uuid: Type.String({ format: 'uuid' }) });

export const RunParams = Type.Object({ id: Type.String({ pattern: '^run_[0-9a-z]{26}$' }) });

const Time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

/** What every list of runs may be asked for. */
export const runListQuery = {
  status: Type.Optional(RunStatus),
  action: Type.Optional(Type.String({ maxLength: 200, description: 'Only runs of this listener.' })),
  since: Time('Only runs made at this time or later.'),
  until: Time('Only runs made before this time.'),
  ...pageQuery,
};

/** The filter a query stands for: its times as times, without what is about the page. */
export function spanOf<Q extends { readonly since?: string; readonly until?: string }>(query: Q) {
  const {
    limit: _limit,
    cursor: _cursor,
    since,
    until,
    ...rest
  } = query as Q & {
    readonly limit?: number;
    readonly cursor?: string;
  };
  return {
    ...rest,
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
  };
}

export interface RunWatcher {
  /** Resolves with the next outcome of the run, or when the time is up. */
  readonly wait: (environmentId: number, id: string, timeoutMs: number) => Promise<unknown>;
  readonly get: (environmentId: number, id: string) => Promise<Run>;
}

/** The run once its attempt is over or the time is up, whichever comes first. */
export async function runAfterWaiting(runs: RunWatcher, environmentId: number, id: string): Promise<Run> {
  await runs.wait(environmentId, id, RUN_WAIT_MS);
  return runs.get(environmentId, id);
}

/** The answer to a deletion, once it is done. */
export async function removed(deletion: Promise<void>): Promise<Answer> {
  await deletion;
  return { status: 204 };
}
