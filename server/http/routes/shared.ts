/** What several route files say in the same words. */
import { Type } from 'typebox';
import type { Run } from '../../schemas/runView.ts';
import type { Answer } from '../route.ts';

/** How long a route that shows a run waits for its end. */
const RUN_WAIT_MS = 10_000;

export const UuidParams = Type.Object({ uuid: Type.String({ format: 'uuid' }) });

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
