import { createHmac, randomBytes } from 'node:crypto';
import { sign, verify } from '@octokit/webhooks-methods';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerifyConfig } from '../../../server/webhooks/verify/config.ts';
import { anyBytes, anyText, ask, spoiled } from './ask.ts';

const secret = randomBytes(24).toString('hex');
const keys = [Buffer.from(secret)];
const hmac = (body: string | Uint8Array, encoding: 'hex' | 'base64', algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(body).digest(encoding);

describe('github', () => {
  const config: VerifyConfig = { type: 'github', keys };
  const header = (value: string) => ({ 'X-Hub-Signature-256': value });

  it('accepts what @octokit/webhooks-methods signs, and the package accepts what is signed here', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyText.filter((text) => text !== ''),
        async (body) => {
          const signature = await sign(secret, body);
          expect(ask(config, header(signature), body)).toBe('ok');
          expect(await verify(secret, body, `sha256=${hmac(body, 'hex')}`)).toBe(true);
        },
      ),
    );
  });

  it('covers bodies that are no text, byte for byte', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (body, another) => {
        const headers = header(`sha256=${hmac(body, 'hex')}`);
        expect(ask(config, headers, body)).toBe('ok');
        if (!body.equals(another)) expect(ask(config, headers, another)).toBe('signature_mismatch');
      }),
    );
  });

  it('signs a form as the form it is', async () => {
    const form = `payload=${encodeURIComponent(JSON.stringify({ action: 'opened' }))}`;
    expect(ask(config, header(await sign(secret, form)), form)).toBe('ok');
    expect(ask(config, header(await sign(secret, '{"action":"opened"}')), form)).toBe('signature_mismatch');
  });

  it.each(spoiled(hmac('body', 'hex')))('rejects a signature that is %s, as the package does', async (_what, text) => {
    expect(ask(config, header(`sha256=${text}`), 'body')).toMatch(/signature/);
    expect(await verify(secret, 'body', `sha256=${text}`).catch(() => false)).toBe(false);
  });

  it.each([
    ['no prefix', hmac('body', 'hex')],
    ['SHA-1', `sha1=${hmac('body', 'hex', 'sha1')}`],
    ['another prefix', `sha1=${hmac('body', 'hex')}`],
    ['capitals', `sha256=${hmac('body', 'hex').toUpperCase()}`],
    ['base64', `sha256=${hmac('body', 'base64')}`],
    ['two in one', `sha256=${hmac('body', 'hex')}, sha256=${hmac('body', 'hex')}`],
  ])('rejects %s, as the package does', async (_what, value) => {
    expect(ask(config, header(value), 'body')).toBe('malformed_signature');
    expect(await verify(secret, 'body', value).catch(() => false)).toBe(false);
  });

  it('never looks at the SHA-1 header', () => {
    expect(ask(config, { 'x-hub-signature': `sha1=${hmac('body', 'hex', 'sha1')}` }, 'body')).toBe('missing_signature');
  });

  it('refuses the header twice', () => {
    const value = `sha256=${hmac('body', 'hex')}`;
    expect(ask(config, { 'x-hub-signature-256': [value, value] }, 'body')).toBe('duplicate_header');
  });

  it('takes either of two keys and no third', () => {
    const value = header(`sha256=${hmac('body', 'hex')}`);
    expect(ask({ type: 'github', keys: [randomBytes(20), ...keys] }, value, 'body')).toBe('ok');
    expect(ask({ type: 'github', keys: [randomBytes(20), randomBytes(20)] }, value, 'body')).toBe('signature_mismatch');
    expect(ask({ type: 'github', keys: [] }, value, 'body')).toBe('signature_mismatch');
  });

  it('answers a thousand wrong signatures of any length with a refusal', () => {
    for (let i = 0; i < 1_000; i++)
      expect(ask(config, header(`sha256=${'a'.repeat(i % 201)}`), 'body')).toMatch(/signature/);
  });
});

describe('shopify', () => {
  const config: VerifyConfig = { type: 'shopify', keys };
  const header = (value: string) => ({ 'x-shopify-hmac-sha256': value });
  const shopify = shopifyApi({
    apiKey: 'key',
    apiSecretKey: secret,
    apiVersion: ApiVersion.July25,
    hostName: 'example.org',
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error, log: () => undefined },
  });

  async function oracle(signature: string, rawBody: string): Promise<boolean> {
    const headers = {
      ...header(signature),
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'shop.myshopify.com',
      'x-shopify-api-version': '2025-07',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    };
    const rawRequest = { method: 'POST', url: '/', headers } as never;
    return (await shopify.webhooks.validate({ rawBody, rawRequest })).valid;
  }

  it("agrees with Shopify's package on any text and its signature", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyText.filter((text) => text !== ''),
        async (body) => {
          expect(await oracle(hmac(body, 'base64'), body)).toBe(true);
          expect(ask(config, header(hmac(body, 'base64')), body)).toBe('ok');
        },
      ),
    );
  });

  it('covers bodies that are no text', () => {
    fc.assert(
      fc.property(anyBytes, (body) => {
        expect(ask(config, header(hmac(body, 'base64')), body)).toBe('ok');
        expect(ask(config, header(hmac(body, 'base64')), Buffer.concat([body, Buffer.from([0])]))).toBe(
          'signature_mismatch',
        );
      }),
    );
  });

  it.each([
    ...spoiled(hmac('body', 'base64')),
    ['without padding', hmac('body', 'base64').slice(0, -1)],
    ['hexadecimal', hmac('body', 'hex')],
    ['of another body', hmac('other', 'base64')],
  ])('rejects a signature that is %s, as the package does', async (_what, text) => {
    expect(ask(config, header(text), 'body')).toMatch(/signature/);
    expect(await oracle(text, 'body')).toBe(false);
  });

  it('rejects the base64url spelling and stray bits of the same bytes', () => {
    const key = Buffer.alloc(16, 1);
    const found = Array.from({ length: 50 }, (_, i) => String(i)).find((body) =>
      /[+/]/.test(createHmac('sha256', key).update(body).digest('base64')),
    )!;
    const right = createHmac('sha256', key).update(found).digest('base64');
    expect(ask({ type: 'shopify', keys: [key] }, header(right), found)).toBe('ok');
    const spelled = right.replaceAll('+', '-').replaceAll('/', '_');
    expect(ask({ type: 'shopify', keys: [key] }, header(spelled), found)).toBe('malformed_signature');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet.indexOf(right[42]!);
    const stray = `${right.slice(0, 42)}${alphabet[last + 1]!}=`;
    expect(Buffer.from(stray, 'base64').equals(Buffer.from(right, 'base64'))).toBe(true);
    expect(ask({ type: 'shopify', keys: [key] }, header(stray), found)).toBe('malformed_signature');
  });
});
