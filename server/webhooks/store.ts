/** Webhooks in the database: the collection `webhooks` of the platform's database, its indexes, and every question asked of it. */
import type mongoose from 'mongoose';
import type { Page, PageOf } from '../schemas/list.ts';
import type { WebhookDocument } from './document.ts';

export const WEBHOOKS_COLLECTION = 'webhooks';

export interface WebhookFilter {
  readonly action?: string;
  /** As text, as it comes in a query; a webhook's number is found by its digits. */
  readonly user_id?: string;
  readonly enabled?: boolean;
}

/** The environment comes first; only the public trigger, which knows none, asks by uuid alone. */
export interface WebhookStore {
  readonly ensureIndexes: () => Promise<void>;
  readonly insert: (environmentId: number, webhook: WebhookDocument) => Promise<void>;
  readonly count: (environmentId: number) => Promise<number>;
  readonly get: (environmentId: number, uuid: string) => Promise<WebhookDocument | null>;
  readonly list: (environmentId: number, filter: WebhookFilter, page: Page) => Promise<PageOf<WebhookDocument>>;
  /** Replaces the webhook if it still has the revision that was read; false when somebody was faster. */
  readonly replace: (environmentId: number, read: WebhookDocument, next: WebhookDocument) => Promise<boolean>;
  /** Gives the webhook that was there. */
  readonly remove: (environmentId: number, uuid: string) => Promise<WebhookDocument | null>;
  /** By its uuid or one it had before; whether an old one still answers, the caller decides. */
  readonly findByAddress: (uuid: string) => Promise<WebhookDocument | null>;
}

export function createWebhookStore(connection: mongoose.Connection): WebhookStore {
  const webhooks = connection.collection<WebhookDocument>(WEBHOOKS_COLLECTION);

  return {
    ensureIndexes: async () => {
      await webhooks.createIndexes([
        { key: { answers_to: 1 }, unique: true, name: 'by_address' },
        { key: { environment_id: 1, position: 1 }, name: 'by_position' },
        { key: { environment_id: 1, action: 1, position: 1 }, name: 'by_action' },
        { key: { environment_id: 1, user_id: 1, position: 1 }, name: 'by_user' },
      ]);
    },

    insert: async (environmentId, webhook) => {
      await webhooks.insertOne({ ...webhook, environment_id: environmentId });
    },

    count: (environmentId) => webhooks.countDocuments({ environment_id: environmentId }),

    get: (environmentId, uuid) => webhooks.findOne({ answers_to: uuid, environment_id: environmentId, uuid }),

    list: async (environmentId, filter, { limit, after }) => {
      const found = await webhooks
        .find({
          environment_id: environmentId,
          ...(filter.action !== undefined && { action: filter.action }),
          ...(filter.user_id !== undefined && { user_id: { $in: userIds(filter.user_id) } }),
          ...(filter.enabled !== undefined && { enabled: filter.enabled }),
          ...(after !== undefined && { position: { $gt: after } }),
        })
        .sort({ position: 1 })
        .limit(limit + 1)
        .toArray();
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? (items.at(-1)?.position ?? null) : null };
    },

    replace: async (environmentId, read, next) => {
      const { matchedCount } = await webhooks.replaceOne(
        { _id: read._id, environment_id: environmentId, revision: read.revision },
        { ...next, environment_id: environmentId, revision: read.revision + 1 },
      );
      return matchedCount === 1;
    },

    remove: (environmentId, uuid) =>
      webhooks.findOneAndDelete({ answers_to: uuid, environment_id: environmentId, uuid }),

    findByAddress: (uuid) => webhooks.findOne({ answers_to: uuid }),
  };
}

/** Text that sorts as the pair (time, id) does. */
export function positionOf(createdMs: number, id: string): string {
  return `${String(createdMs).padStart(15, '0')}-${id}`;
}

function userIds(text: string): (string | number)[] {
  const number = Number(text);
  return Number.isSafeInteger(number) && String(number) === text ? [text, number] : [text];
}
