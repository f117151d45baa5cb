/**
 * The webhooks that requests ask for, ready to receive, in memory. Also remembers, up to a bound, which uuids nobody
 * has, so that guessing costs the database little.
 *
 * A change made by this process is seen at once (`forget`). Another process on the same database changes without a
 * word, so an entry that is in use is read again in the background once half of `freshMs` has gone by, and is not
 * used any more after all of it: whoever asks then waits.
 */
import type { Clock } from '../lib/clock.ts';
import { createLru } from '../lib/lru.ts';
import type { Sealer } from '../lib/sealed.ts';
import { answersTo, makeReady, type ReadyWebhook } from './ready.ts';
import type { WebhookStore } from './store.ts';

export interface WebhookCacheDeps {
  readonly store: Pick<WebhookStore, 'findByAddress'>;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly clock: Clock;
  readonly freshMs?: number;
  readonly limit?: number;
}

export interface WebhookCache {
  /** What is remembered, without waiting: null when nobody has that uuid, undefined when it has to be looked up. */
  readonly peek: (uuid: string) => ReadyWebhook | null | undefined;
  /** Null when no webhook answers to that uuid now. Throws `secret_unreadable`, `invalid_schema`. */
  readonly get: (uuid: string) => Promise<ReadyWebhook | null>;
  /** To be called after every change, with every uuid the webhook answers to. */
  readonly forget: (uuids: readonly string[]) => void;
}

/** Other processes' changes are seen within a second, which includes the time it takes to read. */
const FRESH_MS = 900;
const LIMIT = 20_000;

interface Known {
  readonly webhook: ReadyWebhook | null;
  /** Of the document it was made from: if it is still the same, so is what was made. */
  readonly version: string;
  readonly readAtMs: number;
}

export function createWebhookCache({
  store,
  sealer,
  clock,
  freshMs = FRESH_MS,
  limit = LIMIT,
}: WebhookCacheDeps): WebhookCache {
  const found = createLru<string, Known>(limit);
  const missing = createLru<string, Known>(limit);
  const loading = new Map<string, Promise<ReadyWebhook | null>>();

  function knownOf(uuid: string): Known | undefined {
    return found.get(uuid) ?? missing.get(uuid);
  }

  function answer({ webhook }: Known, uuid: string): ReadyWebhook | null {
    return webhook !== null && answersTo(webhook, uuid, clock.now()) ? webhook : null;
  }

  function peek(uuid: string): ReadyWebhook | null | undefined {
    const known = knownOf(uuid);
    if (known === undefined) return undefined;
    const ageMs = clock.now() - known.readAtMs;
    if (ageMs >= freshMs) return undefined;
    // A failure is not lost: the entry grows too old, and then somebody waits and gets it.
    if (ageMs >= freshMs / 2) read(uuid).catch(() => undefined);
    return answer(known, uuid);
  }

  /** Requests for the same uuid share one look into the database. */
  function read(uuid: string): Promise<ReadyWebhook | null> {
    const underWay = loading.get(uuid);
    if (underWay !== undefined) return underWay;
    const promise: Promise<ReadyWebhook | null> = load(uuid, () => loading.get(uuid) === promise).finally(() => {
      if (loading.get(uuid) === promise) loading.delete(uuid);
    });
    loading.set(uuid, promise);
    return promise;
  }

  async function load(uuid: string, isCurrent: () => boolean): Promise<ReadyWebhook | null> {
    const readAtMs = clock.now();
    const document = await store.findByAddress(uuid);
    const before = knownOf(uuid);
    const version = document === null ? '' : `${document._id} ${document.revision}`;
    const webhook =
      document === null ? null : before?.version === version ? before.webhook : makeReady(document, sealer);
    const known: Known = { webhook, version, readAtMs };
    // Read before a change that has been reported since: good enough to answer with, too old to keep.
    if (isCurrent()) {
      found.delete(uuid);
      missing.delete(uuid);
      (webhook === null ? missing : found).set(uuid, known);
    }
    return answer(known, uuid);
  }

  return {
    peek,
    get(uuid) {
      const remembered = peek(uuid);
      return remembered === undefined ? read(uuid) : Promise.resolve(remembered);
    },
    forget(uuids) {
      for (const uuid of uuids) {
        found.delete(uuid);
        missing.delete(uuid);
        loading.delete(uuid);
      }
    },
  };
}
