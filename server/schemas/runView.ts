/** A run as the management API shows it: the summary in lists, everything in the detail. */
import { Type, type Static } from 'typebox';
import { LogLine, RunError, RunStatus, Trigger } from './run.ts';

const Time = Type.String({ format: 'date-time' });
const NullableTime = Type.Union([Time, Type.Null()]);
const JsonObject = Type.Record(Type.String(), Type.Unknown());

const summary = {
  id: Type.String({ examples: ['run_01h8xgj4c2v6qkz0m3n5p7r9t1'] }),
  status: RunStatus,
  action: Type.String({ description: 'The listener.' }),
  trigger: Trigger,
  environment_id: Type.Integer(),
  attempt: Type.Integer({ minimum: 0, description: 'How many attempts were begun.' }),
  error: Type.Union([RunError, Type.Null()]),
  created_at: Time,
  due_at: Type.Union([Time, Type.Null()], { description: 'When the next attempt may begin; null once it is over.' }),
  finished_at: NullableTime,
  priority: Type.Union([Type.Literal('high'), Type.Literal('normal'), Type.Literal('low')]),
};

export const RunSummary = Type.Object(summary);
export type RunSummary = Static<typeof RunSummary>;

export const AttemptView = Type.Object({
  attempt: Type.Integer({ minimum: 1 }),
  started_at: Time,
  duration_ms: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], { description: 'null while it runs.' }),
  status: Type.Union([
    Type.Literal('running'),
    Type.Literal('succeeded'),
    Type.Literal('failed'),
    Type.Literal('lost'),
    Type.Literal('canceled'),
  ]),
  error: Type.Union([RunError, Type.Null()]),
});
export type AttemptView = Static<typeof AttemptView>;

export const RequestView = Type.Object({
  method: Type.String(),
  path: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  query: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
  content_type: Type.Union([Type.String(), Type.Null()]),
  remote_address: Type.String(),
});

export const Run = Type.Object({
  ...summary,
  props: JsonObject,
  event: Type.Unknown({ description: 'What started the run: the parsed body, or `{}`.' }),
  request: Type.Union([RequestView, Type.Null()], { description: 'The HTTP request, without its secrets.' }),
  attempts: Type.Array(AttemptView),
  logs: Type.Array(LogLine),
  result: Type.Unknown({ description: "The listener's return value; null until there is one." }),
  dedupe_key: Type.Union([Type.String(), Type.Null()]),
});
export type Run = Static<typeof Run>;

/** What a trigger answers with 202. */
export const RunAccepted = Type.Object({
  run: Type.String(),
  status: RunStatus,
  duplicate: Type.Optional(Type.Literal(true, { description: 'The key was seen before; `run` is the first run.' })),
});
export type RunAccepted = Static<typeof RunAccepted>;

export interface RunFilter {
  readonly status?: RunStatus;
  readonly action?: string;
  readonly webhook?: string;
  readonly cron?: string;
  /** Only what was started so. */
  readonly trigger?: 'job';
  readonly since?: Date;
  readonly until?: Date;
}
