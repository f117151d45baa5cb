/** `api.events.emit`: an event that a listener publishes. Where it came from is the run's to say, never the listener's. */
import { Type } from 'typebox';
import { AppError } from '../lib/errors.ts';
import { scanJson } from '../lib/jsonDepth.ts';
import { createParser } from '../lib/schema.ts';
import type { Publish } from '../events/document.ts';
import { eventTypeName, idempotencyKey, tenantId } from '../schemas/event.ts';
import type { Json } from '../schemas/json.ts';
import type { HostMethod, RunScope } from './host.ts';

/** More from one attempt is a loop. */
export const MAX_EMITS = 1_000;
/** As over HTTP. */
export const MAX_DATA_BYTES = 1024 * 1024;

const Emit = Type.Object(
  {
    type: eventTypeName,
    data: Type.Optional(Type.Unknown()),
    occurredAt: Type.Optional(Type.String({ format: 'date-time' })),
    tenantId: Type.Optional(tenantId),
    idempotencyKey: Type.Optional(idempotencyKey),
  },
  { additionalProperties: false },
);

export function createEmit(publish: Publish): HostMethod {
  const parse = createParser(Emit, 'body');
  const emitted = new WeakMap<RunScope, number>();

  return async function emit(scope, args) {
    const { data, occurredAt, ...rest } = parse(args);
    const json = jsonOf(data);
    const count = (emitted.get(scope) ?? 0) + 1;
    if (count > MAX_EMITS) {
      throw new AppError('rate_limited', {
        detail: `api.events.emit: this attempt has emitted ${MAX_EMITS} events, the most that one may.`,
      });
    }
    emitted.set(scope, count);
    const { id, isDuplicate } = await publish({
      ...rest,
      environmentId: scope.environmentId,
      data: json,
      source: { type: 'listener', action: scope.action, run: scope.runId },
      ...(occurredAt !== undefined && { occurredAt: new Date(occurredAt) }),
      hops: scope.hops,
    });
    return { id, duplicate: isDuplicate };
  };
}

/** Dates and bytes reach us as what they are; an event holds JSON and nothing else. */
function jsonOf(data: unknown): Json {
  const text = JSON.stringify(data ?? null, (_key, value: unknown) => {
    if (value instanceof Uint8Array) {
      throw new AppError('invalid_input', { detail: 'api.events.emit: the data holds bytes; expected JSON.' });
    }
    return value;
  });
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_DATA_BYTES) {
    throw new AppError('body_too_large', {
      detail: `api.events.emit: the data has ${bytes.length} bytes of JSON; at most ${MAX_DATA_BYTES} are taken.`,
    });
  }
  scanJson(bytes);
  return JSON.parse(text) as Json;
}
