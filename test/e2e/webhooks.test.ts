import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SentHeaders } from '../support/http.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => remove(server));

const post = (body: unknown, token?: string) => server.api('POST', '/app/webhooks', body, token);
const trigger = (url: string, body: unknown = {}) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('POST /app/webhooks', () => {
  it('answers 201 with the promised members in the promised order', async () => {
    const { status, body, headers } = await post({ action: 'echo', props: { userId: 1 } });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(body as object)).toEqual([
      ...['uuid', 'action', 'props', 'environment_id', 'user_id'],
      ...['url', 'name', 'enabled', 'respond', 'respond_timeout_ms', 'methods', 'verify', 'schema', 'dedupe'],
      ...['created_at', 'updated_at'],
    ]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(body).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
      action: 'echo',
      props: { userId: 1 },
      environment_id: 2,
      user_id: null,
      url: `http://localhost:${server.port}/apps/${server.appUuid}/webhooks/${body.uuid}`,
      name: null,
      enabled: true,
      respond: 'accepted',
      respond_timeout_ms: 10_000,
      methods: ['POST'],
      verify: { type: 'none', has_secret: false, has_previous_secret: false, has_hub_verify_token: false },
      schema: null,
      dedupe: null,
      created_at: time,
      updated_at: time,
    });
  });

  it('takes `listener` for `action`, but not two that differ', async () => {
    expect((await post({ listener: 'echo' })).body).toMatchObject({ action: 'echo', props: {} });
    const { status, body } = await post({ listener: 'echo', action: 'typed' });
    expect([status, body.code]).toEqual([422, 'invalid_input']);
  });

  it('is made in the environment of the token', async () => {
    expect((await post({ action: 'echo' }, server.tokens.production)).body.environment_id).toBe(1);
  });

  it('refuses an unknown listener and names the nearest', async () => {
    const { status, body } = await post({ action: 'github.pusch' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'listener_not_found', nearest: expect.arrayContaining(['github.push']) });
    expect(body.detail).toContain('github.push');
  });

  it("checks props against the listener's own schema", async () => {
    expect((await post({ action: 'typed', props: { userId: 7 } })).status).toBe(201);
    for (const props of [{}, { userId: 'x' }, { userId: 0 }, { userId: 1, more: 1 }]) {
      const { status, body } = await post({ action: 'typed', props });
      expect([status, body.code]).toEqual([422, 'invalid_input']);
      expect(body.errors[0]).toMatchObject({ in: 'body', path: expect.stringMatching(/^\/props/) });
    }
  });

  it.each([
    ['nothing', {}, '/action'],
    ['a name that is none', { action: '../x' }, '/action'],
    ['members that only the server sets', { action: 'echo', environment_id: 1, uuid: NOWHERE }, '/environment_id'],
    ['props that are no object', { action: 'echo', props: [1] }, '/props'],
    ['an unknown scheme', { action: 'echo', verify: { type: 'rot13' } }, '/verify'],
    ['a waiting time over the limit', { action: 'echo', respond_timeout_ms: 30_001 }, '/respond_timeout_ms'],
    ['methods that are none', { action: 'echo', methods: ['TRACE'] }, '/methods'],
  ])('refuses %s, naming the field', async (_what, input, path) => {
    const { status, body } = await post(input);
    expect([status, body.code]).toEqual([422, 'invalid_input']);
    expect(body.errors.map((fault: any) => fault.path).join(' ')).toContain(path);
  });

  it.each([
    ['does not compile', { type: 'strin' }],
    ['has a pattern that can look ahead', { type: 'string', pattern: '^(?=a)b' }],
    ['refers to another host', { $ref: 'http://169.254.169.254/latest' }],
    ['refers to itself in a circle', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }],
    [
      'has more subschemas than can be compiled',
      { properties: Object.fromEntries([...Array(1_500).keys()].map((n) => [`p${n}`, {}])) },
    ],
  ])('refuses a schema that %s', async (_what, schema) => {
    const { status, body } = await post({ action: 'echo', schema });
    expect([status, body.code]).toEqual([422, 'invalid_schema']);
  });
});

describe('the list of webhooks', () => {
  it('is filtered by action, user_id and enabled, and paged by cursor', async () => {
    const { production } = server.tokens;
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const hook = await server.hook('looksForPollution', { user_id: n % 2, enabled: n !== 4 }, production);
      made.push(hook.uuid as string);
    }
    const list = async (query: string) =>
      (await server.api('GET', `/app/webhooks?${query}`, undefined, production)).body;
    const uuids = (page: any): string[] => page.data.map((hook: any) => hook.uuid);

    expect(uuids(await list('action=looksForPollution'))).toEqual(made);
    expect(uuids(await list('action=looksForPollution&user_id=1'))).toEqual([made[1], made[3]]);
    expect(uuids(await list('action=looksForPollution&enabled=false'))).toEqual([made[4]]);

    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page = await list(`action=looksForPollution&limit=2${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...uuids(page));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next_cursor as string)}`;
    }
    expect(seen).toEqual(made);
  });

  it('takes a cursor only with the filters and the environment it was given for', async () => {
    for (let n = 0; n < 2; n++) await server.hook('echo');
    const { body } = await server.api('GET', '/app/webhooks?limit=1');
    const cursor = encodeURIComponent(body.next_cursor as string);
    const flipped = encodeURIComponent(
      `${body.next_cursor.slice(0, -2)}${body.next_cursor.endsWith('A') ? 'B' : 'A'}x`,
    );
    const { production, sandbox } = server.tokens;
    for (const [query, token] of [
      [`limit=1&action=echo&cursor=${cursor}`, sandbox],
      [`limit=1&cursor=${cursor}`, production],
      [`limit=1&cursor=${flipped}`, sandbox],
      ['cursor=%7B%22%24gt%22%3A%22%22%7D', sandbox],
    ]) {
      const answer = await server.api('GET', `/app/webhooks?${query}`, undefined, token);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_cursor']);
    }
  });

  it.each(['action[$ne]=x', 'enabled=true&enabled=false', 'enabled=maybe', 'limit=251', 'limit=0', 'unknown=1'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await server.api('GET', `/app/webhooks?${query}`);
      expect([status, body.code]).toEqual([422, 'invalid_input']);
      expect(body.errors[0].in).toBe('query');
    },
  );
});

describe('one webhook', () => {
  it('is read, changed and deleted', async () => {
    const made = await server.hook('echo', { name: 'before' });
    const path = `/app/webhooks/${made.uuid}`;
    expect((await server.api('GET', path)).body).toEqual(made);

    const { status, body: changed } = await server.api('PATCH', path, {
      name: 'after',
      props: { n: 1 },
      enabled: false,
    });
    expect(status).toBe(200);
    expect(changed).toEqual({
      ...made,
      name: 'after',
      props: { n: 1 },
      enabled: false,
      updated_at: changed.updated_at,
    });
    expect(changed.updated_at > made.updated_at).toBe(true);
    expect((await trigger(made.url)).status).toBe(403);
    expect((await server.api('PATCH', path, { enabled: true })).status).toBe(200);
    expect((await trigger(made.url)).status).toBe(202);

    const deleted = await server.api('DELETE', path);
    expect([deleted.status, deleted.body]).toEqual([204, '']);
    expect((await trigger(made.url)).status).toBe(404);
    for (const method of ['GET', 'DELETE']) expect((await server.api(method, path)).status).toBe(404);
  });

  it('cannot be given what only the server sets', async () => {
    const made = await server.hook('echo');
    for (const change of [{ environment_id: 1 }, { uuid: NOWHERE }, { created_at: made.created_at }, {}]) {
      const { status, body } = await server.api('PATCH', `/app/webhooks/${made.uuid}`, change);
      expect([status, body.code]).toEqual([422, 'invalid_input']);
    }
    expect((await server.api('GET', `/app/webhooks/${made.uuid}`)).body).toEqual(made);
  });

  it('keeps its old address for a day after a rotation, unless told otherwise', async () => {
    const made = await server.hook('echo');
    const { status, body: rotated } = await server.api('POST', `/app/webhooks/${made.uuid}/rotate`);
    expect(status).toBe(200);
    expect(rotated.uuid).not.toBe(made.uuid);
    expect(rotated.previous).toMatchObject({ uuid: made.uuid, url: made.url });
    const overlapMs = Date.parse(rotated.previous.answers_until as string) - Date.now();
    expect(Math.abs(overlapMs - 86_400_000)).toBeLessThan(60_000);
    for (const url of [made.url, rotated.url]) expect((await trigger(url as string)).status).toBe(202);

    const again = await server.api('POST', `/app/webhooks/${rotated.uuid}/rotate`, { overlap_s: 0 });
    expect(again.status).toBe(200);
    const statuses = [made.url, rotated.url, again.body.url].map(async (url) => (await trigger(url as string)).status);
    expect(await Promise.all(statuses)).toEqual([202, 404, 202]);
    expect((await server.api('GET', `/app/webhooks/${made.uuid}`)).status).toBe(404);

    const runs = await server.api('GET', `/app/runs?webhook=${again.body.uuid}`);
    expect(runs.body.data).toHaveLength(4);
  });

  it('can be tried out with a given or a sample event, which shows the run', async () => {
    const made = await server.hook('echo', { props: { n: 1 } });
    const given = await server.api('POST', `/app/webhooks/${made.uuid}/test`, { event: { hello: 'you' } });
    expect(given.status).toBe(200);
    expect(given.body).toMatchObject({
      status: 'succeeded',
      trigger: { type: 'webhook', webhook: made.uuid },
      result: { props: { n: 1 }, event: { hello: 'you' } },
    });
    const sample = await server.api('POST', `/app/webhooks/${made.uuid}/test`);
    expect(sample.body).toMatchObject({ status: 'succeeded', event: { test: true } });
  });
});

describe('the other environment', () => {
  it('sees nothing of a webhook, a run or a token, and cannot tell that they exist', async () => {
    const hook = await server.hook('echo', {}, server.tokens.production);
    const run = await server.run('echo', {}, server.tokens.production);
    const made = await server.api('POST', '/app/tokens', { name: 'p' }, server.tokens.production);
    const targets = [
      ['GET', (id: string) => `/app/webhooks/${id}`, hook.uuid, NOWHERE],
      ['PATCH', (id: string) => `/app/webhooks/${id}`, hook.uuid, NOWHERE, { enabled: false }],
      ['DELETE', (id: string) => `/app/webhooks/${id}`, hook.uuid, NOWHERE],
      ['POST', (id: string) => `/app/webhooks/${id}/rotate`, hook.uuid, NOWHERE],
      ['POST', (id: string) => `/app/webhooks/${id}/test`, hook.uuid, NOWHERE],
      ['GET', (id: string) => `/app/runs/${id}`, run.id, `run_${'0'.repeat(26)}`],
      ['POST', (id: string) => `/app/runs/${id}/retry`, run.id, `run_${'0'.repeat(26)}`],
      ['POST', (id: string) => `/app/runs/${id}/cancel`, run.id, `run_${'0'.repeat(26)}`],
      ['DELETE', (id: string) => `/app/tokens/${id}`, made.body.id, `tok_${'0'.repeat(26)}`],
    ] as const;
    for (const [method, path, foreign, absent, body] of targets) {
      const answers = await Promise.all([foreign, absent].map((id) => server.api(method, path(id as string), body)));
      const [one, other] = answers.map(({ status, body: { instance: _instance, ...rest } }) => ({ status, rest }));
      expect(one, `${method} ${path(':id')}`).toMatchObject({ status: 404, rest: { code: 'not_found' } });
      expect(one).toEqual(other);
    }
    const runs = await server.api('GET', `/app/runs?webhook=${hook.uuid}`);
    expect(runs.body.data).toEqual([]);
    const hooks = await server.api('GET', '/app/webhooks?limit=250');
    expect(hooks.body.data.map((each: any) => each.uuid)).not.toContain(hook.uuid);
    expect((await server.api('GET', `/app/webhooks/${hook.uuid}`, undefined, server.tokens.production)).status).toBe(
      200,
    );
  });
});

describe('tokens', () => {
  it('open what their scopes say, until they are revoked', async () => {
    const { body: reader } = await server.api('POST', '/app/tokens', { name: 'reader', scopes: ['read'] });
    const as = (method: string, path: string, body?: unknown) => server.api(method, path, body, reader.token as string);
    expect((await as('GET', '/app/webhooks')).status).toBe(200);
    expect((await as('POST', '/app/webhooks', { action: 'echo' })).status).toBe(403);
    expect((await as('GET', '/app/tokens')).status).toBe(403);
    const { body: list } = await server.api('GET', '/app/tokens');
    expect(list.data.map((token: any) => token.name)).toContain('reader');
    expect(JSON.stringify(list)).not.toContain(reader.token);
    expect((await server.api('DELETE', `/app/tokens/${reader.id}`)).status).toBe(204);
    expect((await as('GET', '/app/webhooks')).status).toBe(401);
  });

  it.each<[string, SentHeaders, number, string]>([
    ['none', {}, 401, ''],
    ['one in the query', {}, 401, '?token='],
    ['another scheme', { authorization: 'Basic abc' }, 401, ''],
    ['one that is none', { authorization: 'Bearer ear_s000' }, 401, ''],
    ['two of them', { authorization: ['Bearer a', 'Bearer b'] }, 400, ''],
  ])('are refused by the management API: %s', async (_what, headers, status, query) => {
    const suffix = query && query + server.tokens.sandbox;
    const answer = await server.send(`/app/webhooks${suffix}`, { method: 'GET', headers });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain(server.tokens.sandbox);
  });
});
