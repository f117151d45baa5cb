/**
 * A webhook: an inbound URL bound to one listener (`action`) with stored `props`. The five members the API began with
 * come first; what was added stands after them.
 */
import { Type, type Static } from 'typebox';
import type { JsonObject } from './json.ts';
import { LISTENER_NAME_PATTERN } from './listener.ts';
import { pageQuery } from './list.ts';
import { VerifyInput, VerifyView } from './verify.ts';

export const webhookMethods = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const;
export type WebhookMethod = (typeof webhookMethods)[number];

export const DEFAULT_RESPOND_TIMEOUT_MS = 10_000;
export const MAX_RESPOND_TIMEOUT_MS = 30_000;
export const DEFAULT_DEDUPE_WINDOW_S = 86_400;
export const DEFAULT_OVERLAP_S = 86_400;
export const MAX_OVERLAP_S = 30 * 86_400;
export const MAX_WEBHOOKS_PER_ENVIRONMENT = 10_000;

const closed = { additionalProperties: false } as const;
const object = (description: string) =>
  Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true, description });
const nullableObject = (description: string) =>
  Type.Unsafe<JsonObject | null>({ type: ['object', 'null'], additionalProperties: true, description });
const Uuid = Type.String({ format: 'uuid' });
const Time = Type.String({ format: 'date-time' });

const action = Type.String({
  pattern: LISTENER_NAME_PATTERN,
  maxLength: 200,
  description: 'The listener that a trigger runs.',
});
const userId = Type.Union([Type.Integer(), Type.String({ minLength: 1, maxLength: 128 }), Type.Null()], {
  description: 'A tag to find the webhook by; it gives nobody any rights.',
});
const name = Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()]);
const respond = Type.Enum(['accepted', 'result'], {
  description: '`accepted` answers 202 once the run is stored; `result` waits for what the listener returns.',
});
const respondTimeoutMs = Type.Integer({
  minimum: 100,
  maximum: MAX_RESPOND_TIMEOUT_MS,
  description: `How long \`result\` waits. Default ${DEFAULT_RESPOND_TIMEOUT_MS}.`,
});
const methods = Type.Array(Type.Enum(webhookMethods), {
  minItems: 1,
  maxItems: webhookMethods.length,
  uniqueItems: true,
  description: 'HTTP methods that trigger it. Default ["POST"].',
});
const schema = nullableObject(
  'A JSON Schema (2020-12, or draft-07 when `$schema` says so) that the event has to fit; null takes any.',
);

export const Dedupe = Type.Object(
  {
    field: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Where in the event the key stands: a JSON Pointer (`/data/id`) or a dotted path (`data.id`).',
      }),
    ),
    header: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" })),
    body: Type.Optional(
      Type.Boolean({
        description: 'The same bytes count as the same request. Default true for github and shopify, else false.',
      }),
    ),
    window_s: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 30 * 86_400,
        description: `How long a key is remembered. Default ${DEFAULT_DEDUPE_WINDOW_S}.`,
      }),
    ),
  },
  { ...closed, description: 'How repetitions are told. At most one of `field` and `header`.' },
);
export type Dedupe = Static<typeof Dedupe>;
const dedupe = Type.Union([Dedupe, Type.Null()]);

const shape = {
  uuid: Uuid,
  action,
  props: object('Handed to the listener with every event.'),
  environment_id: Type.Integer(),
  user_id: userId,
  url: Type.String({ description: 'Ready to be given to the service that calls it.' }),
  name,
  enabled: Type.Boolean(),
  respond,
  respond_timeout_ms: respondTimeoutMs,
  methods,
  verify: VerifyView,
  schema,
  dedupe,
  created_at: Time,
  updated_at: Time,
};

export const Webhook = Type.Object(shape, closed);
export type Webhook = Static<typeof Webhook>;

/** The answer of a rotation: the webhook under its new uuid, and the old address with the time it ends. */
export const RotatedWebhook = Type.Object(
  { ...shape, previous: Type.Object({ uuid: Uuid, url: Type.String(), answers_until: Time }, closed) },
  closed,
);
export type RotatedWebhook = Static<typeof RotatedWebhook>;

const input = {
  action: Type.Optional(action),
  listener: Type.Optional(Type.String({ ...action, description: 'Another word for `action`.' })),
  props: Type.Optional(nullableObject('Handed to the listener with every event; default {}.')),
  user_id: Type.Optional(userId),
  name: Type.Optional(name),
  enabled: Type.Optional(Type.Boolean({ description: 'Default true.' })),
  respond: Type.Optional(respond),
  respond_timeout_ms: Type.Optional(respondTimeoutMs),
  methods: Type.Optional(methods),
  verify: Type.Optional(VerifyInput),
  schema: Type.Optional(schema),
  dedupe: Type.Optional(dedupe),
};

/** One of `action` and `listener` is needed; which, manage.ts checks: a schema would say it less clearly. */
export const WebhookCreate = Type.Object(input, closed);
export type WebhookCreate = Static<typeof WebhookCreate>;

export const WebhookPatch = Type.Object(input, { ...closed, minProperties: 1 });
export type WebhookPatch = Static<typeof WebhookPatch>;

export const WebhookRotate = Type.Object(
  {
    overlap_s: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_OVERLAP_S,
        default: DEFAULT_OVERLAP_S,
        description: 'How long the old address goes on answering; 0 ends it now.',
      }),
    ),
  },
  closed,
);
export type WebhookRotate = Static<typeof WebhookRotate>;

export const WebhookListQuery = Type.Object(
  {
    action: Type.Optional(action),
    user_id: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    enabled: Type.Optional(Type.Boolean()),
    ...pageQuery,
  },
  closed,
);
export type WebhookListQuery = Static<typeof WebhookListQuery>;
