/**
 * What the management API and a listener's `api.webhooks` may do with webhooks. Everything that can be wrong with a
 * webhook is found when it is made or changed, not when somebody calls it.
 */
import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Sealer } from '../lib/sealed.ts';
import type { Page, PageOf } from '../schemas/list.ts';
import {
  DEFAULT_OVERLAP_S,
  MAX_WEBHOOKS_PER_ENVIRONMENT,
  type RotatedWebhook,
  type Webhook,
  type WebhookCreate,
  type WebhookPatch,
  type WebhookRotate,
} from '../schemas/webhook.ts';
import type { WebhookCache } from './cache.ts';
import type { WebhookDocument } from './document.ts';
import { createDrafts, type DraftDeps } from './draft.ts';
import type { WebhookFilter, WebhookStore } from './store.ts';
import { createWebhookView } from './view.ts';

export interface ManageWebhooksDeps {
  readonly store: Omit<WebhookStore, 'ensureIndexes' | 'findByAddress'>;
  readonly cache: Pick<WebhookCache, 'forget'>;
  readonly listeners: DraftDeps['listeners'];
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly newUuid: () => string;
  readonly publicUrl: () => string;
  readonly appUuid: string;
  readonly randomBytes?: (count: number) => Buffer;
}

/** Old addresses that answer at once; more rotations than that in their time are a mistake. */
const MAX_OLD_UUIDS = 20;
const MAX_TRIES = 5;

export function createManageWebhooks(deps: ManageWebhooksDeps) {
  const { store, cache, listeners, sealer, clock, newUuid, randomBytes = systemRandomBytes } = deps;
  const drafts = createDrafts({ listeners, sealer, clock, newUuid, randomBytes });
  const { view, viewRotated } = createWebhookView(deps);

  async function create(environmentId: number, input: WebhookCreate): Promise<Webhook> {
    const { webhook, made } = drafts.make(environmentId, input);
    if ((await store.count(environmentId)) >= MAX_WEBHOOKS_PER_ENVIRONMENT) {
      throw new AppError('conflict', {
        detail: `This environment has ${MAX_WEBHOOKS_PER_ENVIRONMENT} webhooks, the most there may be; delete some first.`,
      });
    }
    await store.insert(environmentId, webhook);
    cache.forget(webhook.answers_to);
    return view(webhook, made);
  }

  async function list(environmentId: number, filter: WebhookFilter, page: Page): Promise<PageOf<Webhook>> {
    const { items, next } = await store.list(environmentId, filter, page);
    return { items: items.map((item) => view(item)), next };
  }

  async function get(environmentId: number, uuid: string): Promise<Webhook> {
    return view(await mustFind(environmentId, uuid));
  }

  async function patch(environmentId: number, uuid: string, input: WebhookPatch): Promise<Webhook> {
    let made: string | undefined;
    const webhook = await change(environmentId, uuid, (read) => {
      const draft = drafts.change(read, input);
      made = draft.made;
      return draft.webhook;
    });
    return view(webhook, made);
  }

  async function remove(environmentId: number, uuid: string): Promise<void> {
    const removed = await store.remove(environmentId, uuid.toLowerCase());
    if (removed === null) throw notFound(uuid);
    cache.forget(removed.answers_to);
  }

  /** The new uuid counts at once; the old one answers until the overlap ends. */
  async function rotate(environmentId: number, uuid: string, options: WebhookRotate): Promise<RotatedWebhook> {
    const now = new Date(clock.now());
    const old = {
      uuid: uuid.toLowerCase(),
      until: new Date(now.getTime() + (options.overlap_s ?? DEFAULT_OVERLAP_S) * 1_000),
    };
    const fresh = newUuid();
    const webhook = await change(environmentId, uuid, (read) => {
      const olds = [...read.old_uuids, old].filter(({ until }) => until > now);
      if (olds.length > MAX_OLD_UUIDS) {
        throw new AppError('conflict', {
          detail: `${MAX_OLD_UUIDS} earlier addresses of this webhook still answer; rotate again when some have ended.`,
        });
      }
      return {
        ...read,
        uuid: fresh,
        old_uuids: olds,
        answers_to: [fresh, ...olds.map((each) => each.uuid)],
        updated_at: now,
      };
    });
    return viewRotated(webhook, old);
  }

  /** Reads, changes and writes, again from the start when somebody else wrote in between. */
  async function change(
    environmentId: number,
    uuid: string,
    edit: (read: WebhookDocument) => WebhookDocument,
  ): Promise<WebhookDocument> {
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const read = await mustFind(environmentId, uuid);
      const next = edit(read);
      if (await store.replace(environmentId, read, next)) {
        cache.forget([...new Set([...read.answers_to, ...next.answers_to])]);
        return next;
      }
    }
    throw new AppError('conflict', { detail: 'The webhook is being changed by others at this moment; try again.' });
  }

  async function mustFind(environmentId: number, uuid: string): Promise<WebhookDocument> {
    const found = await store.get(environmentId, uuid.toLowerCase());
    if (found === null) throw notFound(uuid);
    return found;
  }

  return { create, list, get, patch, remove, rotate };
}

function notFound(uuid: string): AppError {
  return new AppError('not_found', { detail: `There is no webhook ${uuid} in this environment.` });
}
