/** A webhook as the API shows it: members in the order they are promised, secrets only as whether there are any. */
import type { JsonObject } from '../schemas/json.ts';
import type { VerifyView } from '../schemas/verify.ts';
import type { RotatedWebhook, Webhook } from '../schemas/webhook.ts';
import type { OldUuid, StoredVerify, WebhookDocument } from './document.ts';
import { secretNameOf } from './secrets.ts';

export interface ViewDeps {
  /** Where callers reach this server, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly appUuid: string;
}

/** `made` is a secret made by this very call: the one time it is shown. */
export function createWebhookView({ publicUrl, appUuid }: ViewDeps) {
  const urlOf = (uuid: string) => `${publicUrl().replace(/\/+$/, '')}/apps/${appUuid}/webhooks/${uuid}`;

  function view(webhook: WebhookDocument, made?: string): Webhook {
    return {
      uuid: webhook.uuid,
      action: webhook.action,
      props: JSON.parse(webhook.props) as JsonObject,
      environment_id: webhook.environment_id,
      user_id: webhook.user_id,
      url: urlOf(webhook.uuid),
      name: webhook.name,
      enabled: webhook.enabled,
      respond: webhook.respond,
      respond_timeout_ms: webhook.respond_timeout_ms,
      methods: [...webhook.methods],
      verify: viewVerify(JSON.parse(webhook.verify) as StoredVerify, made),
      schema: webhook.schema === null ? null : (JSON.parse(webhook.schema) as JsonObject),
      dedupe: webhook.dedupe,
      created_at: webhook.created_at.toISOString(),
      updated_at: webhook.updated_at.toISOString(),
    };
  }

  return {
    view,
    viewRotated: (webhook: WebhookDocument, { uuid, until }: OldUuid): RotatedWebhook => ({
      ...view(webhook),
      previous: { uuid, url: urlOf(uuid), answers_until: until.toISOString() },
    }),
  };
}

function viewVerify(stored: StoredVerify, made: string | undefined): VerifyView {
  const { type, ...settings } = stored.settings;
  return {
    type,
    ...settings,
    ...(made !== undefined && { [secretNameOf(type)]: made }),
    has_secret: stored.secret !== undefined,
    has_previous_secret: stored.previous_secret !== undefined,
    has_hub_verify_token: stored.hub_verify_token !== undefined,
  } as VerifyView;
}
