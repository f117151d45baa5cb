/** A cron as the API shows it: members in the order they are promised. */
import type { Clock } from '../lib/clock.ts';
import { NEXT_RUNS, type Cron } from '../schemas/cron.ts';
import type { JsonObject } from '../schemas/json.ts';
import { stateOf, type CronDocument } from './document.ts';
import type { StatusesOf } from './plan.ts';
import { describeSchedule } from './schedule/describe.ts';
import type { Timetable } from './timetable.ts';

export interface CronViewDeps {
  readonly timetable: Pick<Timetable, 'nextFew'>;
  readonly statusesOf: StatusesOf;
  readonly clock: Clock;
}

/** Many at once, as how their last runs went is one read for all of them. */
export function createCronView({ timetable, statusesOf, clock }: CronViewDeps) {
  return async function viewCrons(crons: readonly CronDocument[]): Promise<readonly Cron[]> {
    const runs = crons.flatMap(({ last_run }) => last_run?.id ?? []);
    const statuses: Awaited<ReturnType<StatusesOf>> = runs.length === 0 ? new Map() : await statusesOf(runs);
    return crons.map((cron) => ({
      id: cron._id,
      name: cron.name,
      environment_id: cron.environment_id,
      listener_name: cron.listener_name,
      schedule: cron.schedule,
      description: describeSchedule(cron.schedule),
      timezone: cron.timezone,
      props: JSON.parse(cron.props) as JsonObject,
      overlap: cron.overlap,
      missed: cron.missed,
      state: stateOf(cron),
      next_runs: nextRuns(cron),
      last_run: cron.last_run && {
        run: cron.last_run.id,
        scheduled_at: cron.last_run.scheduled_at.toISOString(),
        status: statuses.get(cron.last_run.id) ?? null,
      },
      last_skipped: cron.last_skipped && {
        scheduled_at: cron.last_skipped.scheduled_at.toISOString(),
        reason: cron.last_skipped.reason,
        count: cron.last_skipped.count,
      },
      created_at: cron.created_at.toISOString(),
      updated_at: cron.updated_at.toISOString(),
    }));
  };

  /** Never before the one it is queued for: where the clock was put back, those in between were fired already. */
  function nextRuns(cron: CronDocument): string[] {
    if (cron.next_at === null) return [];
    const afterMs = Math.max(clock.now(), cron.next_at.getTime() - 1);
    return timetable.nextFew(cron, afterMs, NEXT_RUNS).map((tick) => new Date(tick).toISOString());
  }
}
