/**
 * A rule: "when an event like this happens, forward it there". Secrets go in, or are made here, and are shown once;
 * header values that look like secrets are shown as `[redacted]` and kept when that is sent back.
 */
import { Type, type Static } from 'typebox';
import { MAX_EVENT_TYPE_CHARS } from './event.ts';
import type { JsonObject } from './json.ts';
import { LISTENER_NAME_PATTERN } from './listener.ts';
import { pageQuery } from './list.ts';

/** The delays before each attempt, in seconds: Standard Webhooks' example, 10 attempts over 75 h 35 min 5 s. */
export const DEFAULT_SCHEDULE_S: readonly number[] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
export const JITTER = 0.2;
export const DEFAULT_TIMEOUT_MS = 15_000;
export const MAX_TIMEOUT_MS = 60_000;
export const DEFAULT_MAX_IN_FLIGHT = 50;
export const DEFAULT_OVERLAP_S = 86_400;
export const MAX_OLD_SECRETS = 3;
/** A rule that has only failed for so long is disabled. */
export const FAILING_LIMIT_MS = 5 * 86_400_000;
export const MAX_RULES_PER_ENVIRONMENT = 20_000;
export const REDACTED = '[redacted]';

export const ruleFormats = [
  'standard', //           Standard Webhooks: { type, timestamp, data }
  'cloudevents', //        CloudEvents 1.0, structured
  'cloudevents-binary', // CloudEvents 1.0, binary
  'lehjah', //             { event, data }
  'built', //              { event, message, idempotency_key, environment, data }
  'softledger', //         { uuid, date, objectType, action, objectId, tenantId }
  'raw', //                the data, or what the transform made of it, and nothing around it
] as const;
export type RuleFormat = (typeof ruleFormats)[number];
export const ruleMethods = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const;
export type RuleMethod = (typeof ruleMethods)[number];

const closed = { additionalProperties: false } as const;
const Time = Type.String({ format: 'date-time' });
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const name = nullable(Type.String({ minLength: 1, maxLength: 200 }));
const patterns = Type.Array(
  Type.String({
    minLength: 1,
    maxLength: MAX_EVENT_TYPE_CHARS,
    pattern: '^(\\*|[A-Za-z0-9_-]+)(\\.(\\*|[A-Za-z0-9_-]+))*$',
  }),
  {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description:
      'Event types, or patterns in which `*` stands for one or more whole words: `invoices.*`, `*.deleted`, `*`.',
  },
);
const filter = Type.Unsafe<JsonObject | null>({
  type: ['object', 'null'],
  additionalProperties: true,
  description: 'A MongoDB query over the event, such as `{ "data.amount": { "$gt": 100 } }`; null lets all pass.',
});
const transform = nullable(
  Type.String({
    minLength: 1,
    maxLength: 16 * 1024,
    description:
      'A JSONata expression over the event. What it gives is the body with `raw` (the default then), or `data` in any other format; nothing drops the event.',
  }),
);
const format = Type.Enum(ruleFormats, { description: 'Default `standard`; `raw` when there is a transform.' });

export const RuleTarget = Type.Union([
  Type.Object({ url: Type.String({ minLength: 1, maxLength: 2_048 }) }, closed),
  Type.Object(
    {
      action: Type.String({ pattern: LISTENER_NAME_PATTERN, maxLength: 200, description: 'A listener of this app.' }),
      props: Type.Optional(Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true })),
    },
    closed,
  ),
]);
export type RuleTarget = Static<typeof RuleTarget>;

const headers = Type.Unsafe<Readonly<Record<string, string>>>({
  type: 'object',
  additionalProperties: { type: 'string', maxLength: 4_096 },
  maxProperties: 50,
  description:
    'Sent with every request. `webhook-*`, content-length, host and connection headers are not yours to set.',
});
const method = Type.Enum(ruleMethods, { description: 'Default POST.' });
const timeoutMs = Type.Integer({
  minimum: 100,
  maximum: MAX_TIMEOUT_MS,
  description: `For the whole exchange, body included. Default ${DEFAULT_TIMEOUT_MS}.`,
});
const maxInFlight = Type.Integer({
  minimum: 1,
  maximum: 1_000,
  description: `Requests at a time from one server process. Default ${DEFAULT_MAX_IN_FLIGHT}.`,
});
const rate = nullable(Type.Number({ minimum: 0.01, maximum: 10_000, description: 'Requests a second at most.' }));
const ordering = Type.Union(
  [
    Type.Literal('none'),
    Type.Object(
      {
        by: Type.String({
          minLength: 1,
          maxLength: 1_024,
          description:
            'A JSONata expression over the event. Events with the same value are delivered one after the other.',
        }),
      },
      closed,
    ),
  ],
  { description: 'Default none.' },
);
export type RuleOrdering = Static<typeof ordering>;
const retry = Type.Object(
  {
    schedule_s: Type.Array(Type.Number({ minimum: 0, maximum: 7 * 86_400 }), {
      minItems: 1,
      maxItems: 30,
      description: `Seconds to wait before each attempt, the first included; ±20 % from the second on. Default ${JSON.stringify(DEFAULT_SCHEDULE_S)}.`,
    }),
  },
  closed,
);
const signing = Type.Enum(['hmac', 'ed25519'], {
  description: '`hmac`: a shared secret, `v1` signatures. `ed25519`: a key pair, `v1a` signatures. Default hmac.',
});

const OldSecret = Type.Object({ hint: Type.String(), signs_until: Time }, closed);

const shape = {
  id: Type.String(),
  name,
  enabled: Type.Boolean(),
  disabled_reason: nullable(
    Type.String({ description: 'Why Earshot disabled it; null when a person did, or it is enabled.' }),
  ),
  events: patterns,
  filter,
  transform,
  format,
  target: RuleTarget,
  headers,
  method,
  timeout_ms: timeoutMs,
  max_in_flight: maxInFlight,
  rate,
  ordering,
  retry,
  signing,
  secret_hint: Type.String({ description: 'The last four characters of the secret that signs.' }),
  public_key: nullable(Type.String({ description: 'Of ed25519: `whpk_…`, for the receiver.' })),
  old_secrets: Type.Array(OldSecret, { description: 'Secrets of before that still sign beside the new one.' }),
  failing_since: nullable(Time),
  environment_id: Type.Integer(),
  revision: Type.Integer({ description: 'Counts the changes; each attempt says under which it was made.' }),
  created_at: Time,
  updated_at: Time,
};

export const Rule = Type.Object(shape, closed);
export type Rule = Static<typeof Rule>;

/** The answer that shows the secret: of the creation and of a rotation. */
export const RuleWithSecret = Type.Object(
  { ...shape, secret: Type.String({ description: 'Shown this once: `whsec_…`, or `whsk_…` for ed25519.' }) },
  closed,
);
export type RuleWithSecret = Static<typeof RuleWithSecret>;

const settings = {
  name: Type.Optional(name),
  enabled: Type.Optional(Type.Boolean({ description: 'Default true.' })),
  filter: Type.Optional(filter),
  transform: Type.Optional(transform),
  format: Type.Optional(format),
  headers: Type.Optional(headers),
  method: Type.Optional(method),
  timeout_ms: Type.Optional(timeoutMs),
  max_in_flight: Type.Optional(maxInFlight),
  rate: Type.Optional(rate),
  ordering: Type.Optional(ordering),
  retry: Type.Optional(retry),
};
const secretInput = Type.String({
  pattern: '^(whsec|whsk)_[A-Za-z0-9+/]+={0,2}$',
  maxLength: 200,
  description:
    'Base64 of 24 to 64 bytes after `whsec_`, or of an ed25519 key (seed and public key) after `whsk_`. Made where left out.',
});

export const RuleCreate = Type.Object(
  {
    events: patterns,
    target: RuleTarget,
    ...settings,
    signing: Type.Optional(signing),
    secret: Type.Optional(secretInput),
  },
  closed,
);
export type RuleCreate = Static<typeof RuleCreate>;

export const RulePatch = Type.Object(
  { events: Type.Optional(patterns), target: Type.Optional(RuleTarget), ...settings },
  { ...closed, minProperties: 1 },
);
export type RulePatch = Static<typeof RulePatch>;

export const RuleRotate = Type.Object(
  {
    secret: Type.Optional(secretInput),
    overlap_s: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30 * 86_400,
        default: DEFAULT_OVERLAP_S,
        description: 'How long the old secret goes on signing beside the new one.',
      }),
    ),
  },
  closed,
);
export type RuleRotate = Static<typeof RuleRotate>;

export const RuleListQuery = Type.Object(
  {
    event: Type.Optional(
      Type.String({ maxLength: MAX_EVENT_TYPE_CHARS, description: 'Rules that take this event type.' }),
    ),
    url: Type.Optional(Type.String({ maxLength: 2_048, description: 'Rules with exactly this target URL.' })),
    action: Type.Optional(Type.String({ maxLength: 200 })),
    enabled: Type.Optional(Type.Boolean()),
    ...pageQuery,
  },
  closed,
);
export type RuleListQuery = Static<typeof RuleListQuery>;
