import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asJson, send, type SendOptions } from '../support/http.ts';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const as = (type: string, body: string | Uint8Array): SendOptions => ({ headers: { 'content-type': type }, body });

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { TRUST_PROXY: '0' } });
});
afterAll(() => remove(server));

const runCount = async (uuid: string): Promise<number> =>
  (await server.api('GET', `/app/runs?webhook=${uuid}`)).body.data.length as number;

/** Sends to a webhook that answers with what its listener was given. */
async function echoed(options: SendOptions, query = '', settings: object = {}) {
  const hook = await server.hook('echo', { respond: 'result', respond_timeout_ms: 30_000, ...settings });
  const answer = await send(`${hook.url}${query}`, options);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

describe('what the listener is given', () => {
  it.each<[string, SendOptions, unknown]>([
    ['an object', asJson({ a: { b: [1, null, 'é'] } }), { a: { b: [1, null, 'é'] } }],
    ['an array', asJson([1, [2]]), [1, [2]]],
    ['a string', asJson('words'), 'words'],
    ['a number', asJson(7.5), 7.5],
    ['false', asJson(false), false],
    ['null', asJson(null), null],
    ['a JSON type of its own', as('application/cloudevents+json; charset=UTF-8', '{"id":1}'), { id: 1 }],
    ['a form', as('application/x-www-form-urlencoded', 'a=1&b=x+y&b=%C3%A9'), { a: '1', b: ['x y', 'é'] }],
    ['text', as('text/plain', 'just words'), 'just words'],
    ['XML, as text', as('application/xml', '<a b="c">é</a>'), '<a b="c">é</a>'],
    ['an XML type of its own, as text', as('application/soap+xml', '<e/>'), '<e/>'],
    ['bytes, as base64', as('application/octet-stream', Buffer.from([0, 255, 128])), 'AP+A'],
    [
      'several parts, as base64',
      as('multipart/form-data; boundary=x', '--x--'),
      Buffer.from('--x--').toString('base64'),
    ],
    ['no type, as text', { body: 'words' }, 'words'],
    ['nothing', {}, {}],
    ['a type without a body', as('application/json', ''), {}],
  ])('is %s', async (_what, options, event) => {
    expect((await echoed(options)).event).toEqual(event);
  });

  it('includes the request, with the bytes of the body as they came', async () => {
    const body = '{ "a" : 1,  "a":2 }';
    const { event, request, run, environment, user } = await echoed(
      {
        headers: { 'content-type': 'application/json', 'x-own': 'yes', cookie: 'c=1', authorization: 'Bearer x' },
        body,
      },
      '?a=1&b=2&b=3',
      { user_id: 42 },
    );
    expect(event).toEqual({ a: 2 });
    expect(request).toMatchObject({
      method: 'POST',
      path: expect.stringMatching(/^\/apps\/[\w-]+\/webhooks\/[\w-]+$/),
      query: { a: '1', b: ['2', '3'] },
      contentType: 'application/json',
      rawBody: Buffer.from(body).toString('base64'),
    });
    expect(request.remoteAddress).toMatch(/^(::ffff:)?127\.0\.0\.1$|^::1$/);
    expect(request.headers).toMatchObject({ 'x-own': 'yes', 'content-type': 'application/json' });
    expect(Object.keys(request.headers as object)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(Object.keys(request.headers as object)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(run).toEqual({
      id: expect.stringMatching(/^run_/),
      attempt: 1,
      trigger: { type: 'webhook', webhook: expect.any(String) },
    });
    expect(environment).toEqual({ id: 2, name: 'sandbox' });
    expect(user).toEqual({ id: '42' });
  });

  it('is inflated from gzip', async () => {
    const packed = gzipSync(JSON.stringify({ small: 'x'.repeat(1_000) }));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await echoed({ headers, body: packed })).event.small).toHaveLength(1_000);
  });

  it('does not believe a forwarded address without TRUST_PROXY', async () => {
    const { request } = await echoed({ headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(request.remoteAddress).not.toContain('203.0.113.9');
  });

  it.each([
    '{"__proto__":{"polluted":1}}',
    '{"\\u005f_proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
  ])('is not changed by %s', async (body) => {
    const hook = await server.hook('looksForPollution', { respond: 'result' });
    const { body: seen } = await send(hook.url as string, as('application/json', body));
    expect(seen.polluted).toBeNull();
    expect(seen.copied).toEqual(seen.own);
    const runs = await server.api('GET', `/app/runs?webhook=${hook.uuid}`);
    const run = await server.getRun(runs.body.data[0].id as string);
    expect(JSON.stringify(run.event)).toBe(JSON.stringify(JSON.parse(body)));
  });

  it('is not changed by `__proto__` in a form or a query', async () => {
    const seen = await echoed(as('application/x-www-form-urlencoded', '__proto__=1&a=2'), '?__proto__=x&c=d');
    expect(Object.entries(seen.event as object)).toEqual([['a', '2']]);
    expect(Object.entries(seen.request.query as object)).toEqual([
      ['__proto__', 'x'],
      ['c', 'd'],
    ]);
  });
});

describe('methods', () => {
  it('are those the webhook names', async () => {
    const hook = await server.hook('echo', { methods: ['GET', 'PUT', 'DELETE'], respond: 'result' });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await send(hook.url as string, { method });
      expect([answer.status, answer.body.request.method]).toEqual([200, method]);
    }
    for (const method of ['POST', 'PATCH', 'OPTIONS']) {
      const answer = await send(hook.url as string, { method });
      expect([answer.status, answer.body?.code]).toEqual([405, 'method_not_allowed']);
      expect(answer.headers.allow).toBe('GET, PUT, DELETE');
    }
    const overridden = await send(hook.url as string, { headers: { 'x-http-method-override': 'PUT' } });
    expect(overridden.status).toBe(405);
  });
});

describe('respond: "accepted"', () => {
  it('answers 202 with the run, which is there', async () => {
    const hook = await server.hook('echo');
    const { status, body, headers } = await send(hook.url as string, asJson({ a: 1 }));
    expect(status).toBe(202);
    expect(body).toEqual({ run: expect.stringMatching(/^run_[0-9a-z]{26}$/), status: 'queued' });
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect(await server.runAtEnd(body.run as string)).toMatchObject({
      id: body.run,
      status: 'succeeded',
      event: { a: 1 },
    });
  });
});

describe('respond: "result"', () => {
  it('answers 200 with what the listener returns', async () => {
    const hook = await server.hook('typed', { respond: 'result', props: { userId: 3 } });
    const { status, body, headers } = await send(hook.url as string, asJson({ amount: 4 }));
    expect([status, body]).toEqual([200, { userId: 3, amount: 4 }]);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('answers null where the listener returns nothing', async () => {
    const hook = await server.hook('usesLog', { respond: 'result' });
    const { status, text } = await send(hook.url as string);
    expect([status, text]).toEqual([200, 'null']);
  });

  it('answers 502 with the code of the failure', async () => {
    const hook = await server.hook('failsForGood', { respond: 'result' });
    const { status, body } = await send(hook.url as string);
    expect(status).toBe(502);
    expect(body).toMatchObject({
      code: 'run_failed',
      run_error: 'listener_error',
      run: expect.stringMatching(/^run_/),
    });
    expect((await server.getRun(body.run as string)).status).toBe('dead');
  });

  it('answers 502 as soon as the first attempt has failed, though others follow', async () => {
    const hook = await server.hook('failsOnce', { respond: 'result' });
    const { status, body } = await send(hook.url as string);
    expect([status, body.run_error]).toEqual([502, 'listener_error']);
    expect(await server.runAtEnd(body.run as string)).toMatchObject({ status: 'succeeded', attempt: 2 });
  });

  it('answers 502 where the event does not fit what the listener says', async () => {
    const hook = await server.hook('typed', { respond: 'result', props: { userId: 3 } });
    const { status, body } = await send(hook.url as string, asJson({ amount: 'much' }));
    expect([status, body.run_error]).toEqual([502, 'event_invalid']);
  });

  it('answers 504 with the run, which goes on', async () => {
    const gate = 'late';
    const hook = await server.hook('passesGate', { props: { gate }, respond: 'result', respond_timeout_ms: 200 });
    const { status, body } = await send(hook.url as string);
    expect(status).toBe(504);
    expect(body).toMatchObject({ code: 'run_timeout', run: expect.stringMatching(/^run_/) });
    await server.run('opensGate', { props: { gate } });
    expect((await server.runAtEnd(body.run as string)).status).toBe('succeeded');
  });
});

describe('a schema', () => {
  it('lets only what fits become a run, and tells every fault', async () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'integer' }, tags: { type: 'array', items: { type: 'string', pattern: '^(a+)+$' } } },
      additionalProperties: false,
    };
    const hook = await server.hook('echo', { schema });
    const url = hook.url as string;
    expect((await send(url, asJson({ id: 1, tags: ['aa'] }))).status).toBe(202);

    const wrong = await send(url, asJson({ id: 'x', tags: ['a', 'b', 3], more: 1 }));
    expect([wrong.status, wrong.body.code]).toEqual([422, 'schema_mismatch']);
    const paths = wrong.body.errors.map((fault: any) => fault.path);
    expect(paths).toEqual(expect.arrayContaining(['/id', '/tags/1', '/tags/2', '/more']));
    expect((await send(url, asJson({ id: 1, tags: ['a'.repeat(40) + 'b'] }))).status).toBe(422);

    const many = await send(url, asJson({ id: 1, tags: Array.from({ length: 90_000 }, () => 1) }));
    expect(many.status).toBe(422);
    expect(many.body.errors.length).toBeLessThanOrEqual(50);
    expect(await runCount(hook.uuid as string)).toBe(1);
  });
});

describe('what cannot be accepted', () => {
  it('is answered with the same 404, whatever of the address is wrong', async () => {
    const hook = await server.hook('echo');
    const { production } = server.tokens;
    const other = await server.hook('echo', {}, production);
    const headers = { 'x-request-id': 'same' };
    const answers = await Promise.all(
      [
        `/apps/${NOWHERE}/webhooks/${hook.uuid}`,
        `/apps/${server.appUuid}/webhooks/${NOWHERE}`,
        `/apps/${hook.uuid}/webhooks/${server.appUuid}`,
        `/apps/${server.appUuid}/webhooks/not-a-uuid`,
        `/apps/not-a-uuid/webhooks/${other.uuid}`,
        `/apps/${server.appUuid}/webhooks/%00`,
        `/apps/${server.appUuid}/webhooks/__proto__`,
      ].map((path) => server.send(path, { headers, body: '{' })),
    );
    const [first, ...rest] = answers.map(({ status, text, headers: { date: _date, ...kept } }) => ({
      status,
      text,
      kept,
    }));
    expect(first?.status).toBe(404);
    expect(JSON.parse(first?.text ?? '')).toMatchObject({ code: 'not_found', instance: 'same' });
    for (const each of rest) expect(each).toEqual(first);
  });

  it('says when a webhook is disabled, to those who can prove who they are', async () => {
    const hook = await server.hook('echo', { enabled: false });
    const { status, body } = await send(hook.url as string, asJson({}));
    expect([status, body.code]).toEqual([403, 'webhook_disabled']);
    const signed = await server.hook('echo', { enabled: false, verify: { type: 'github', secret: 's'.repeat(20) } });
    expect((await send(signed.url as string, asJson({}))).status).toBe(401);
    expect(await runCount(hook.uuid as string)).toBe(0);
  });

  const deep = '['.repeat(65) + ']'.repeat(65);
  const json = (body: string | Uint8Array, more: object = {}) => ({
    headers: { 'content-type': 'application/json', ...more },
    body,
  });
  it.each<[string, SendOptions, number, string]>([
    ['a body over the limit', json(`"${'x'.repeat(1_048_576)}"`), 413, 'body_too_large'],
    [
      'one over it only when inflated',
      json(gzipSync(Buffer.alloc(3_000_000)), { 'content-encoding': 'gzip' }),
      413,
      'body_too_large',
    ],
    ['JSON that is none', json('{"a":'), 400, 'malformed_json'],
    ['JSON that is not UTF-8', json(Buffer.from([0x22, 0xff, 0x22])), 400, 'malformed_json'],
    ['a number no double can hold', json('[1e999]'), 400, 'malformed_json'],
    ['nesting beyond 64 levels', json(deep), 400, 'too_deep'],
    ['a megabyte of brackets', json('['.repeat(1_000_000)), 400, 'too_deep'],
    ['gzip that is none', json('{}', { 'content-encoding': 'gzip' }), 400, 'malformed_body'],
    ['brotli that is none', json('{}', { 'content-encoding': 'br' }), 400, 'malformed_body'],
    ['two codings', json('{}', { 'content-encoding': 'gzip, gzip' }), 415, 'unsupported_media_type'],
    [
      'another charset',
      json('{}', { 'content-type': 'application/json; charset=utf-7' }),
      415,
      'unsupported_media_type',
    ],
    [
      'two content types',
      json('{}', { 'content-type': 'application/json, text/plain' }),
      415,
      'unsupported_media_type',
    ],
    [
      'text that is not UTF-8',
      { headers: { 'content-type': 'text/plain' }, body: Buffer.from([0xff]) },
      400,
      'malformed_body',
    ],
  ])('is refused before anything is stored: %s', async (_what, options, status, code) => {
    const hook = await server.hook('echo');
    const answer = await send(hook.url as string, options);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.body.instance).toBe(answer.headers['x-request-id']);
    expect(await runCount(hook.uuid as string)).toBe(0);
  });

  it('takes 64 levels and a body of exactly the limit', async () => {
    const hook = await server.hook('readDocs', { props: { coll: 'none' } });
    expect((await send(hook.url as string, json('['.repeat(64) + ']'.repeat(64)))).status).toBe(202);
    expect((await send(hook.url as string, json(`"${'x'.repeat(1_048_574)}"`))).status).toBe(202);
  });
});

describe('repetitions', () => {
  const once = { 'idempotency-key': 'once' };

  it('start one run, also when a hundred copies arrive at once', async () => {
    const hook = await server.hook('echo');
    const copies = Array.from({ length: 100 }, () => send(hook.url as string, asJson({ n: 1 }, once)));
    const answers = await Promise.all(copies);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.run)).size).toBe(1);
    expect(answers.filter(({ body }) => body.duplicate === true)).toHaveLength(99);
    expect(await runCount(hook.uuid as string)).toBe(1);
  });

  it.each(['webhook-id', 'idempotency-key', 'x-github-delivery', 'x-shopify-webhook-id'])(
    'are told by %s',
    async (name) => {
      const hook = await server.hook('echo');
      const shot = (id: string) => send(hook.url as string, asJson({ at: Math.random() }, { [name]: id }));
      const [first, second, third] = [await shot('a'), await shot('a'), await shot('b')];
      expect(second.body).toEqual({ ...first.body, duplicate: true });
      expect(third.body.duplicate).toBeUndefined();
      expect(await runCount(hook.uuid as string)).toBe(2);
    },
  );

  it('are told by the field that the webhook names', async () => {
    const hook = await server.hook('echo', { dedupe: { field: 'data.id' } });
    const shot = (id: unknown) => send(hook.url as string, asJson({ at: Math.random(), data: { id } }));
    const [first, second] = [await shot('x'), await shot('x')];
    expect(second.body).toEqual({ run: first.body.run, status: 'queued', duplicate: true });
    expect((await shot('y')).body.duplicate).toBeUndefined();
  });

  it('are new requests once the window is over', async () => {
    const hook = await server.hook('echo', { dedupe: { window_s: 1 } });
    const shot = async () => (await send(hook.url as string, asJson({}, once))).body;
    const first = await shot();
    expect(await shot()).toEqual({ ...first, duplicate: true });
    const next = await until('the window to be over', async () => {
      const answer = await shot();
      return answer.duplicate !== true && answer;
    });
    expect(next.run).not.toBe(first.run);
    expect(await shot()).toEqual({ ...next, duplicate: true });
    expect(await runCount(hook.uuid as string)).toBe(2);
  });

  it('of another webhook are none', async () => {
    const [one, other] = [await server.hook('echo'), await server.hook('echo')];
    const answers = [
      await send(one.url as string, asJson({}, once)),
      await send(other.url as string, asJson({}, once)),
    ];
    expect(answers.map(({ body }) => body.duplicate)).toEqual([undefined, undefined]);
  });

  it('outlive a rotation of the address', async () => {
    const hook = await server.hook('echo');
    const first = await send(hook.url as string, asJson({}, once));
    const { body: rotated } = await server.api('POST', `/app/webhooks/${hook.uuid}/rotate`);
    expect((await send(rotated.url as string, asJson({}, once))).body).toEqual({ ...first.body, duplicate: true });
  });

  it('wait for no result', async () => {
    const hook = await server.hook('echo', { respond: 'result' });
    const first = await send(hook.url as string, asJson({}, once));
    const second = await send(hook.url as string, asJson({}, once));
    expect([first.status, second.status]).toEqual([200, 202]);
    expect(second.body).toEqual({ run: first.body.run.id, status: 'queued', duplicate: true });
  });

  it('with the id twice are refused', async () => {
    const hook = await server.hook('echo');
    const answer = await send(hook.url as string, asJson({}, { 'idempotency-key': ['a', 'b'] }));
    expect([answer.status, answer.body.code]).toEqual([400, 'duplicate_header']);
  });
});
