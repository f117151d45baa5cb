/**
 * A run: one execution of a listener, durable. The stored document is the queue entry as well.
 *
 *   queued ──claimed──▶ running ──▶ succeeded
 *     ▲                   │  ├────▶ dead       attempts used up, or the error says not to try again
 *     └──retry, lost──────┘  └────▶ canceled   (also straight from queued)
 */
import { Type, type Static } from 'typebox';

export const RunStatus = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('dead'),
  Type.Literal('canceled'),
]);
export type RunStatus = Static<typeof RunStatus>;

/** Why an attempt failed, by the name a person can look up. */
export const runErrorCodes = [
  'listener_error', //       the listener threw or rejected
  'listener_not_found', //   no file gives a listener of that name any more
  'listener_invalid', //     its file does not load
  'props_invalid', //        the stored props do not fit the listener's own props schema
  'event_invalid', //        the event does not fit the listener's own event schema
  'timeout', //              the deadline passed
  'out_of_memory', //        the memory limit was reached
  'exited', //               the listener ended its thread or process (process.exit)
  'result_invalid', //       the return value is no JSON, too large or too deep
  'canceled', //             a person cancelled it
  'lost', //                 its process died; nothing is known of the outcome
] as const;
export type RunErrorCode = (typeof runErrorCodes)[number];

export const RunError = Type.Object({
  code: Type.Unsafe<RunErrorCode>({ type: 'string', enum: [...runErrorCodes] }),
  message: Type.String(),
  name: Type.Optional(Type.String()),
  stack: Type.Optional(Type.String({ description: "Points into the author's own file." })),
});
export type RunError = Static<typeof RunError>;

export const LogLine = Type.Object({
  at: Type.String({ format: 'date-time' }),
  level: Type.Union([Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
  message: Type.String(),
  data: Type.Optional(Type.Unknown()),
});
export type LogLine = Static<typeof LogLine>;

/** What started a run. */
export const Trigger = Type.Union([
  Type.Object({ type: Type.Literal('webhook'), webhook: Type.String({ format: 'uuid' }) }),
  Type.Object({ type: Type.Literal('manual') }),
  Type.Object({ type: Type.Literal('job'), run: Type.Optional(Type.String()) }),
  Type.Object({
    type: Type.Literal('cron'),
    cron: Type.String({ description: '`crn_…`' }),
    name: Type.String(),
    scheduled_at: Type.String({ format: 'date-time', description: 'The tick, or when it was run by hand.' }),
  }),
  Type.Object({
    type: Type.Literal('event'),
    event: Type.String({ description: '`evt_…`' }),
    rule: Type.String({ description: 'The rule that sent it here.' }),
    delivery: Type.String(),
  }),
  Type.Object({ type: Type.Literal('view'), route: Type.String({ description: 'Where somebody pressed something.' }) }),
  Type.Object({
    type: Type.Literal('system'),
    name: Type.String({ description: '`onEnvStart`, `onUserFirstJoin`, `onSessionStart`, …' }),
  }),
]);
export type Trigger = Static<typeof Trigger>;

/**
 * The bytes of an event as they came, and how to read them: `json` is parsed, `text` is a string, `form` an object
 * of strings (or of lists of strings), `base64` a base64 string of the bytes, `none` an empty object.
 */
export type EventKind = 'json' | 'text' | 'form' | 'base64' | 'none';

/** What `api.request` shows of the HTTP request that started a run; secrets are already taken out. */
export interface RequestInfo {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly content_type: string | null;
  readonly remote_address: string;
}
