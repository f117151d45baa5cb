/**
 * A cron as it is about to be stored: input checked against what a schema cannot say, defaults filled in. Everything that
 * is wrong with it is said at once, and nothing of it is stored.
 */
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';
import type { CronCreate, CronPatch } from '../schemas/cron.ts';
import { checkInput, invalid, type CheckDeps } from './check.ts';
import { CRONS_LANE, stateOf, type CronDocument } from './document.ts';
import type { CronChange } from './store.ts';
import type { Ticking, Timetable } from './timetable.ts';

export interface CronDraftDeps extends CheckDeps {
  readonly timetable: Pick<Timetable, 'next'>;
  readonly newId: NewId;
  readonly clock: Clock;
}

/** The members that give up its place in the queue, beside what a claim wrote. */
const CLAIM = ['owner', 'claimed_at'];
const PLACE = ['lane', 'due_at', 'tried_at', ...CLAIM];

export function createCronDrafts({ timetable, newId, clock, ...deps }: CronDraftDeps) {
  /** Throws `invalid_input` or `listener_not_found`. */
  function make(environmentId: number, input: CronCreate): CronDocument {
    const now = new Date(clock.now());
    const id = newId('crn');
    const checked = checkInput(input, undefined, { ...deps, id });
    const timezone = input.timezone ?? 'UTC';
    const nextAt = input.state === 'paused' ? null : nextAfter({ schedule: input.schedule, timezone }, now);
    return {
      _id: id,
      environment_id: environmentId,
      name: input.name ?? id,
      listener_name: checked.listenerName,
      schedule: input.schedule,
      timezone,
      props: checked.propsJson ?? '{}',
      overlap: input.overlap ?? 'skip',
      missed: input.missed ?? 'once',
      status: nextAt === null ? 'paused' : 'queued',
      attempt: 0,
      ...(nextAt !== null && { lane: CRONS_LANE, due_at: nextAt }),
      next_at: nextAt,
      last_run: null,
      last_skipped: null,
      created_at: now,
      updated_at: now,
    };
  }

  /** Writes what is given and nothing else. A new schedule, and a cron that was paused, counts from now. */
  function change(read: CronDocument, input: CronPatch): CronChange {
    const checked = checkInput(input, read, { ...deps, id: read._id });
    const now = new Date(clock.now());
    const { name, schedule, timezone, overlap, missed } = input;
    const set: Partial<CronDocument> = {
      ...(name !== undefined && { name }),
      ...(checked.listenerName !== read.listener_name && { listener_name: checked.listenerName }),
      ...(schedule !== undefined && { schedule }),
      ...(timezone !== undefined && { timezone }),
      ...(checked.propsJson !== undefined && { props: checked.propsJson }),
      ...(overlap !== undefined && { overlap }),
      ...(missed !== undefined && { missed }),
      updated_at: now,
    };
    const nextAt = nextAtOf(read, { ...read, ...set }, input.state ?? stateOf(read), now);
    if (nextAt === null) return { set: { ...set, status: 'paused', next_at: null }, unset: PLACE };
    const isHeld = nextAt.getTime() === read.next_at?.getTime();
    return {
      set: { ...set, status: 'queued', lane: CRONS_LANE, next_at: nextAt, due_at: nextAt },
      unset: isHeld ? CLAIM : ['tried_at', ...CLAIM],
    };
  }

  /** Null for a cron that has no ticks. */
  function nextAtOf(read: CronDocument, next: CronDocument, state: 'active' | 'paused', now: Date): Date | null {
    if (state === 'paused') return null;
    const isSame = next.schedule === read.schedule && next.timezone === read.timezone;
    if (isSame && read.next_at !== null) return read.next_at;
    return nextAfter(next, now);
  }

  function nextAfter(cron: Ticking, now: Date): Date {
    const nextMs = timetable.next(cron, now.getTime());
    if (nextMs === null) throw invalid([{ path: '/schedule', message: 'has no tick within the next 40 years' }]);
    return new Date(nextMs);
  }

  return { make, change };
}
