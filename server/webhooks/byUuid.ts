/** Finds a webhook of an environment by any uuid it answers to, for the parts that are handed nothing but the uuid. */
import { AppError } from '../lib/errors.ts';
import type { WebhookCache } from './cache.ts';
import type { ReadyWebhook } from './ready.ts';

export function createWebhooksByUuid({ webhooks }: { readonly webhooks: Pick<WebhookCache, 'get'> }) {
  async function find(environmentId: number, uuid: string): Promise<ReadyWebhook | null> {
    const webhook = await webhooks.get(uuid);
    return webhook?.environmentId === environmentId ? webhook : null;
  }

  return {
    /** Throws `not_found` for a webhook of another environment as for none. */
    ready: async (environmentId: number, uuid: string): Promise<ReadyWebhook> => {
      const webhook = await find(environmentId, uuid);
      if (webhook === null) throw new AppError('not_found', { detail: `There is no webhook '${uuid}' here.` });
      return webhook;
    },

    /** The id that a rotation does not change; the uuid itself when the webhook is gone, as its runs may still be asked for. */
    idOf: async (environmentId: number, uuid: string): Promise<string> => (await find(environmentId, uuid))?.id ?? uuid,
  };
}
