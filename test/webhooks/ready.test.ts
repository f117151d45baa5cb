import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../server/lib/sealed.ts';
import { answersTo, makeReady } from '../../server/webhooks/ready.ts';
import { storeVerify } from '../../server/webhooks/secrets.ts';
import type { VerifyInput } from '../../server/schemas/verify.ts';
import { aWebhook, START_MS } from './builders.ts';

const sealer = createSealer({ key: randomBytes(32) });
const secret = 'a secret of sixteen bytes or more';

function ready(given: Parameters<typeof aWebhook>[0] = {}, input: VerifyInput = { type: 'none' }) {
  const webhook = aWebhook(given);
  const { stored } = storeVerify({ input, webhookId: webhook._id, sealer, randomBytes });
  return makeReady({ ...webhook, verify: JSON.stringify(stored) }, sealer);
}

describe('makeReady', () => {
  it('counts equal bodies as repetitions for GitHub and Shopify, and elsewhere where it is asked for', () => {
    expect(ready({}, { type: 'github', secret }).dedupe).toEqual({ body: true, windowMs: 86_400_000 });
    expect(ready({}, { type: 'shopify', secret }).dedupe.body).toBe(true);
    expect(ready({}, { type: 'stripe', secret }).dedupe.body).toBe(false);
    expect(ready({ dedupe: { body: false } }, { type: 'github', secret }).dedupe.body).toBe(false);
    expect(ready({ dedupe: { header: 'X-Id', body: true, window_s: 5 } }).dedupe).toEqual({
      header: 'x-id',
      body: true,
      windowMs: 5_000,
    });
  });

  it('compiles the schema, and takes any event without one', () => {
    expect(ready().checkEvent).toBeNull();
    expect(ready({ schema: '{"type":"object"}' }).checkEvent?.(1)).toHaveLength(1);
  });

  it('names the headers that let their holder in', () => {
    expect(ready({}, { type: 'api-key', header: 'X-My-Key', key: secret }).secretHeaders).toContain('x-my-key');
  });

  it('fills in the defaults of every scheme', () => {
    expect(
      ready(
        {},
        {
          type: 'hmac',
          header: 'X-Sig',
          secret,
          signed: ['text:v1', 'header:X-Id', 'timestamp', 'body'],
          timestamp_header: 'X-Time',
        },
      ).verify,
    ).toEqual({
      type: 'hmac',
      keys: [Buffer.from(secret)],
      header: 'x-sig',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: '',
      signed: [{ part: 'text', text: 'v1' }, { part: 'header', name: 'x-id' }, { part: 'timestamp' }, { part: 'body' }],
      separator: '.',
      timestampHeader: 'x-time',
      toleranceS: 300,
    });
    expect(ready({}, { type: 'slack', secret, tolerance_s: 9 }).verify).toMatchObject({ toleranceS: 9 });
    expect(ready({}, { type: 'basic', username: 'u', password: secret }).verify).toMatchObject({
      username: 'u',
      keys: [Buffer.from(secret)],
    });
    expect(ready({}, { type: 'none', hub_verify_token: secret, allowed_origins: ['a.example'] })).toMatchObject({
      hubVerifyToken: secret,
      allowedOrigins: ['a.example'],
    });
  });

  it('does not open a secret that was sealed for another webhook', () => {
    const { stored } = storeVerify({ input: { type: 'github', secret }, webhookId: 'another', sealer, randomBytes });
    expect(() => makeReady(aWebhook({ verify: JSON.stringify(stored) }), sealer)).toThrow(
      expect.objectContaining({ code: 'secret_unreadable' }) as Error,
    );
  });
});

describe('answersTo', () => {
  it('knows its own uuid for ever and an old one until it ends', () => {
    const webhook = ready({ uuid: 'new', old_uuids: [{ uuid: 'old', until: new Date(START_MS + 1) }] });
    expect(answersTo(webhook, 'new', START_MS + 1e12)).toBe(true);
    expect(answersTo(webhook, 'old', START_MS)).toBe(true);
    expect(answersTo(webhook, 'old', START_MS + 1)).toBe(false);
    expect(answersTo(webhook, 'other', START_MS)).toBe(false);
  });
});
