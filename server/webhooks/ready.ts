/**
 * A webhook ready to receive: everything that can be worked out once has been, so a request only reads. Held by the
 * cache, which makes a new one when the webhook changes.
 */
import { compileSchema, type Validate } from '../lib/schema.ts';
import type { Sealer } from '../lib/sealed.ts';
import type { JsonObject } from '../schemas/json.ts';
import { DEFAULT_DEDUPE_WINDOW_S, type WebhookMethod } from '../schemas/webhook.ts';
import type { StoredVerify, WebhookDocument } from './document.ts';
import { openHubToken, openVerify } from './secrets.ts';
import { secretHeaders } from './verify/headers.ts';
import type { VerifyConfig } from './verify/config.ts';

export interface ReadyWebhook {
  /** Stable over rotations; dedupe keys are scoped by it. */
  readonly id: string;
  readonly uuid: string;
  readonly environmentId: number;
  readonly action: string;
  /** JSON text of an object, as a run takes it. */
  readonly propsJson: string;
  /** As a run takes it: text, or null. */
  readonly userId: string | null;
  readonly enabled: boolean;
  readonly respond: 'accepted' | 'result';
  readonly respondTimeoutMs: number;
  readonly methods: ReadonlySet<string>;
  readonly verify: VerifyConfig;
  readonly hubVerifyToken: string | null;
  readonly allowedOrigins: readonly string[];
  /** Header names whose values must not be kept with the run. */
  readonly secretHeaders: readonly string[];
  /** Null takes any event. */
  readonly checkEvent: Validate | null;
  readonly dedupe: DedupePlan;
  /** Old addresses and when each ends, in milliseconds since the epoch. */
  readonly oldUuids: ReadonlyMap<string, number>;
}

export interface DedupePlan {
  readonly field?: string;
  readonly header?: string;
  readonly body: boolean;
  readonly windowMs: number;
}

export function makeReady(document: WebhookDocument, sealer: Pick<Sealer, 'open'>): ReadyWebhook {
  const stored = JSON.parse(document.verify) as StoredVerify;
  const verify = openVerify(stored, document._id, sealer);
  const methods: readonly WebhookMethod[] = document.methods;
  return {
    id: document._id,
    uuid: document.uuid,
    environmentId: document.environment_id,
    action: document.action,
    propsJson: document.props,
    userId: document.user_id === null ? null : String(document.user_id),
    enabled: document.enabled,
    respond: document.respond,
    respondTimeoutMs: document.respond_timeout_ms,
    methods: new Set(methods),
    verify,
    hubVerifyToken: openHubToken(stored, document._id, sealer),
    allowedOrigins: stored.settings.allowed_origins ?? [],
    secretHeaders: secretHeaders(verify),
    checkEvent: document.schema === null ? null : compileSchema(JSON.parse(document.schema) as JsonObject),
    dedupe: dedupePlan(document, verify),
    oldUuids: new Map(document.old_uuids.map(({ uuid, until }) => [uuid, until.getTime()])),
  };
}

/** Whether the uuid a request came by is this webhook's address at that moment. */
export function answersTo(webhook: ReadyWebhook, uuid: string, nowMs: number): boolean {
  return uuid === webhook.uuid || (webhook.oldUuids.get(uuid) ?? 0) > nowMs;
}

// GitHub's and Shopify's ids are not signed and nothing says when a request was made, so a captured one could be sent
// again under another id for ever; their bodies carry ids and times, so equal bytes are a repetition.
function dedupePlan({ dedupe }: WebhookDocument, verify: VerifyConfig): DedupePlan {
  return {
    ...(dedupe?.field !== undefined && { field: dedupe.field }),
    ...(dedupe?.header !== undefined && { header: dedupe.header.toLowerCase() }),
    body: dedupe?.body ?? (verify.type === 'github' || verify.type === 'shopify'),
    windowMs: (dedupe?.window_s ?? DEFAULT_DEDUPE_WINDOW_S) * 1_000,
  };
}
