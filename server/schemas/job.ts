/** A job: a run that another run, or a program, asks for, now or later. In the database it is a run like any other. */
import { Type, type Static } from 'typebox';
import type { Json, JsonObject } from './json.ts';
import { LISTENER_NAME_PATTERN } from './listener.ts';
import { RunStatus } from './run.ts';

/** Of what waits, `high` begins before `normal`, and `normal` before `low`. */
export const priorities = ['high', 'normal', 'low'] as const;
export type Priority = (typeof priorities)[number];

/** A delay beyond a year is a mistake in the unit. */
export const MAX_DELAY_MS = 366 * 24 * 60 * 60_000;

const listener = Type.String({ pattern: LISTENER_NAME_PATTERN, maxLength: 200, description: 'What is to run.' });

/** `action` is another name of `listener_name`; exactly one of the two is expected. At most one of `delay_ms` and `at`. */
export const JobCreate = Type.Object(
  {
    listener_name: Type.Optional(listener),
    action: Type.Optional(listener),
    props: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true })),
    event: Type.Optional(Type.Unsafe<Json>({ description: 'Any JSON; default `{}`.' })),
    delay_ms: Type.Optional(
      Type.Number({ minimum: 0, maximum: MAX_DELAY_MS, description: 'Not before so long from now.' }),
    ),
    at: Type.Optional(
      Type.String({ format: 'date-time', description: 'Not before this time; one that is past means now.' }),
    ),
    key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'While a job of this listener with the same key waits, no second one is made.',
      }),
    ),
    priority: Type.Optional(Type.Enum(priorities, { default: 'normal' })),
  },
  { additionalProperties: false },
);
export type JobCreate = Static<typeof JobCreate>;

export const JobAccepted = Type.Object({
  run: Type.String({ description: 'The job: its id is that of its run.' }),
  status: RunStatus,
  duplicate: Type.Boolean({ description: 'Whether a job with this key waits already; `run` is that one.' }),
});
export type JobAccepted = Static<typeof JobAccepted>;
