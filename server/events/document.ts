/**
 * An event as it is stored. It is a queue entry too: `queued` or `running` until its deliveries are written, then
 * `routed`. An event that no rule takes is stored as routed at once. `data` is kept as JSON text, so that the order of
 * its members survives and nothing a service can send is hard to store.
 */
import { environmentName } from '../schemas/app.ts';
import type { Event, EventSource } from '../schemas/event.ts';
import type { Json, JsonObject } from '../schemas/json.ts';
import type { QueueEntry } from '../queue/entry.ts';

export interface EventDocument extends QueueEntry {
  /** `evt_…`; sorts by time of acceptance. */
  readonly _id: string;
  readonly status: 'queued' | 'running' | 'routed';
  readonly environment_id: number;
  readonly type: string;
  /** JSON text. */
  readonly data: string;
  readonly occurred_at: Date;
  readonly created_at: Date;
  readonly tenant_id?: string;
  readonly source: EventSource;
  readonly idempotency_key?: string;
  /** Environment and key; no two events share one. Gone when its window is over and a new event takes it. */
  readonly idempotency?: string;
  /** Of type, data, tenant and time: tells whether the same key came with the same event. */
  readonly body_hash?: string;
  readonly changed?: readonly string[];
  /** JSON text of an object. */
  readonly previous?: string;
  readonly schema_faults?: readonly { readonly path: string; readonly message: string }[];
  /** How many deliveries of our own led to it. */
  readonly hops?: number;
  readonly form?: EventForm;
}

/**
 * What JSON does not say of the documents that an event of the data API tells of, for other processes to make them again.
 * An event without it may have lost something.
 */
export interface EventForm {
  /** Places of times, from `data` or `previous` on. */
  readonly times: readonly (readonly string[])[];
  /** Fields that are null in `previous` and were not there. */
  readonly absent: readonly string[];
}

/** Where the document is that an event of the data API tells of. */
export interface EventPlace extends Pick<EventDocument, '_id' | 'environment_id'> {
  readonly source: Extract<EventSource, { readonly type: 'data' }>;
}

/** What an event of the data API tells of a document. */
export type DataEvent = EventPlace & Pick<EventDocument, 'type' | 'data' | 'previous' | 'form'>;

/** What it takes to publish an event. */
export interface NewEvent {
  readonly environmentId: number;
  readonly type: string;
  readonly data: Json;
  readonly source: EventSource;
  readonly occurredAt?: Date;
  readonly tenantId?: string;
  readonly idempotencyKey?: string;
  readonly changed?: readonly string[];
  readonly previous?: JsonObject;
  readonly hops?: number;
  readonly form?: EventForm;
}

export interface Published {
  readonly id: string;
  readonly isDuplicate: boolean;
  /** Ids of the rules that deliver it. */
  readonly rules: readonly string[];
}

export type Publish = (event: NewEvent) => Promise<Published>;

/** The event as the API, filters and transforms see it. */
export function viewOf(document: EventDocument): Event {
  return {
    id: document._id,
    type: document.type,
    data: JSON.parse(document.data) as Json,
    occurred_at: document.occurred_at.toISOString(),
    environment: environmentName(document.environment_id),
    ...(document.tenant_id !== undefined && { tenant_id: document.tenant_id }),
    source: document.source,
    ...(document.idempotency_key !== undefined && { idempotency_key: document.idempotency_key }),
    ...(document.changed && { changed: [...document.changed] }),
    ...(document.previous !== undefined && { previous: JSON.parse(document.previous) as JsonObject }),
    ...(document.schema_faults && { schema_faults: [...document.schema_faults] }),
    created_at: document.created_at.toISOString(),
  };
}
