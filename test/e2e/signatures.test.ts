/** Each provider's own package signs; the running server is asked what it thinks of it. */
import { createHmac, randomBytes } from 'node:crypto';
import { sign as signGitHub } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, type SentHeaders } from '../support/http.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';

interface Scheme {
  readonly title: string;
  /** As the webhook is given it, with the secret. */
  readonly verify: (secret: string) => object;
  readonly newSecret: () => string;
  /** As the sender signs. */
  readonly sign: (secret: string, body: string, atS: number) => Promise<SentHeaders> | SentHeaders;
  /** The header whose repetition must be refused. */
  readonly header: string;
  readonly hasTime: boolean;
  readonly secretName?: string;
  /** False where the header is a password: it says nothing of the body. */
  readonly coversBody?: false;
}

const hmac = (secret: string, text: string, encoding: 'hex' | 'base64', algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(text).digest(encoding);
const plainSecret = () => randomBytes(20).toString('hex');
const whsec = () => `whsec_${randomBytes(24).toString('base64')}`;
const newId = () => `msg_${randomBytes(8).toString('hex')}`;
const stripe = new Stripe('sk_test_x');

const schemes: readonly Scheme[] = [
  {
    title: 'github',
    verify: (secret) => ({ type: 'github', secret }),
    newSecret: plainSecret,
    sign: async (secret, body) => ({ 'x-hub-signature-256': await signGitHub(secret, body) }),
    header: 'x-hub-signature-256',
    hasTime: false,
  },
  {
    title: 'standard-webhooks',
    verify: (secret) => ({ type: 'standard-webhooks', secret }),
    newSecret: whsec,
    sign: (secret, body, atS) => {
      const id = newId();
      const signature = new StandardWebhook(secret).sign(id, new Date(atS * 1_000), body);
      return { 'webhook-id': id, 'webhook-timestamp': String(atS), 'webhook-signature': signature };
    },
    header: 'webhook-signature',
    hasTime: true,
  },
  {
    title: 'svix',
    verify: (secret) => ({ type: 'standard-webhooks', secret }),
    newSecret: whsec,
    sign: (secret, body, atS) => {
      const id = newId();
      const signature = new SvixWebhook(secret).sign(id, new Date(atS * 1_000), body);
      return { 'svix-id': id, 'svix-timestamp': String(atS), 'svix-signature': signature };
    },
    header: 'svix-signature',
    hasTime: true,
  },
  {
    title: 'stripe',
    verify: (secret) => ({ type: 'stripe', secret }),
    newSecret: whsec,
    sign: (secret, payload, timestamp) => ({
      'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
    }),
    header: 'stripe-signature',
    hasTime: true,
  },
  {
    title: 'slack',
    verify: (secret) => ({ type: 'slack', secret }),
    newSecret: plainSecret,
    sign: (secret, body, atS) => ({
      'x-slack-request-timestamp': String(atS),
      'x-slack-signature': `v0=${hmac(secret, `v0:${atS}:${body}`, 'hex')}`,
    }),
    header: 'x-slack-signature',
    hasTime: true,
  },
  {
    title: 'shopify',
    verify: (secret) => ({ type: 'shopify', secret }),
    newSecret: plainSecret,
    sign: (secret, body) => ({ 'x-shopify-hmac-sha256': hmac(secret, body, 'base64') }),
    header: 'x-shopify-hmac-sha256',
    hasTime: false,
  },
  {
    title: 'hmac',
    verify: (secret) => ({
      type: 'hmac',
      secret,
      header: 'X-Signature',
      algorithm: 'sha512',
      encoding: 'base64',
      prefix: 'v2 ',
      signed: ['timestamp', 'body'],
      separator: ':',
      timestamp_header: 'X-Time',
    }),
    newSecret: plainSecret,
    sign: (secret, body, atS) => ({
      'x-time': String(atS),
      'x-signature': `v2 ${hmac(secret, `${atS}:${body}`, 'base64', 'sha512')}`,
    }),
    header: 'x-signature',
    hasTime: true,
  },
  {
    title: 'basic',
    verify: (password) => ({ type: 'basic', username: 'someone', password }),
    newSecret: plainSecret,
    sign: (password) => ({ authorization: `Basic ${Buffer.from(`someone:${password}`).toString('base64')}` }),
    header: 'authorization',
    hasTime: false,
    secretName: 'password',
    coversBody: false,
  },
  {
    title: 'api-key',
    verify: (key) => ({ type: 'api-key', key, header: 'X-Key', prefix: 'Key ' }),
    newSecret: plainSecret,
    sign: (key) => ({ 'x-key': `Key ${key}` }),
    header: 'x-key',
    hasTime: false,
    secretName: 'key',
    coversBody: false,
  },
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => remove(server));

const nowS = () => Math.floor(Date.now() / 1_000);
/** Never the same bytes twice: a repetition would be told by them. */
const newBody = () => JSON.stringify({ type: 'ping', at: randomBytes(8).toString('hex') });
const shoot = (hook: any, body: string, headers: SentHeaders) =>
  send(hook.url as string, { headers: { 'content-type': 'application/json', ...headers }, body });
const runsOf = async (hook: any): Promise<any[]> =>
  (await server.api('GET', `/app/runs?webhook=${hook.uuid}`)).body.data as any[];

describe.each(schemes)(
  'verify: $title',
  ({ verify, newSecret, sign, header, hasTime, secretName = 'secret', coversBody = true }) => {
    it('takes what the sender signs and refuses everything else, of which it keeps no run', async () => {
      const secret = newSecret();
      const hook = await server.hook('echo', { verify: verify(secret) });
      const body = newBody();
      const good = await sign(secret, body, nowS());
      const value = String(good[header]);

      const bad: Record<string, SentHeaders> = {
        'no signature': {},
        'another secret': await sign(newSecret(), body, nowS()),
        'an empty one': { ...good, [header]: '' },
        'a shorter one': { ...good, [header]: value.slice(0, -2) },
        'a longer one': { ...good, [header]: `${value}AA` },
        'one that is no text of its kind': { ...good, [header]: 'x'.repeat(value.length) },
        ...(coversBody && { 'that of another body': await sign(secret, `${body} `, nowS()) }),
        ...(hasTime && { 'a signature of long ago': await sign(secret, body, nowS() - 400) }),
        ...(hasTime && { 'one from the future': await sign(secret, body, nowS() + 400) }),
      };
      for (const [what, headers] of Object.entries(bad)) {
        const answer = await shoot(hook, body, headers);
        expect([answer.status, answer.body.code], what).toEqual([401, 'signature_invalid']);
        expect(answer.text, what).not.toContain(secret);
      }
      const twice = await shoot(hook, body, { ...good, [header]: [value, value] });
      expect([twice.status, twice.body.code]).toEqual([400, 'duplicate_header']);
      expect(await runsOf(hook)).toEqual([]);

      const answer = await shoot(hook, body, good);
      expect([answer.status, answer.body.status]).toEqual([202, 'queued']);
      const run = await server.runAtEnd(answer.body.run as string);
      expect(run.event).toEqual(JSON.parse(body));
      expect(JSON.stringify(run)).not.toContain(value);
      expect(JSON.stringify(run)).not.toContain(secret);
      expect(await runsOf(hook)).toHaveLength(1);
    });

    it('takes two secrets while senders move to a new one', async () => {
      const [old, fresh, third] = [newSecret(), newSecret(), newSecret()];
      const hook = await server.hook('echo', { verify: verify(old) });
      const patch = (change: object) => server.api('PATCH', `/app/webhooks/${hook.uuid}`, { verify: change });
      const statuses = async () =>
        Promise.all(
          [old, fresh, third].map(async (secret) => {
            const body = newBody();
            return (await shoot(hook, body, await sign(secret, body, nowS()))).status;
          }),
        );

      expect(await statuses()).toEqual([202, 401, 401]);
      const moving = await patch({ ...verify(fresh), keep_previous: true });
      expect(moving.body.verify).toMatchObject({ has_secret: true, has_previous_secret: true });
      expect(await statuses()).toEqual([202, 202, 401]);
      expect(
        (await patch({ ...verify(fresh), [`previous_${secretName}`]: null })).body.verify.has_previous_secret,
      ).toBe(false);
      expect(await statuses()).toEqual([401, 202, 401]);
      await patch(verify(third));
      expect(await statuses()).toEqual([401, 401, 202]);
    });

    it('refuses a secret that could be guessed', async () => {
      const { status, body } = await server.api('POST', '/app/webhooks', { action: 'echo', verify: verify('short') });
      expect([status, body.code]).toEqual([422, 'invalid_input']);
      expect(JSON.stringify(body)).toContain(`/verify/${secretName}`);
    });
  },
);

describe('a captured request', () => {
  it.each(schemes.filter(({ coversBody }) => coversBody !== false))(
    'of $title starts nothing when it is sent again',
    async ({ verify, newSecret, sign }) => {
      const secret = newSecret();
      const hook = await server.hook('echo', { verify: verify(secret) });
      const body = newBody();
      const headers = await sign(secret, body, nowS());
      const first = await shoot(hook, body, headers);
      const again = await shoot(hook, body, headers);
      expect([again.status, again.body]).toEqual([202, { ...first.body, duplicate: true }]);
      // Ids in these headers are not signed by anybody.
      const unsigned = { 'idempotency-key': newId(), 'x-github-delivery': newId(), 'x-shopify-webhook-id': newId() };
      const disguised = await shoot(hook, body, { ...headers, ...unsigned });
      expect(disguised.body).toEqual({ ...first.body, duplicate: true });
      expect(await runsOf(hook)).toHaveLength(1);
    },
  );
});

describe('a secret that Earshot makes', () => {
  it.each([
    ['standard-webhooks', 'secret'],
    ['github', 'secret'],
    ['hmac', 'secret'],
    ['basic', 'password'],
    ['api-key', 'key'],
  ])('for %s is shown once', async (type, name) => {
    const extra = type === 'hmac' ? { header: 'x-sig' } : type === 'basic' ? { username: 'u' } : {};
    const hook = await server.hook('echo', { verify: { type, ...extra } });
    expect(hook.verify[name].length).toBeGreaterThanOrEqual(32);
    const { body: read } = await server.api('GET', `/app/webhooks/${hook.uuid}`);
    expect(read.verify).toMatchObject({ type, has_secret: true });
    expect(read.verify).not.toHaveProperty(name);
    const { body: patched } = await server.api('PATCH', `/app/webhooks/${hook.uuid}`, { name: 'x' });
    expect(patched.verify).not.toHaveProperty(name);
  });
});

describe('handshakes', () => {
  it("answers Slack's url_verification, when Slack signed it", async () => {
    const secret = plainSecret();
    const hook = await server.hook('echo', { verify: { type: 'slack', secret } });
    const slack = schemes.find(({ title }) => title === 'slack')!;
    const body = JSON.stringify({ type: 'url_verification', token: 'x', challenge: '3eZbrw1aBm2rZgRNFdxV' });
    const answer = await shoot(hook, body, await slack.sign(secret, body, nowS()));
    expect([answer.status, answer.text]).toEqual([200, '3eZbrw1aBm2rZgRNFdxV']);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect((await shoot(hook, body, {})).status).toBe(401);

    const harmful = JSON.stringify({ type: 'url_verification', challenge: '<script>alert(1)</script>' });
    const refused = await shoot(hook, harmful, await slack.sign(secret, harmful, nowS()));
    expect([refused.status, refused.body.code]).toEqual([403, 'handshake_refused']);
    expect(await runsOf(hook)).toEqual([]);
  });

  it("answers Meta's hub.challenge, when the caller knows the token", async () => {
    const token = plainSecret();
    const hook = await server.hook('echo', { verify: { type: 'none', hub_verify_token: token } });
    expect(hook.verify.has_hub_verify_token).toBe(true);
    const get = (query: Record<string, string>) =>
      send(`${hook.url}?${new URLSearchParams(query).toString()}`, { method: 'GET' });
    const asked = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': token };
    const answer = await get(asked);
    expect([answer.status, answer.text]).toEqual([200, '1158201444']);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    for (const wrong of [
      { ...asked, 'hub.verify_token': 'wrong' },
      { ...asked, 'hub.mode': 'unsubscribe' },
      { ...asked, 'hub.challenge': '<script>' },
    ]) {
      const refused = await get(wrong);
      expect([refused.status, refused.body.code]).toEqual([403, 'handshake_refused']);
      expect(refused.text).not.toContain('<script>');
    }
    expect(await runsOf(hook)).toEqual([]);
  });

  it('gives CloudEvents senders on the list permission, and no others', async () => {
    const hook = await server.hook('echo', { verify: { type: 'none', allowed_origins: ['eventgrid.example'] } });
    const ask = (origin: string) =>
      send(hook.url as string, {
        method: 'OPTIONS',
        headers: { 'webhook-request-origin': origin, 'webhook-request-rate': '120' },
      });
    const answer = await ask('eventgrid.example');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventgrid.example',
      'webhook-allowed-rate': '120',
      allow: 'POST',
    });
    for (const origin of ['evil.example', '*', 'eventgrid.example.evil.example']) {
      expect((await ask(origin)).status).toBe(403);
    }
  });
});
