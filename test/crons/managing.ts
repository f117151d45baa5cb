/** Crons in a database of the test file's own, and a manager of them. */
import { beforeAll, expect } from 'vitest';
import type { CronDocument } from '../../server/crons/document.ts';
import { createManageCrons, type ManageCronsDeps } from '../../server/crons/manage.ts';
import { createCronStore, CRONS_COLLECTION } from '../../server/crons/store.ts';
import { createTimetable } from '../../server/crons/timetable.ts';
import { createParser } from '../../server/lib/schema.ts';
import { createLeases } from '../../server/queue/leases.ts';
import { CronCreate, CronPatch } from '../../server/schemas/cron.ts';
import type { RunSummary } from '../../server/schemas/runView.ts';
import { ownDatabase } from '../rules/engine.ts';
import { aClock, listeners, newId, someRuns } from './builders.ts';

const parseCreate = createParser(CronCreate, 'body');
const parsePatch = createParser(CronPatch, 'body');
export const NOW = '2026-03-02T09:30:00.000Z';

/** To be called at the top of a test file. */
export function ownCrons() {
  const database = ownDatabase();
  let environments = 100;

  const leasesOf = (owner: string) =>
    createLeases<CronDocument>({ connection: database().platform, collection: CRONS_COLLECTION, owner });

  beforeAll(async () => {
    await createCronStore(database().platform).ensureIndexes();
    await leasesOf('nobody').ensureIndexes();
  });

  /** Every test has an environment of its own, and the one after it. */
  function setUp() {
    const environmentId = (environments += 10);
    const clock = aClock(NOW);
    const store = createCronStore(database().platform);
    const runs = someRuns();
    const asked: unknown[] = [];
    let noticed = 0;
    const deps: ManageCronsDeps = {
      store,
      timetable: createTimetable(),
      listeners,
      clock,
      newId,
      ...runs.deps,
      runs: {
        list: (...given) => {
          asked.push(given);
          return Promise.resolve({ items: [{ id: 'run_1' } as RunSummary], next: null });
        },
      },
      notice: () => noticed++,
    };
    const manage = createManageCrons(deps);
    const createIn = (id: number, input: object = {}) =>
      manage.create(id, parseCreate({ listener_name: 'sweep', schedule: '0 10 * * *', ...input }));
    return {
      environmentId,
      clock,
      store,
      runs,
      deps,
      manage,
      createIn,
      create: (input: object = {}) => createIn(environmentId, input),
      update: (name: string, input: object) => manage.update(environmentId, name, parsePatch(input)),
      stored: (name: string) => store.get(environmentId, name),
      asked,
      noticed: () => noticed,
    };
  }

  return { setUp, leasesOf };
}

/** What an error says of the body, place by place. */
export const faults = (...expected: readonly (readonly [path: string, words: RegExp])[]) => ({
  options: {
    errors: expected.map(([path, words]) => ({ in: 'body', path, message: expect.stringMatching(words) as string })),
  },
});
