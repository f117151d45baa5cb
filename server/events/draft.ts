/**
 * Makes the document of a new event: checks its data against the catalogue, finds the rules that take it, and claims
 * it for routing by this process where there is room. An event that no rule takes is stored as routed.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { NewId } from '../lib/ids.ts';
import type { QueueWorker } from '../queue/worker.ts';
import type { ReadyRule } from '../rules/ready.ts';
import { environmentName } from '../schemas/app.ts';
import type { Event } from '../schemas/event.ts';
import type { EventDocument, NewEvent } from './document.ts';
import { eventLane } from './store.ts';

export interface DraftDeps {
  readonly rules: { readonly match: (event: Event) => readonly ReadyRule[] };
  readonly catalogue: {
    readonly check: (environmentId: number, type: string, data: unknown) => readonly SchemaFault[];
    readonly unfitEvents: (environmentId: number) => 'reject' | 'flag';
  };
  readonly worker: Pick<QueueWorker<EventDocument>, 'reserve' | 'adopt' | 'unreserve' | 'notice'>;
  readonly newId: NewId;
  readonly clock: Clock;
}

interface SchemaFault {
  readonly path: string;
  readonly message: string;
}

export interface Draft {
  readonly document: EventDocument;
  readonly rules: readonly string[];
  /** To be called once the document is on disk. */
  readonly accept: () => void;
  /** To be called when it will not be. */
  readonly abandon: () => void;
}

/** Throws `schema_mismatch` where the data does not fit and the environment does not take such events. */
export type DraftEvent = (event: NewEvent) => Draft;

export function createDraftEvent({ rules, catalogue, worker, newId, clock }: DraftDeps): DraftEvent {
  return function draftEvent(event) {
    const now = new Date(clock.now());
    const lane = eventLane(event.environmentId);
    const facts = { ...factsOf(event, newId('evt'), now), ...faultsOf(event) };
    const matched = rules.match({ ...facts, data: event.data, environment: environmentName(event.environmentId) });
    const reservation = matched.length === 0 ? undefined : worker.reserve(lane);
    const document: EventDocument = {
      ...storedOf(event, facts, now),
      ...(matched.length === 0
        ? { status: 'routed', attempt: 0 }
        : { lane, ...(reservation ?? { status: 'queued', attempt: 0, due_at: now }) }),
    };
    return {
      document,
      rules: matched.map(({ id }) => id),
      accept: () => {
        if (reservation !== undefined) worker.adopt(document);
        else if (matched.length > 0) worker.notice(lane);
      },
      abandon: () => {
        if (reservation !== undefined) worker.unreserve(lane);
      },
    };
  };

  /** What a change of data says happened has happened: it is never refused. */
  function faultsOf({ environmentId, type, data, source }: NewEvent): { readonly schema_faults?: SchemaFault[] } {
    const faults = catalogue.check(environmentId, type, data);
    if (faults.length === 0) return {};
    const isGiven = source.type === 'api' || source.type === 'listener';
    if (isGiven && catalogue.unfitEvents(environmentId) === 'reject') {
      throw new AppError('schema_mismatch', {
        detail: `The data does not fit the schema of the event type ${type}.`,
        errors: faults.map(({ path, message }) => ({ in: 'body', path: `/data${path}`, message })),
      });
    }
    return { schema_faults: [...faults] };
  }
}

/** What the document and its view have in common. */
function factsOf(event: NewEvent, id: string, now: Date) {
  const { type, source, occurredAt = now, tenantId, idempotencyKey, changed, previous } = event;
  return {
    id,
    type,
    source,
    occurred_at: occurredAt.toISOString(),
    created_at: now.toISOString(),
    ...(tenantId !== undefined && { tenant_id: tenantId }),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    ...(changed && { changed: [...changed] }),
    ...(previous && { previous }),
  };
}

function storedOf(
  event: NewEvent,
  facts: ReturnType<typeof factsOf> & { readonly schema_faults?: SchemaFault[] },
  now: Date,
): Omit<EventDocument, 'status' | 'attempt'> {
  const { id, previous, ...rest } = facts;
  const { environmentId, idempotencyKey, occurredAt = now, hops = 0, form } = event;
  const data = JSON.stringify(event.data);
  return {
    _id: id,
    environment_id: environmentId,
    ...rest,
    data,
    occurred_at: occurredAt,
    created_at: now,
    ...(previous && { previous: JSON.stringify(previous) }),
    ...(idempotencyKey !== undefined && {
      idempotency: `${String(environmentId)}:${idempotencyKey}`,
      body_hash: hashOf(event, data),
    }),
    ...(hops > 0 && { hops }),
    ...(form && { form }),
  };
}

function hashOf({ type, tenantId, occurredAt }: NewEvent, data: string): string {
  const parts = [type, data, tenantId ?? null, occurredAt?.toISOString() ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
