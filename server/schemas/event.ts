/**
 * An event: a fact that happened on the platform, in the past tense (`invoices.created`). This one shape is what the
 * API shows, what a rule's filter asks about and what a transform reads.
 */
import { Type, type Static } from 'typebox';
import { EnvironmentName } from './app.ts';
import type { Json, JsonObject } from './json.ts';
import { pageQuery } from './list.ts';

export const MAX_EVENTS_PER_BATCH = 1_000;
/** How long an idempotency key is remembered. */
export const IDEMPOTENCY_WINDOW_MS = 86_400_000;
/** How often an event may come back through deliveries of our own before it is stopped. */
export const MAX_HOPS = 5;
/** The header that counts them. */
export const HOPS_HEADER = 'earshot-hops';

/** Words of letters, digits, `_` and `-` with dots between: `invoices.created`, `NEW_BUSINESS`. */
export const EVENT_TYPE_PATTERN = '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$';
export const MAX_EVENT_TYPE_CHARS = 128;

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time' });
const anyJson = (description: string) => Type.Unsafe<Json>({ description });

export const eventTypeName = Type.String({
  pattern: EVENT_TYPE_PATTERN,
  minLength: 1,
  maxLength: MAX_EVENT_TYPE_CHARS,
  description: 'What happened, past tense: `invoices.created`. The part before the first dot is its channel.',
});
export const tenantId = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Whose event it is, where that matters.',
});
export const idempotencyKey = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'The same key within 24 hours is the same event: nothing happens twice.',
});

/** Where an event came from. */
export const EventSource = Type.Union([
  Type.Object({ type: Type.Literal('api') }, closed),
  Type.Object({ type: Type.Literal('listener'), action: Type.String(), run: Type.String() }, closed),
  Type.Object(
    {
      type: Type.Literal('data'),
      collection: Type.String(),
      document: Type.String(),
      run: Type.Optional(Type.String()),
    },
    closed,
  ),
  Type.Object({ type: Type.Literal('platform') }, closed),
]);
export type EventSource = Static<typeof EventSource>;

export const Event = Type.Object(
  {
    id: Type.String({ description: '`evt_…`; the `webhook-id` of every delivery of it.' }),
    type: eventTypeName,
    data: anyJson('What the event says.'),
    occurred_at: Time,
    environment: EnvironmentName,
    tenant_id: Type.Optional(tenantId),
    source: EventSource,
    idempotency_key: Type.Optional(idempotencyKey),
    changed: Type.Optional(
      Type.Array(Type.String(), { description: 'Of an update of a document: the fields that are different now.' }),
    ),
    previous: Type.Optional(
      Type.Unsafe<JsonObject>({
        type: 'object',
        description: 'Of an update of a document: what the changed fields were before; null where they were not there.',
      }),
    ),
    schema_faults: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
        description: 'Why its data does not fit the schema of its type, where it was accepted all the same.',
      }),
    ),
    created_at: Time,
  },
  closed,
);
export type Event = Static<typeof Event>;

const input = {
  type: eventTypeName,
  data: anyJson('Any JSON.'),
  occurred_at: Type.Optional(Type.String({ format: 'date-time', description: 'Default now.' })),
  tenant_id: Type.Optional(tenantId),
  idempotency_key: Type.Optional(idempotencyKey),
};

export const EventCreate = Type.Object(input, closed);
export type EventCreate = Static<typeof EventCreate>;

/** Items are checked one by one, so that a bad one does not refuse the others. */
export const EventBatch = Type.Object(
  { events: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_EVENTS_PER_BATCH }) },
  closed,
);

export const EventAccepted = Type.Object(
  {
    id: Type.String(),
    type: Type.String(),
    duplicate: Type.Boolean({ description: 'True when the idempotency key was known: `id` is the first event.' }),
    rules: Type.Array(Type.String(), { description: 'The rules that will deliver it; none for a duplicate.' }),
  },
  closed,
);
export type EventAccepted = Static<typeof EventAccepted>;

/** One item of a batch: its event, or why it was refused. */
export const EventBatchResult = Type.Object(
  {
    results: Type.Array(
      Type.Object(
        {
          status: Type.Integer({ description: '202, or the status the item would have got alone.' }),
          id: Type.Optional(Type.String()),
          duplicate: Type.Optional(Type.Boolean()),
          rules: Type.Optional(Type.Array(Type.String())),
          error: Type.Optional(
            Type.Object({
              code: Type.String(),
              detail: Type.String(),
              errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
            }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type EventBatchResult = Static<typeof EventBatchResult>;

export const EventListQuery = Type.Object(
  {
    type: Type.Optional(eventTypeName),
    tenant_id: Type.Optional(tenantId),
    since: Type.Optional(Type.String({ format: 'date-time', description: 'Accepted at or after.' })),
    until: Type.Optional(Type.String({ format: 'date-time', description: 'Accepted before.' })),
    ...pageQuery,
  },
  closed,
);
export type EventListQuery = Static<typeof EventListQuery>;
