/** Nouns as the API shows them, with everything a test does not care about filled in. */
import type { Run, RunSummary } from '../../../server/schemas/runView.ts';
import type { Token } from '../../../server/schemas/token.ts';
import type { Webhook } from '../../../server/schemas/webhook.ts';

export const AT = '2026-01-31T09:30:00.000Z';

export const RUN_ID = 'run_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const TOKEN_ID = 'tok_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const WEBHOOK_UUID = 'c14990db-96a1-44c6-b13a-8ab12db96f61';

export function aWebhook(given: Partial<Webhook> = {}): Webhook {
  return {
    uuid: WEBHOOK_UUID,
    action: 'exampleListener',
    props: { userId: 1 },
    environment_id: 1,
    user_id: null,
    url: `http://localhost:4000/apps/14361375-54d4-4ddb-8d2d-0dd212e13cd1/webhooks/${WEBHOOK_UUID}`,
    name: null,
    enabled: true,
    respond: 'accepted',
    respond_timeout_ms: 10_000,
    methods: ['POST'],
    verify: { type: 'none', has_secret: false, has_previous_secret: false, has_hub_verify_token: false },
    schema: null,
    dedupe: null,
    created_at: AT,
    updated_at: AT,
    ...given,
  };
}

export function aRunSummary(given: Partial<RunSummary> = {}): RunSummary {
  return {
    id: RUN_ID,
    status: 'succeeded',
    action: 'exampleListener',
    trigger: { type: 'webhook', webhook: WEBHOOK_UUID },
    environment_id: 1,
    attempt: 1,
    error: null,
    created_at: AT,
    due_at: null,
    finished_at: AT,
    priority: 'normal',
    ...given,
  };
}

export function aRun(given: Partial<Run> = {}): Run {
  return {
    ...aRunSummary(),
    props: { userId: 1 },
    event: { triggerData: 'someData' },
    request: {
      method: 'POST',
      path: '/apps/a/webhooks/b',
      headers: { 'content-type': 'application/json' },
      query: { a: ['1', '2'] },
      content_type: 'application/json',
      remote_address: '127.0.0.1',
    },
    attempts: [{ attempt: 1, started_at: AT, duration_ms: 3, status: 'succeeded', error: null }],
    logs: [{ at: AT, level: 'info', message: 'hello', data: { a: 1 } }],
    result: { ok: true },
    dedupe_key: null,
    ...given,
  };
}

export function aToken(given: Partial<Token> = {}): Token {
  return {
    id: TOKEN_ID,
    name: 'unnamed',
    environment_id: 1,
    scopes: ['admin'],
    hint: 'abcd',
    created_at: AT,
    expires_at: null,
    last_used_at: null,
    ...given,
  };
}
