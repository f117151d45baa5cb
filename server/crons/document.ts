/**
 * A cron as it is stored, which is a queue entry as well:
 *
 *   queued   active; falls due at its next tick
 *   running  a tick is at work: its runs are being started
 *   paused   has no ticks and no place in the queue
 *
 * Firing puts it back in the queue for the tick that follows. `next_at` keeps the tick while a claim moves `due_at`, so a
 * server that dies in between leaves nothing behind but a tick that is still to be fired. Whoever changes a cron raises
 * `attempt` and takes the lease away, so that a tick at work writes nothing over the change.
 */
import type { QueueEntry } from '../queue/entry.ts';
import type { Cron, CronMissed, CronOverlap, CronState } from '../schemas/cron.ts';

/** All crons wait in one lane: a tick is over in milliseconds. */
export const CRONS_LANE = 'crons';

export type SkipReason = NonNullable<Cron['last_skipped']>['reason'];

export interface CronDocument extends QueueEntry {
  /** `crn_…`; sorts by time of creation. */
  readonly _id: string;
  readonly status: 'queued' | 'running' | 'paused';
  readonly environment_id: number;
  readonly name: string;
  readonly listener_name: string;
  readonly schedule: string;
  readonly timezone: string;
  /** JSON text. */
  readonly props: string;
  readonly overlap: CronOverlap;
  readonly missed: CronMissed;
  /** The tick to be fired next; null while paused. */
  readonly next_at: Date | null;
  /** When the tick was first tried, while its runs cannot be started: what was on time then stays so. */
  readonly tried_at?: Date;
  readonly last_run: { readonly id: string; readonly scheduled_at: Date } | null;
  readonly last_skipped: {
    readonly scheduled_at: Date;
    readonly reason: SkipReason;
    readonly count: number;
  } | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function stateOf({ status }: Pick<CronDocument, 'status'>): CronState {
  return status === 'paused' ? 'paused' : 'active';
}

const ID = /^crn_[0-9a-z]{26}$/;

/** No name looks like an id unless it is the cron's own. */
export function isCronId(text: string): boolean {
  return ID.test(text);
}
