/** Fires a webhook without its URL: for the person who set it up and wants to see its listener run. */
import { AppError } from '../lib/errors.ts';
import type { Json } from '../schemas/json.ts';
import type { StartRun } from '../runs/start.ts';
import type { ReadyWebhook } from './ready.ts';

export interface TryOutDeps {
  /** The webhook of that environment, or throws `not_found`. */
  readonly find: (environmentId: number, uuid: string) => Promise<ReadyWebhook>;
  readonly startRun: StartRun;
}

/** What a webhook is tried out with when nobody says otherwise. */
export const SAMPLE_EVENT: Json = { test: true, message: 'A sample event, sent to try this webhook out.' };

export function createTryOut({ find, startRun }: TryOutDeps) {
  return async function tryOut(
    environmentId: number,
    uuid: string,
    { event = SAMPLE_EVENT }: { readonly event?: unknown },
  ): Promise<{ readonly run: string }> {
    const webhook = await find(environmentId, uuid);
    const faults = webhook.checkEvent?.(event) ?? [];
    if (faults.length > 0) {
      throw new AppError('schema_mismatch', {
        detail: 'The event does not fit the schema of the webhook.',
        errors: faults,
      });
    }
    const { id } = await startRun({
      environmentId,
      action: webhook.action,
      trigger: { type: 'webhook', webhook: webhook.uuid },
      webhookId: webhook.id,
      userId: webhook.userId,
      propsJson: webhook.propsJson,
      event: { kind: 'json', bytes: Buffer.from(JSON.stringify(event)) },
    });
    return { run: id };
  };
}
