/** The catalogue of events: what an event of a type is called, means and looks like. */
import { Type, type Static } from 'typebox';
import { eventTypeName } from './event.ts';
import type { Json, JsonObject } from './json.ts';
import { pageQuery } from './list.ts';

export const MAX_EVENT_TYPES_PER_ENVIRONMENT = 2_000;
/** Of one type, all together, as JSON. */
export const MAX_EXAMPLES_BYTES = 64 * 1_024;
/** Of a document to import, as JSON. */
export const MAX_IMPORT_BYTES = 1_048_576;
/** Names that a path under `/app/event-types` has taken. */
export const RESERVED_EVENT_TYPES: readonly string[] = ['packs', 'import'];

const closed = { additionalProperties: false } as const;

const description = Type.String({ maxLength: 2_000 });
const channel = Type.String({
  pattern: '^[A-Za-z0-9_-]+$',
  maxLength: 64,
  description: 'Default: the part of the name before the first dot.',
});
const isExclusive = Type.Boolean({
  description: 'Its channel may not stand beside another channel for the same URL. One such type makes the channel so.',
});
const schema = Type.Unsafe<JsonObject | null>({
  type: ['object', 'null'],
  additionalProperties: true,
  description: 'JSON Schema (2020-12, or draft-07 when `$schema` says so) of `data`; null takes any.',
});
const examples = Type.Array(Type.Unsafe<Json>({}), {
  maxItems: 10,
  description: 'Values of `data`; each fits the schema.',
});

export const EventType = Type.Object(
  {
    name: eventTypeName,
    description,
    channel,
    exclusive: isExclusive,
    schema,
    examples,
    deprecated: Type.Boolean(),
    pack: Type.Union([Type.String(), Type.Null()], { description: 'The pack it came with.' }),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  closed,
);
export type EventType = Static<typeof EventType>;

const optional = {
  description: Type.Optional(description),
  channel: Type.Optional(channel),
  exclusive: Type.Optional(isExclusive),
  schema: Type.Optional(schema),
  examples: Type.Optional(examples),
  deprecated: Type.Optional(Type.Boolean()),
};

export const EventTypeCreate = Type.Object({ name: eventTypeName, ...optional }, closed);
export type EventTypeCreate = Static<typeof EventTypeCreate>;

export const EventTypePatch = Type.Object(optional, { ...closed, minProperties: 1 });
export type EventTypePatch = Static<typeof EventTypePatch>;

export const EventTypeListQuery = Type.Object(
  {
    channel: Type.Optional(channel),
    pack: Type.Optional(Type.String({ maxLength: 64 })),
    deprecated: Type.Optional(Type.Boolean()),
    ...pageQuery,
  },
  closed,
);
export type EventTypeListQuery = Static<typeof EventTypeListQuery>;

/** Event types out of the `webhooks` of an OpenAPI 3.1 document. */
export const EventTypeImport = Type.Object(
  {
    document: Type.Unsafe<JsonObject>({
      type: 'object',
      additionalProperties: true,
      description: `An OpenAPI 3.1 document as JSON, of at most ${MAX_IMPORT_BYTES} bytes.`,
    }),
    dry_run: Type.Optional(Type.Boolean({ description: 'Says what an import would do, and stores nothing.' })),
  },
  closed,
);
export type EventTypeImport = Static<typeof EventTypeImport>;

/** What an import or a pack did. */
export const EventTypesInstalled = Type.Object(
  {
    created: Type.Array(Type.String()),
    updated: Type.Array(Type.String()),
    unchanged: Type.Array(Type.String()),
  },
  closed,
);
export type EventTypesInstalled = Static<typeof EventTypesInstalled>;

export const EventTypePack = Type.Object(
  { name: Type.String(), description: Type.String(), types: Type.Array(Type.String()), installed: Type.Boolean() },
  closed,
);
export type EventTypePack = Static<typeof EventTypePack>;

/** What happens to a published event whose data does not fit the schema of its type. */
export const EventSettings = Type.Object(
  {
    unfit_events: Type.Enum(['reject', 'flag'], {
      description: '`reject` answers 422; `flag` accepts the event and keeps the faults with it. Default reject.',
    }),
  },
  closed,
);
export type EventSettings = Static<typeof EventSettings>;

export const EventSettingsPatch = Type.Partial(EventSettings, { ...closed, minProperties: 1 });
export type EventSettingsPatch = Static<typeof EventSettingsPatch>;
