/**
 * A cron: a schedule bound to one listener, with stored `props`. Each tick of it is one run, whose id is made of the
 * cron and the tick, so that any number of processes start it once.
 */
import { Type, type Static } from 'typebox';
import type { JsonObject } from './json.ts';
import { LISTENER_NAME_PATTERN } from './listener.ts';
import { pageQuery } from './list.ts';
import { RunStatus } from './run.ts';

export const MAX_CRONS_PER_ENVIRONMENT = 10_000;
/** How many of its next ticks a cron shows. */
export const NEXT_RUNS = 5;
/** Of the ticks that fell into a downtime, `all` runs the newest so many. */
export const MAX_MISSED = 1_000;
/** Runs of one cron that may wait for each other with overlap `queue`; ticks beyond are skipped. */
export const MAX_QUEUED_TICKS = 100;

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time' });

const name = Type.String({
  pattern: '^[a-zA-Z_][a-zA-Z0-9_.-]*$',
  maxLength: 100,
  description: 'What it is called, and found by in URLs; unique in its environment. Default: its id.',
});
const listenerName = Type.String({
  pattern: LISTENER_NAME_PATTERN,
  maxLength: 200,
  description: 'The listener that each tick runs.',
});
const schedule = Type.String({
  minLength: 1,
  maxLength: 200,
  description:
    'Five fields (minute, hour, day of month, month, day of week) or six with seconds in front; names (`MON`, `JAN`), ' +
    'lists, ranges, steps, `L`, `15W`, `5#2`, and `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.',
  examples: ['0 9 * * MON-FRI'],
});
const timezone = Type.String({
  maxLength: 100,
  description: 'The IANA time zone whose clocks the schedule means. Default `UTC`.',
  examples: ['Europe/Paris'],
});
const overlap = Type.Enum(['allow', 'skip', 'queue'], {
  description:
    'What a tick does while a run of the cron goes on: start beside it, not start at all (default), or wait for it.',
});
const missed = Type.Enum(['skip', 'once', 'all'], {
  description:
    'What becomes of ticks that no server was there for: nothing, one run for the newest of them (default), or a run ' +
    `for each of the newest ${MAX_MISSED}. Those never run beside each other unless overlap is \`allow\`.`,
});
const state = Type.Enum(['active', 'paused'], {
  description: 'A paused cron has no ticks, and catches none up later.',
});
const props = Type.Unsafe<JsonObject>({
  type: 'object',
  additionalProperties: true,
  description: 'Given to each run.',
});

export type CronOverlap = Static<typeof overlap>;
export type CronMissed = Static<typeof missed>;
export type CronState = Static<typeof state>;

/** `action` is another name of `listener_name`; exactly one of the two is expected. */
export const CronCreate = Type.Object(
  {
    name: Type.Optional(name),
    listener_name: Type.Optional(listenerName),
    action: Type.Optional(listenerName),
    schedule,
    timezone: Type.Optional(timezone),
    props: Type.Optional(props),
    overlap: Type.Optional(overlap),
    missed: Type.Optional(missed),
    state: Type.Optional(state),
  },
  closed,
);
export type CronCreate = Static<typeof CronCreate>;

export const CronPatch = Type.Object(
  { ...CronCreate.properties, schedule: Type.Optional(schedule) },
  { ...closed, minProperties: 1 },
);
export type CronPatch = Static<typeof CronPatch>;

export const Cron = Type.Object({
  id: Type.String({ examples: ['crn_01h8xgj4c2v6qkz0m3n5p7r9t1'] }),
  name,
  environment_id: Type.Integer(),
  listener_name: listenerName,
  schedule,
  description: Type.String({ description: 'The schedule in words.', examples: ['At 09:00, Monday through Friday'] }),
  timezone,
  props,
  overlap,
  missed,
  state,
  next_runs: Type.Array(Time, { description: `The next ${NEXT_RUNS} ticks; none while paused.` }),
  last_run: Type.Union(
    [
      Type.Object({
        run: Type.String(),
        scheduled_at: Time,
        status: Type.Union([RunStatus, Type.Null()], { description: 'null once the run is too old to be kept.' }),
      }),
      Type.Null(),
    ],
    { description: 'Of its last tick that was started; null before the first.' },
  ),
  last_skipped: Type.Union(
    [
      Type.Object({
        scheduled_at: Time,
        reason: Type.Enum(['overlap', 'missed'], { description: 'A run still went on, or no server was there.' }),
        count: Type.Integer({ minimum: 1, description: 'How many ticks were skipped together; this is the newest.' }),
      }),
      Type.Null(),
    ],
    { description: 'The last tick that was not started; null while there was none.' },
  ),
  created_at: Time,
  updated_at: Time,
});
export type Cron = Static<typeof Cron>;

export const CronListQuery = Type.Object(
  {
    listener_name: Type.Optional(listenerName),
    state: Type.Optional(state),
    ...pageQuery,
  },
  closed,
);
export type CronFilter = Omit<Static<typeof CronListQuery>, keyof typeof pageQuery>;

/** One tick that is about to come. */
export const UpcomingTick = Type.Object({
  at: Time,
  cron: Type.String({ description: '`crn_…`' }),
  name,
  listener_name: listenerName,
  timezone,
});
export type UpcomingTick = Static<typeof UpcomingTick>;
