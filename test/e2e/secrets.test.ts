/** Secrets are planted everywhere one can be given; then everything the server says or keeps is searched for them. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asJson, send, type SentHeaders } from '../support/http.ts';
import { startReceiver } from '../support/receiver.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'trace' } });
});
afterAll(() => remove(server));

const plant = () => `planted-${randomBytes(12).toString('hex')}`;

describe('secrets', () => {
  it('are in no answer, list, run, figure or log line, whatever is done with them', async () => {
    const planted: string[] = [];
    const next = () => {
      const secret = plant();
      planted.push(secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''));
      return secret;
    };
    const whsec = (bytes: string) => `whsec_${Buffer.from(bytes).toString('base64')}`;
    const password = next();
    const key = next();
    const urlKey = next();
    const hubToken = next();
    const settings: readonly (readonly [object, SentHeaders])[] = [
      [{ type: 'standard-webhooks', secret: whsec(next()), previous_secret: whsec(next()) }, { 'webhook-id': 'x' }],
      [{ type: 'github', secret: next(), previous_secret: next() }, { 'x-hub-signature-256': `sha256=${next()}` }],
      [{ type: 'stripe', secret: next() }, { 'stripe-signature': next() }],
      [{ type: 'slack', secret: next() }, { 'x-slack-signature': next() }],
      [{ type: 'shopify', secret: next() }, { 'x-shopify-hmac-sha256': next() }],
      [{ type: 'hmac', secret: next(), header: 'x-sig' }, { 'x-sig': next() }],
      [{ type: 'basic', username: 'u', password }, { authorization: `Basic ${btoa(`u:${password}`)}` }],
      [{ type: 'api-key', key, previous_key: next() }, { 'x-api-key': key }],
      [
        { type: 'none', hub_verify_token: hubToken },
        { cookie: `session=${next()}`, authorization: `Bearer ${next()}` },
      ],
    ];
    planted.push(btoa(`u:${password}`));

    const heard: string[] = [];
    const hear = (answer: { readonly body: unknown; readonly headers: unknown }) => {
      const headers = answer.headers instanceof Headers ? [...answer.headers] : answer.headers;
      heard.push(JSON.stringify([answer.body, headers]));
    };
    const statuses: number[] = [];
    for (const [verify, headers] of settings) {
      const made = await server.api('POST', '/app/webhooks', { action: 'echo', verify });
      expect(made.status).toBe(201);
      hear(made);
      const path = `/app/webhooks/${made.body.uuid}`;
      hear(await server.api('GET', path));
      hear(await server.api('PATCH', path, { name: 'renamed' }));
      for (const sent of [headers, { ...headers, 'x-request-id': 'again' }]) {
        const answer = await send(made.body.url as string, {
          ...asJson({ a: Math.random() }),
          headers: { 'content-type': 'application/json', ...sent },
        });
        statuses.push(answer.status);
        hear(answer);
        if (answer.status === 202) hear({ body: await server.runAtEnd(answer.body.run as string), headers: {} });
      }
      const query = `?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${hubToken}`;
      hear(await send(`${made.body.url}${query}`, { method: 'GET' }));
      hear(await server.api('POST', `${path}/rotate`));
    }
    expect(new Set(statuses)).toEqual(new Set([202, 401]));

    const refused = [
      await server.api('POST', '/app/webhooks', { action: 'nobody', verify: { type: 'github', secret: next() } }),
      await server.api('POST', '/app/webhooks', { action: 'echo', verify: { type: 'github', secrets: next() } }),
      await server.api('POST', '/app/webhooks', {
        action: 'echo',
        verify: { type: 'standard-webhooks', secret: next() },
      }),
      await server.api('POST', '/app/webhooks', { action: 'echo', verify: { type: 'basic', password: next() } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    refused.forEach(hear);

    const token = await server.api('POST', '/app/tokens', { name: 'watched' });
    planted.push(token.body.token as string, server.tokens.production, server.tokens.sandbox);
    hear(await server.api('GET', `/app/webhooks?api_key=${urlKey}`, undefined, token.body.token as string));
    hear(await server.api('GET', '/app/webhooks', undefined, `${server.tokens.sandbox}x`));
    for (const path of [
      '/app/webhooks',
      '/app/runs',
      '/app/tokens',
      '/app/listeners',
      '/metrics',
      '/openapi.json',
      '/docs',
    ]) {
      const answer = await server.api('GET', path);
      expect(answer.status).toBe(200);
      hear(answer);
    }
    const { body: list } = await server.api('GET', '/app/runs?limit=250');
    for (const { id } of list.data) hear({ body: await server.getRun(id as string), headers: {} });

    const all = `${heard.join('\n')}\n${server.output()}`;
    expect(server.output()).toContain('webhook.received');
    expect(planted.filter((secret) => all.includes(secret))).toEqual([]);
  });

  it('are not readable in the files of the database', async () => {
    const secret = plant();
    const hook = await server.hook('echo', { verify: { type: 'github', secret }, name: 'findable-name' });
    const { body } = await server.api('POST', '/app/tokens', { name: 'on disk' });
    const files = await Promise.all(
      (await filesBelow(server.dataDir)).map(async (path) => [path, await readFile(path)] as const),
    );
    const holding = (text: string) => files.filter(([, bytes]) => bytes.includes(text)).map(([path]) => path);
    expect(holding(hook.uuid as string)).not.toEqual([]);
    expect([...holding(secret), ...holding(body.token as string)]).toEqual([]);
  });

  it('of rules are shown once, and then are in no answer, attempt, log line or file', async () => {
    const receiver = await startReceiver((_request, response) => void response.writeHead(500).end());
    const planted = { signing: `whsec_${randomBytes(32).toString('base64')}`, header: plant() };
    const heard: string[] = [];
    const ask = async (method: string, path: string, body?: object): Promise<any> => {
      const answer = await server.api(method, path, body);
      heard.push(JSON.stringify([answer.body, [...answer.headers]]));
      return answer.body;
    };
    const made = await server.api('POST', '/app/rules', {
      events: ['secret.kept'],
      target: { url: `${receiver.url}/hook` },
      headers: { authorization: `Bearer ${planted.header}`, 'x-plain': 'seen' },
      retry: { schedule_s: [0] },
      secret: planted.signing,
    });
    expect(made.body.secret).toBe(planted.signing);
    const path = `/app/rules/${made.body.id as string}`;
    const shown = await ask('PATCH', path, { headers: { authorization: '[redacted]', 'x-plain': 'seen' } });
    expect(shown.headers).toEqual({ authorization: '[redacted]', 'x-plain': 'seen' });
    const { secret: rotated } = (await server.api('POST', `${path}/rotate`, {})).body;
    const { id } = await ask('POST', '/app/events', { type: 'secret.kept', data: 1 });
    const [request] = await receiver.waitFor(1);
    expect(request!.headers.authorization).toBe(`Bearer ${planted.header}`);
    const delivery = await until('the delivery to be dead', async () =>
      (await ask('GET', `/app/deliveries?event=${id as string}`)).data.find((each: any) => each.status === 'dead'),
    );
    await ask('GET', `/app/deliveries/${(delivery as { id: string }).id}`);
    await ask('POST', `${path}/test`, {});
    await ask('POST', '/app/rules/preview', { rule_id: made.body.id, rule: {}, last: 5 });
    await ask('POST', '/app/rules', {
      events: ['x'],
      target: { url: receiver.url },
      secret: `whsec_${planted.header}`,
    });
    for (const list of ['/app/rules', path, `${path}/health`, '/metrics']) await ask('GET', list);
    await receiver.close();

    const secrets = [planted.signing, rotated as string].map((secret) => secret.slice('whsec_'.length));
    const all = `${heard.join('\n')}\n${server.output()}`;
    expect([...secrets, planted.header].filter((secret) => all.includes(secret))).toEqual([]);
    const files = await Promise.all((await filesBelow(server.dataDir)).map((file) => readFile(file)));
    expect([...secrets, planted.header].filter((secret) => files.some((bytes) => bytes.includes(secret)))).toEqual([]);
  });

  it('lie in files that others cannot read', async () => {
    expect((await stat(server.dataDir)).mode & 0o777).toBe(0o700);
    for (const path of await filesBelow(server.dataDir))
      expect([path, (await stat(path)).mode & 0o077]).toEqual([path, 0]);
  });
});

describe('who may look', () => {
  it.each(['evil.test', 'evil.test:4000', '10.0.0.1', 'localhost.evil.test'])(
    'at the management API: not those who call it %j',
    async (host) => {
      const authorization = `Bearer ${server.tokens.sandbox}`;
      for (const path of ['/app/webhooks', '/metrics', '/docs', '/health/live']) {
        const answer = await server.send(path, { method: 'GET', headers: { host, authorization } });
        expect([answer.status, answer.body.code]).toEqual([421, 'misdirected_host']);
      }
    },
  );

  it('takes triggers by any name: services call it by names it has not heard of', async () => {
    const hook = await server.hook('echo');
    const answer = await send(hook.url as string, { headers: { host: 'tunnel.example' } });
    expect(answer.status).toBe(202);
  });

  it('answers no page of another origin', async () => {
    const headers = { origin: 'https://evil.test', 'access-control-request-method': 'POST' };
    const answer = await server.send('/app/webhooks', { method: 'OPTIONS', headers });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('at the figures: whoever is on this machine, or has a token', async () => {
    const read = (headers: SentHeaders) => server.send('/metrics', { method: 'GET', headers });
    const open = await read({});
    expect(open.status).toBe(200);
    expect(open.text).toContain('earshot_runs_total{environment="sandbox",listener="echo",status="succeeded"}');
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'cf-connecting-ip']) {
      expect((await read({ [name]: '203.0.113.9' })).status).toBe(401);
    }
    const authorization = `Bearer ${server.tokens.production}`;
    const own = await read({ authorization, 'x-forwarded-for': '203.0.113.9' });
    expect(own.status).toBe(200);
    expect(own.text).not.toContain('environment="sandbox"');
  });
});

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
