/** Fires crons that are in no database, with runs kept in memory. */
import { createFireCron, type FireDeps } from '../../server/crons/fire.ts';
import { createTimetable } from '../../server/crons/timetable.ts';
import type { CronDocument } from '../../server/crons/document.ts';
import type { Settlement } from '../../server/queue/entry.ts';
import type { NewRun } from '../../server/runs/document.ts';
import { aClock, collectingLogger, someRuns } from './builders.ts';

export const timetable = createTimetable();

export function setUp(
  now: string,
  given: Partial<FireDeps> & { readonly fail?: (run: NewRun) => Error | undefined } = {},
) {
  const { fail, ...deps } = given;
  const clock = aClock(now);
  const runs = someRuns(fail);
  const { log, lines } = collectingLogger();
  const fireCron = createFireCron({ ...runs.deps, timetable, clock, log, ...deps });
  const fire = (cron: CronDocument, signal = new AbortController().signal) => fireCron(cron, signal);
  return { clock, runs, lines, fire };
}

/** The cron as it is stored once the settlement is written. */
export function after(cron: CronDocument, { set, unset = [] }: Settlement): CronDocument {
  const gone = new Set(unset);
  return Object.fromEntries(Object.entries({ ...cron, ...set }).filter(([name]) => !gone.has(name))) as never;
}
