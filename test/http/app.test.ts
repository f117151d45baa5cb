import request from 'supertest';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { defineRoute } from '../../server/http/route.ts';
import { AppError } from '../../server/lib/errors.ts';
import { testApp } from './support/app.ts';
import { aRun, RUN_ID, WEBHOOK_UUID } from './support/records.ts';

const ADMIN = { authorization: 'Bearer production-admin' };

function throwing(error: unknown) {
  return defineRoute({
    method: 'get',
    path: '/boom',
    summary: 'Throws',
    tag: 'Test',
    auth: 'public',
    responses: { 200: { description: 'Never.' } },
    handle: () => {
      throw error;
    },
  });
}

describe('tokens at the edge', () => {
  it.each([
    ['no token', {}, 401, 'unauthorized'],
    ['an unknown token', { authorization: 'Bearer nothing' }, 401, 'unauthorized'],
    ['another scheme', { authorization: 'Basic production-admin' }, 401, 'unauthorized'],
    ['a token in quotes', { authorization: 'Bearer "production admin"' }, 401, 'unauthorized'],
    ['a scope that is too small', { authorization: 'Bearer production-read' }, 403, 'forbidden'],
  ])('refuses %s', async (_name, headers, status, code) => {
    const { app } = testApp();
    const answer = await request(app).post('/app/webhooks').set(headers).send({ action: 'exampleListener' });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, status });
  });

  it('takes the scheme in any case', async () => {
    const { app } = testApp();
    const answer = await request(app).get('/app/webhooks').set('authorization', 'bearer production-read');
    expect(answer.status).toBe(200);
  });

  it('does not look for a token in the query', async () => {
    const { app } = testApp();
    const answer = await request(app).get('/app/webhooks?token=production-admin&access_token=production-admin');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="earshot"');
  });

  it('refuses two Authorization headers', async () => {
    const { app } = testApp();
    const answer = await request(app)
      .get('/app/webhooks')
      .set('authorization', ['Bearer production-admin', 'Bearer production-admin'] as unknown as string);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('duplicate_header');
  });

  it('answers 503 with Retry-After while the database is away', async () => {
    const away = Object.assign(new Error('no server'), { name: 'MongoServerSelectionError' });
    const { app } = testApp({ authenticate: () => Promise.reject(away) });
    const answer = await request(app).get('/app/webhooks').set(ADMIN);
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe('storage_unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('input', () => {
  const create = (app: ReturnType<typeof testApp>['app']) => request(app).post('/app/webhooks').set(ADMIN);

  it.each([
    ['no JSON', '{"action":', 400, 'malformed_json'],
    ['an empty body', '', 400, 'malformed_json'],
    ['a body that is nested too deeply', '['.repeat(1_000) + ']'.repeat(1_000), 400, 'too_deep'],
    ['a number beyond doubles', '{"action":"a","props":{"n":1e999}}', 400, 'malformed_json'],
    ['an unknown member', '{"action":"a","environment_id":2}', 422, 'invalid_input'],
    ['a member of the wrong type', '{"action":7}', 422, 'invalid_input'],
    ['more than a mebibyte', JSON.stringify({ action: 'a', name: 'x'.repeat(1_048_576) }), 413, 'body_too_large'],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await create(testApp().app).set('content-type', 'application/json').send(body);
    expect(answer.body).toMatchObject({ code, status });
    expect(answer.status).toBe(status);
  });

  it.each(['text/plain', 'application/json; charset=utf-7', 'multipart/form-data; boundary=x'])(
    'refuses a body of type %s',
    async (type) => {
      const answer = await create(testApp().app).set('content-type', type).send('{"action":"a"}');
      expect(answer.status).toBe(415);
    },
  );

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Buffer.from('{"action":"a","name":"\xff"}', 'latin1');
    const answer = await create(testApp().app)
      .set('content-type', 'application/json')
      .serialize(() => bytes as never)
      .send({});
    expect(answer.body.code).toBe('malformed_body');
  });

  it('names the members at fault', async () => {
    const answer = await create(testApp().app).send({ action: 'a', enabled: 'perhaps' });
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ in: 'body', path: '/enabled' }));
  });

  it('lets no prototype key through to a handler', async () => {
    const body = '{"action":"a","props":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
    const answer = await create(testApp().app).set('content-type', 'application/json').send(body);
    expect(answer.status).toBe(201);
    expect(JSON.stringify(answer.body.props)).toBe('{}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    'status[$ne]=x',
    'status=succeeded&status=dead',
    'unknown=1',
    'limit=0',
    'limit=251',
    'limit=ten',
    '__proto__=1',
  ])('refuses the query %s', async (query) => {
    const answer = await request(testApp().app).get(`/app/runs?${query}`).set(ADMIN);
    expect(answer.body).toMatchObject({ status: 422, code: 'invalid_input' });
  });

  it('hands filters on as values of their types', async () => {
    const asked: unknown[] = [];
    const { app } = testApp({
      deps: {
        runs: {
          list: (environmentId, filter, page) => {
            asked.push({ environmentId, filter, page });
            return Promise.resolve({ items: [], next: null });
          },
          get: () => Promise.resolve(aRun()),
          retry: () => Promise.resolve(aRun()),
          cancel: () => Promise.resolve(aRun()),
          wait: () => Promise.resolve(undefined),
          startByHand: () => Promise.resolve({ id: RUN_ID }),
        },
      },
    });
    const query = 'status=dead&since=2026-01-01T00:00:00Z&limit=7';
    await request(app).get(`/app/runs?${query}`).set('authorization', 'Bearer sandbox-read').expect(200);
    const filter = { status: 'dead', since: new Date('2026-01-01T00:00:00Z') };
    expect(asked).toEqual([{ environmentId: 2, filter, page: { limit: 7 } }]);
  });

  it('runs a listener by hand without a body', async () => {
    const answer = await request(testApp().app).post('/app/listeners/exampleListener/run').set(ADMIN);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ run: RUN_ID, status: 'queued' });
  });
});

describe('errors', () => {
  it('shows nothing of a bug but the request id, and logs it whole', async () => {
    const server = testApp({ more: [throwing(new Error('secret plan'))] });
    const answer = await request(server.app).get('/boom').set('x-request-id', 'mine-1');
    expect(answer.status).toBe(500);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toEqual({
      type: '/docs#error-internal',
      title: 'An unexpected fault, logged with the request id',
      status: 500,
      code: 'internal',
      instance: 'mine-1',
    });
    await expect.poll(() => server.lines.find(({ msg }) => msg === 'http.bug')).toMatchObject({ requestId: 'mine-1' });
    expect(server.lines.some(({ err }) => (err as Error | undefined)?.message === 'secret plan')).toBe(true);
  });

  it('answers a thrown value that is no error as a bug', async () => {
    const answer = await request(testApp({ more: [throwing(undefined)] }).app).get('/boom');
    expect(answer.body.code).toBe('internal');
  });

  it('adds the members an error brings', async () => {
    const error = new AppError('listener_not_found', { extra: { nearest: ['a'], status: 1 }, retryAfterS: 2.2 });
    const answer = await request(testApp({ more: [throwing(error)] }).app).get('/boom');
    expect(answer.body).toMatchObject({ code: 'listener_not_found', status: 422, nearest: ['a'] });
    expect(answer.headers['retry-after']).toBe('3');
  });

  it.each(['/', '/app', '/app/nothing', '/apps/x', '/app/runs/%zz'])('answers 404 for %s', async (path) => {
    const answer = await request(testApp().app).get(path).set(ADMIN);
    expect(answer.body).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('answers 405 with what is allowed', async () => {
    const answer = await request(testApp().app).put(`/app/webhooks/${WEBHOOK_UUID}`).set(ADMIN);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('OPTIONS, GET, HEAD, PATCH, DELETE');
  });
});

describe('headers', () => {
  it('gives the request id back, or makes one where the given one could do harm', async () => {
    const { app } = testApp();
    const given = await request(app).get('/health/live').set('x-request-id', 'abc.DEF-1');
    expect(given.headers['x-request-id']).toBe('abc.DEF-1');
    const harmful = await request(app).get('/health/live').set('x-request-id', '<script>');
    expect(harmful.headers['x-request-id']).toMatch(/^req_/);
  });

  it('tells browsers to do nothing with data', async () => {
    const { headers } = await request(testApp().app).get('/app/webhooks').set(ADMIN);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('asks for https to be kept only where the public URL is https', async () => {
    const { headers } = await request(testApp({ publicUrl: 'https://hooks.test' }).app).get('/health/live');
    expect(headers['strict-transport-security']).toContain('max-age=');
  });

  it('allows no page of another origin in, not even in a preflight', async () => {
    const preflight = await request(testApp().app)
      .options('/app/webhooks')
      .set({ origin: 'http://evil.test', 'access-control-request-method': 'POST' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.allow).toBe('OPTIONS, POST, GET, HEAD');
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await request(testApp().app).head('/app/webhooks').set(ADMIN);
    expect(answer.status).toBe(200);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(10);
    expect(answer.text).toBeUndefined();
  });
});

describe('hosts', () => {
  it.each(['evil.test', 'evil.test:4000', 'localhost.evil.test', '127.0.0.1.evil.test', '10.0.0.1', 'a b'])(
    'refuses the Host %s',
    async (host) => {
      const answer = await request(testApp().app).get('/health/live').set('host', host);
      expect(answer.body).toMatchObject({ code: 'misdirected_host', status: 421 });
    },
  );

  it('closes loopback to outbound requests once somebody came from outside', async () => {
    const server = testApp();
    await request(server.app).get('/health/live').set('host', 'localhost:4000');
    expect(server.isLoopbackOpen()).toBe(true);
    await request(server.app).get('/health/live').set({ host: 'localhost:4000', 'x-forwarded-for': '9.9.9.9' });
    expect(server.isLoopbackOpen()).toBe(false);
  });
});

describe('the log', () => {
  it('has one line per request, with the route and not the address, and no token', async () => {
    const server = testApp();
    await request(server.app).get(`/app/webhooks/${WEBHOOK_UUID}?x=1`).set(ADMIN);
    await expect.poll(() => server.lines.length).toBe(1);
    expect(server.lines[0]).toMatchObject({
      msg: 'http.request',
      method: 'GET',
      route: '/app/webhooks/:uuid',
      status: 200,
      environment: 1,
    });
    expect(JSON.stringify(server.lines)).not.toMatch(new RegExp(`production-admin|${WEBHOOK_UUID}`));
  });

  it('believes X-Forwarded-For only as far as it was told to', async () => {
    for (const [trustProxy, caller] of [
      [0, '127.0.0.1'],
      [1, '9.9.9.9'],
    ] as const) {
      const server = testApp({ trustProxy });
      await request(server.app).get('/health/nothing').set('x-forwarded-for', '9.9.9.9');
      await expect.poll(() => server.lines.length).toBe(1);
      expect(server.lines[0]?.caller).toBe(caller);
    }
  });
});

describe('a handler that answers what its route does not describe', () => {
  it('is found by the check the tests run under', async () => {
    const wrong = defineRoute({
      method: 'get',
      path: '/wrong',
      summary: 'Wrong',
      tag: 'Test',
      auth: 'public',
      responses: { 200: { description: 'A number.', schema: Type.Object({ n: Type.Integer() }) } },
      handle: () => ({ status: 200, body: { n: 1, more: true } }),
    });
    const answer = await request(testApp({ more: [wrong] }).app).get('/wrong');
    expect(answer.status).toBe(500);
  });
});
