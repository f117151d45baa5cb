/**
 * An event type as it is stored, and as the API shows it. Schema and examples are kept as JSON text: their keys may
 * begin with `$`, which a database reads as operators, and the order of their members is worth keeping.
 */
import { createHash } from 'node:crypto';
import type { EventSettings, EventType } from '../../schemas/eventType.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';

/** What an event type says, without its history. */
export interface EventTypeContent {
  readonly description: string;
  readonly channel: string;
  readonly exclusive: boolean;
  /** JSON text, or null for any data. */
  readonly schema: string | null;
  /** JSON text of a list. */
  readonly examples: string;
  readonly deprecated: boolean;
}

export interface NamedContent extends EventTypeContent {
  readonly name: string;
}

export interface EventTypeDocument extends NamedContent {
  /** `<environment>:<name>`: no name is there twice in an environment, however many make it at once. */
  readonly _id: string;
  readonly environment_id: number;
  readonly pack: string | null;
  /** Of the content as the pack brought it: tells whether somebody has changed it since. */
  readonly pack_digest: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** Counts changes, so that two changes at once cannot undo each other. */
  readonly revision: number;
}

/** One for each environment in which anything was ever set or stored. */
export interface EventSettingsDocument {
  /** The environment. */
  readonly _id: number;
  readonly unfit_events?: EventSettings['unfit_events'];
  /** Goes up after every change of the environment's types or settings: how other processes notice. */
  readonly revision?: number;
  /** The packs that every sandbox begins with have been put there, once. */
  readonly has_default_packs?: boolean;
}

export type UnfitEvents = EventSettings['unfit_events'];

export const DEFAULT_UNFIT_EVENTS: UnfitEvents = 'reject';

export function eventTypeId(environmentId: number, name: string): string {
  return `${environmentId}:${name}`;
}

/** The part before the first dot, or the whole name. */
export function channelOfName(name: string): string {
  return name.split('.', 1)[0]!;
}

/** A new document; `pack` where the type comes with one. */
export function newDocument(
  environmentId: number,
  { name, description, channel, exclusive, schema, examples, deprecated }: NamedContent,
  now: Date,
  pack: string | null = null,
): EventTypeDocument {
  const content = { description, channel, exclusive, schema, examples, deprecated };
  return {
    _id: eventTypeId(environmentId, name),
    environment_id: environmentId,
    name,
    ...content,
    pack,
    pack_digest: pack === null ? null : digestOf(content),
    created_at: now,
    updated_at: now,
    revision: 1,
  };
}

/** The same for two types that say the same. */
export function digestOf(content: EventTypeContent): string {
  const { description, channel, exclusive, schema, examples, deprecated } = content;
  const text = JSON.stringify([description, channel, exclusive, schema, examples, deprecated]);
  return createHash('sha256').update(text).digest('base64');
}

export function viewOf(document: EventTypeDocument): EventType {
  return {
    name: document.name,
    description: document.description,
    channel: document.channel,
    exclusive: document.exclusive,
    schema: schemaOf(document),
    examples: examplesOf(document),
    deprecated: document.deprecated,
    pack: document.pack,
    created_at: document.created_at.toISOString(),
    updated_at: document.updated_at.toISOString(),
  };
}

export function schemaOf({ schema }: Pick<EventTypeContent, 'schema'>): JsonObject | null {
  return schema === null ? null : (JSON.parse(schema) as JsonObject);
}

export function examplesOf({ examples }: Pick<EventTypeContent, 'examples'>): Json[] {
  return JSON.parse(examples) as Json[];
}
