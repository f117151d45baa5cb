/**
 * A delivery: one event on its way to one rule's target.
 *
 *   waiting ──the one before it in its order is done──▶ queued ──claimed──▶ running ──▶ delivered
 *                                                         ▲                   │  ├────▶ dead      attempts used up, or none would help
 *                                                         └───retry, lost─────┘  ├────▶ dropped   the transform gave nothing
 *                                                                                └────▶ canceled  its rule was deleted, or a person did it
 */
import { Type, type Static } from 'typebox';
import { eventTypeName } from './event.ts';
import { pageQuery } from './list.ts';

export const deliveryStatuses = ['waiting', 'queued', 'running', 'delivered', 'dead', 'dropped', 'canceled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** How many bytes of a response an attempt keeps. */
export const KEPT_RESPONSE_BYTES = 16 * 1024;

/** Why an attempt failed; beside these, the codes of lib/egress/errors.ts. */
export const attemptErrorCodes = [
  'http_status', //      an answer that is not 2xx
  'redirect', //         3xx: not followed; the Location is in the response headers
  'transform_failed', // the transform threw, ran too long, or gave what cannot be sent
  'ordering_failed', //  the expression that orders gave no value or failed
  'loop_detected', //    the event came back through our own deliveries too often
  'listener_not_found', // the target's listener does not exist
  'event_gone', //       its event is past the retention time
  'rule_deleted',
  'canceled', //         by hand
  'lost', //             the process died meanwhile; the receiver may have got it
] as const;

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Ms = nullable(Type.Number());
const Headers = Type.Unsafe<Readonly<Record<string, string>>>({
  type: 'object',
  additionalProperties: { type: 'string' },
});

export const AttemptError = Type.Object(
  {
    code: Type.String({
      description: `${attemptErrorCodes.join(', ')}, or what became of the request: timeout, connection_refused, dns_failed, tls_failed, egress_blocked …`,
    }),
    message: Type.String(),
  },
  closed,
);
export type AttemptError = Static<typeof AttemptError>;

export const Attempt = Type.Object(
  {
    attempt: Type.Integer({ description: 'Counts from 1.' }),
    status: Type.Enum(['succeeded', 'failed', 'lost']),
    at: Time,
    timings: Type.Object(
      { dns_ms: Ms, connect_ms: Ms, tls_ms: Ms, first_byte_ms: Ms, total_ms: Type.Number() },
      { ...closed, description: 'Null for what did not happen: a kept connection has no lookup.' },
    ),
    request: nullable(
      Type.Object(
        {
          method: Type.String(),
          url: Type.String(),
          headers: Headers,
          body_sha256: Type.String({ description: 'Hexadecimal.' }),
          body_bytes: Type.Integer(),
        },
        closed,
      ),
    ),
    response: nullable(
      Type.Object(
        {
          status: Type.Integer(),
          headers: Headers,
          body: Type.String({ description: 'The first 16 KiB; base64 where it is not UTF-8.' }),
          body_encoding: Type.Enum(['utf8', 'base64']),
          truncated: Type.Boolean(),
        },
        closed,
      ),
    ),
    error: nullable(AttemptError),
    run: Type.Optional(Type.String({ description: 'The run it started, where the target is a listener.' })),
    rule_revision: Type.Integer(),
  },
  closed,
);
export type Attempt = Static<typeof Attempt>;

const summary = {
  id: Type.String(),
  status: Type.Enum(deliveryStatuses),
  event: Type.String(),
  event_type: eventTypeName,
  rule: Type.String(),
  attempts_made: Type.Integer(),
  next_attempt_at: nullable(Time),
  error: nullable(AttemptError),
  resend_of: Type.Optional(Type.String()),
  recovery: Type.Optional(Type.String()),
  created_at: Time,
  finished_at: nullable(Time),
};

export const DeliverySummary = Type.Object(summary, closed);
export type DeliverySummary = Static<typeof DeliverySummary>;

export const Delivery = Type.Object({ ...summary, attempts: Type.Array(Attempt) }, closed);
export type Delivery = Static<typeof Delivery>;

export const DeliveryListQuery = Type.Object(
  {
    status: Type.Optional(Type.Enum(deliveryStatuses)),
    rule: Type.Optional(Type.String({ maxLength: 40 })),
    event: Type.Optional(Type.String({ maxLength: 40 })),
    event_type: Type.Optional(eventTypeName),
    since: Type.Optional(Type.String({ format: 'date-time' })),
    until: Type.Optional(Type.String({ format: 'date-time' })),
    ...pageQuery,
  },
  closed,
);
export type DeliveryListQuery = Static<typeof DeliveryListQuery>;

/** A recovery sends again what a rule failed to deliver, or what happened before the rule was there. */
export const recoveryStatuses = ['running', 'paused', 'finished', 'canceled'] as const;
export type RecoveryStatus = (typeof recoveryStatuses)[number];

const recoveryInput = {
  since: Type.String({ format: 'date-time', description: 'Events accepted at or after.' }),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Events accepted before; default now.' })),
  status: Type.Optional(
    Type.Enum(['dead', 'canceled', 'dropped', 'delivered'], {
      description: 'Which deliveries of the rule to send again. Default dead.',
    }),
  ),
  unmatched: Type.Optional(
    Type.Boolean({ description: 'Instead: matching events of which the rule has no delivery.' }),
  ),
  rate: Type.Optional(
    Type.Number({ minimum: 0.1, maximum: 1_000, default: 50, description: 'Deliveries made per second.' }),
  ),
  preview: Type.Optional(Type.Boolean({ description: 'Count only.' })),
};
export const RecoveryCreate = Type.Object(recoveryInput, closed);
export type RecoveryCreate = Static<typeof RecoveryCreate>;

export const RecoveryPreview = Type.Object(
  {
    count: Type.Integer({ description: 'Deliveries it would make.' }),
    is_complete: Type.Boolean({ description: 'False: there are more than could be counted in time.' }),
  },
  closed,
);
export type RecoveryPreview = Static<typeof RecoveryPreview>;

export const Recovery = Type.Object(
  {
    id: Type.String(),
    rule: Type.String(),
    status: Type.Enum(recoveryStatuses),
    since: Time,
    until: Time,
    unmatched: Type.Boolean(),
    of_status: nullable(Type.String()),
    rate: Type.Number(),
    looked_at: Type.Integer({ description: 'Events or deliveries gone through so far.' }),
    made: Type.Integer({ description: 'Deliveries made so far.' }),
    created_at: Time,
    finished_at: nullable(Time),
  },
  closed,
);
export type Recovery = Static<typeof Recovery>;
