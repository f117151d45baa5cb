/** Events, rules and deliveries as the API shows them. */
import type { Attempt, Delivery, DeliverySummary, Recovery } from '../../../server/schemas/delivery.ts';
import type { Event } from '../../../server/schemas/event.ts';
import type { EventType } from '../../../server/schemas/eventType.ts';
import type { Rule } from '../../../server/schemas/rule.ts';
import type { RuleHealth } from '../../../server/schemas/ruleHealth.ts';

const AT = '2026-01-31T09:30:00.000Z';

export const EVENT_ID = 'evt_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const RULE_ID = 'rul_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const DELIVERY_ID = 'dlv_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const RECOVERY_ID = 'rcv_01h8xgj4c2v6qkz0m3n5p7r9t1';
export const EVENT_TYPE = 'invoices.created';

export function anEvent(): Event {
  return {
    id: EVENT_ID,
    type: EVENT_TYPE,
    data: { id: 1 },
    occurred_at: AT,
    environment: 'production',
    source: { type: 'api' },
    created_at: AT,
  };
}

export function anEventType(): EventType {
  return {
    name: EVENT_TYPE,
    description: '',
    channel: 'invoices',
    exclusive: false,
    schema: { type: 'object' },
    examples: [{ id: 1 }],
    deprecated: false,
    pack: null,
    created_at: AT,
    updated_at: AT,
  };
}

export function aRule(): Rule {
  return {
    id: RULE_ID,
    name: null,
    enabled: true,
    disabled_reason: null,
    events: ['invoices.*'],
    filter: null,
    transform: null,
    format: 'standard',
    target: { url: 'https://example.com/hook' },
    headers: {},
    method: 'POST',
    timeout_ms: 15_000,
    max_in_flight: 50,
    rate: null,
    ordering: 'none',
    retry: { schedule_s: [0, 5] },
    signing: 'hmac',
    secret_hint: 'abcd',
    public_key: null,
    old_secrets: [],
    failing_since: null,
    environment_id: 1,
    revision: 1,
    created_at: AT,
    updated_at: AT,
  };
}

export function aHealth(): RuleHealth {
  const none = { attempts: 0, succeeded: 0, success_rate: null, p50_ms: null, p95_ms: null, last_error: null };
  const figures = { last_hour: none, last_day: none };
  return { rule: figures, url: figures, endpoint: { state: 'open', until: null }, waiting: 0 };
}

export function anAttempt(): Attempt {
  return {
    attempt: 1,
    status: 'succeeded',
    at: AT,
    timings: { dns_ms: null, connect_ms: 1, tls_ms: null, first_byte_ms: 2, total_ms: 3 },
    request: {
      method: 'POST',
      url: 'https://example.com/hook',
      headers: { 'webhook-id': EVENT_ID },
      body_sha256: 'ab',
      body_bytes: 2,
    },
    response: { status: 200, headers: {}, body: 'ok', body_encoding: 'utf8', truncated: false },
    error: null,
    rule_revision: 1,
  };
}

export function aDeliverySummary(): DeliverySummary {
  return {
    id: DELIVERY_ID,
    status: 'delivered',
    event: EVENT_ID,
    event_type: EVENT_TYPE,
    rule: RULE_ID,
    attempts_made: 1,
    next_attempt_at: null,
    error: null,
    created_at: AT,
    finished_at: AT,
  };
}

export function aDelivery(): Delivery {
  return { ...aDeliverySummary(), attempts: [anAttempt()] };
}

export function aRecovery(): Recovery {
  return {
    id: RECOVERY_ID,
    rule: RULE_ID,
    status: 'running',
    since: AT,
    until: AT,
    unmatched: false,
    of_status: 'dead',
    rate: 50,
    looked_at: 0,
    made: 0,
    created_at: AT,
    finished_at: null,
  };
}
