import { randomBytes } from 'node:crypto';
import { createIdMaker } from '../../server/lib/ids.ts';
import { nearest } from '../../server/lib/nearest.ts';
import { createSealer } from '../../server/lib/sealed.ts';
import { AppError } from '../../server/lib/errors.ts';
import { createEgress } from '../../server/lib/egress.ts';
import type { RuleDocument } from '../../server/rules/document.ts';
import type { DraftDeps } from '../../server/rules/draft.ts';
import { sealHeaders } from '../../server/rules/headers.ts';
import { storeSecret } from '../../server/rules/secrets.ts';
import type { Event } from '../../server/schemas/event.ts';
import type { JsonObject } from '../../server/schemas/json.ts';
import { DEFAULT_SCHEDULE_S } from '../../server/schemas/rule.ts';

export const START_MS = 1_760_000_000_000;
const AT = new Date(START_MS);

export const newId = createIdMaker(() => Date.now());
export const sealer = createSealer({ key: randomBytes(32) });
export const A_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export function anEvent(given: Partial<Event> = {}): Event {
  return {
    id: newId('evt'),
    type: 'invoices.created',
    data: {},
    occurred_at: AT.toISOString(),
    environment: 'production',
    source: { type: 'api' },
    created_at: AT.toISOString(),
    ...given,
  };
}

/** A rule as it is stored. */
export function aRule(given: Partial<RuleDocument> = {}): RuleDocument {
  const id = given._id ?? newId('rul');
  return {
    _id: id,
    environment_id: 1,
    name: null,
    enabled: true,
    disabled_reason: null,
    events: ['invoices.*'],
    filter: null,
    transform: null,
    format: null,
    target: { type: 'url', url: 'https://example.com/hooks' },
    endpoint: 'https://example.com/hooks',
    headers: sealHeaders({}, id, sealer),
    method: 'POST',
    timeout_ms: 15_000,
    max_in_flight: 50,
    rate: null,
    order_by: null,
    schedule_s: DEFAULT_SCHEDULE_S,
    secrets: [storeSecret({ text: A_SECRET, signing: 'hmac' }, id, sealer)],
    failing_since: null,
    created_at: AT,
    updated_at: AT,
    revision: 1,
    version: 1,
    ...given,
  };
}

/** A clock that stands still until it is moved. */
export function aClock(startMs = START_MS) {
  let ms = startMs;
  return {
    now: () => ms,
    advance: (byMs: number) => {
      ms += byMs;
    },
  };
}

const propsSchema: JsonObject = { type: 'object', properties: { userId: { type: 'integer' } }, required: ['userId'] };

/** What drafts are made with: three listeners, and expressions of which those with `((` do not parse. */
export function draftDeps(clock = aClock()): DraftDeps {
  const listeners = new Map<string, { readonly propsSchema?: JsonObject }>([
    ['exampleListener', {}],
    ['strict', { propsSchema }],
  ]);
  return {
    listeners: { get: (name) => listeners.get(name), nearest: (name) => nearest(name, listeners.keys()) },
    egress: createEgress(),
    expressions: {
      check: (expression) => {
        if (expression.includes('((')) throw new AppError('invalid_input', { detail: 'It ends too early.' });
      },
    },
    sealer,
    clock,
    newId,
    randomBytes,
  };
}
