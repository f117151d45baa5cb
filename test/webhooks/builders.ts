import { randomUUID } from 'node:crypto';
import type { WebhookDocument } from '../../server/webhooks/document.ts';
import { positionOf } from '../../server/webhooks/store.ts';

export const START_MS = 1_760_000_000_000;

/** A webhook as it is stored; what matters to a test is given, the rest is filled in. */
export function aWebhook(given: Partial<WebhookDocument> = {}): WebhookDocument {
  const id = given._id ?? randomUUID();
  const uuid = given.uuid ?? id;
  const at = given.created_at ?? new Date(START_MS);
  return {
    _id: id,
    environment_id: 1,
    uuid,
    answers_to: [uuid, ...(given.old_uuids ?? []).map((old) => old.uuid)],
    old_uuids: [],
    action: 'exampleListener',
    props: '{}',
    user_id: null,
    name: null,
    enabled: true,
    respond: 'accepted',
    respond_timeout_ms: 10_000,
    methods: ['POST'],
    verify: '{"settings":{"type":"none"}}',
    schema: null,
    dedupe: null,
    position: positionOf(at.getTime(), id),
    created_at: at,
    updated_at: at,
    revision: 1,
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
