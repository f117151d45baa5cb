import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../server/lib/sealed.ts';
import { createWebhookCache } from '../../server/webhooks/cache.ts';
import type { WebhookDocument } from '../../server/webhooks/document.ts';
import { aClock, aWebhook, START_MS } from './builders.ts';

function setUp(limit?: number) {
  const documents = new Map<string, WebhookDocument>();
  const clock = aClock();
  const reads: string[] = [];
  const gate = { wait: Promise.resolve() };
  const cache = createWebhookCache({
    store: {
      findByAddress: async (uuid) => {
        reads.push(uuid);
        const found = [...documents.values()].find(({ answers_to }) => answers_to.includes(uuid)) ?? null;
        await gate.wait;
        return found;
      },
    },
    sealer: createSealer({ key: randomBytes(32) }),
    clock,
    ...(limit !== undefined && { limit }),
  });
  const keep = (webhook: WebhookDocument) => {
    documents.set(webhook._id, webhook);
    return webhook;
  };
  return { documents, clock, reads, gate, cache, keep };
}

describe('createWebhookCache', () => {
  it('reads a webhook once, and then knows it without waiting', async () => {
    const { cache, reads, keep } = setUp();
    const { uuid } = keep(aWebhook({ props: '{"a":1}' }));
    expect(cache.peek(uuid)).toBeUndefined();
    const ready = await cache.get(uuid);
    expect(ready).toMatchObject({ uuid, propsJson: '{"a":1}', verify: { type: 'none' } });
    expect(await cache.get(uuid)).toBe(ready);
    expect(cache.peek(uuid)).toBe(ready);
    expect(reads).toHaveLength(1);
  });

  it('lets all who ask at once share one read', async () => {
    const { cache, reads, keep } = setUp();
    const { uuid } = keep(aWebhook());
    await Promise.all(Array.from({ length: 50 }, () => cache.get(uuid)));
    expect(reads).toHaveLength(1);
  });

  it('remembers which uuids nobody has, up to its bound', async () => {
    const { cache, reads } = setUp(10);
    const unknown = Array.from({ length: 11 }, () => randomUUID());
    for (const uuid of unknown) expect(await cache.get(uuid)).toBeNull();
    expect(cache.peek(unknown[10]!)).toBeNull();
    expect(cache.peek(unknown[0]!)).toBeUndefined();
    expect(reads).toHaveLength(11);
  });

  it('does not let unknown uuids push out the known ones', async () => {
    const { cache, keep } = setUp(10);
    const { uuid } = keep(aWebhook());
    await cache.get(uuid);
    for (let i = 0; i < 50; i++) await cache.get(randomUUID());
    expect(cache.peek(uuid)).toMatchObject({ uuid });
  });

  it('forgets a changed webhook, and one that was not there before', async () => {
    const { cache, keep, documents } = setUp();
    const webhook = aWebhook();
    expect(await cache.get(webhook.uuid)).toBeNull();
    keep(webhook);
    cache.forget(webhook.answers_to);
    expect(await cache.get(webhook.uuid)).toMatchObject({ enabled: true });
    keep({ ...webhook, enabled: false, revision: 2 });
    cache.forget(webhook.answers_to);
    expect(await cache.get(webhook.uuid)).toMatchObject({ enabled: false });
    documents.clear();
    cache.forget(webhook.answers_to);
    expect(await cache.get(webhook.uuid)).toBeNull();
  });

  it('does not keep what was read before a change that is reported while it is read', async () => {
    const { cache, keep, gate } = setUp();
    const webhook = keep(aWebhook());
    let open = (): void => undefined;
    gate.wait = new Promise((resolve) => {
      open = resolve;
    });
    const early = cache.get(webhook.uuid);
    keep({ ...webhook, enabled: false, revision: 2 });
    cache.forget(webhook.answers_to);
    gate.wait = Promise.resolve();
    open();
    expect(await early).toMatchObject({ enabled: true });
    expect(await cache.get(webhook.uuid)).toMatchObject({ enabled: false });
  });

  it("sees another process's change within a second", async () => {
    const { cache, keep, clock } = setUp();
    const webhook = keep(aWebhook());
    await cache.get(webhook.uuid);
    keep({ ...webhook, enabled: false, revision: 2 });
    expect(cache.peek(webhook.uuid)).toMatchObject({ enabled: true });
    clock.advance(1_000);
    expect(cache.peek(webhook.uuid)).toBeUndefined();
    expect(await cache.get(webhook.uuid)).toMatchObject({ enabled: false });
  });

  it('reads an entry in use again in the background, so that nobody waits for it', async () => {
    const { cache, keep, clock, reads } = setUp();
    const webhook = keep(aWebhook());
    const first = await cache.get(webhook.uuid);
    clock.advance(600);
    expect(cache.peek(webhook.uuid)).toBe(first);
    await new Promise(setImmediate);
    expect(reads).toHaveLength(2);
    clock.advance(600);
    expect(cache.peek(webhook.uuid)).toBe(first); // unchanged, so it was not made anew
  });

  it('answers under an old uuid until its time is over', async () => {
    const { cache, keep, clock } = setUp();
    const old = { uuid: randomUUID(), until: new Date(START_MS + 400) };
    const webhook = keep(aWebhook({ old_uuids: [old] }));
    expect(await cache.get(old.uuid)).toMatchObject({ uuid: webhook.uuid });
    clock.advance(400);
    expect(cache.peek(old.uuid)).toBeNull();
    expect(await cache.get(old.uuid)).toBeNull();
    expect(await cache.get(webhook.uuid)).not.toBeNull();
  });

  it('passes a failure on to whoever waits, and tries again afterwards', async () => {
    const { cache, keep } = setUp();
    const webhook = keep(aWebhook({ verify: '{"settings":{"type":"github"},"secret":"v1.00000000.x"}' }));
    await expect(cache.get(webhook.uuid)).rejects.toMatchObject({ code: 'secret_unreadable' });
    keep({ ...webhook, verify: '{"settings":{"type":"none"}}', revision: 2 });
    expect(await cache.get(webhook.uuid)).not.toBeNull();
  });
});
