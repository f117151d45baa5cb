import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => remove(server));

const resultOf = async (listener: string, props: object = {}, token?: string): Promise<any> => {
  const run = await server.run(listener, { props }, token);
  expect(run.error).toBeNull();
  return run.result;
};

describe('api.data', () => {
  it('keeps documents', async () => {
    const id = expect.stringMatching(/^[0-9a-f]{24}$/);
    const made = { _id: id, title: 'one', at: '1970-01-01T00:00:00.000Z', tags: ['a'] };
    expect(await resultOf('usesData')).toEqual({
      made,
      replaced: { ...made, title: 'uno' },
      read: { ...made, title: 'uno' },
      isDate: true,
      inserted: 2,
      updated: { matched: 2, modified: 2 },
      found: [{ _id: id, title: 'three', n: 13 }],
      counts: [2, 1],
      deleted: 2,
      gone: null,
    });
  });

  it("cannot see another environment's data", async () => {
    const { production, sandbox } = server.tokens;
    await resultOf('addDocs', { coll: 'walled', docs: [{ _id: 'p' }] }, production);
    await resultOf('addDocs', { coll: 'walled', docs: [{ _id: 's' }] }, sandbox);
    expect(await resultOf('readDocs', { coll: 'walled' }, production)).toEqual([{ _id: 'p' }]);
    expect(await resultOf('readDocs', { coll: 'walled' }, sandbox)).toEqual([{ _id: 's' }]);
  });

  it("cannot see the platform's own collections, by whatever name", async () => {
    await server.hook('echo');
    const own = ['runs', 'webhooks', 'tokens', 'apps'];
    const tricks = [
      'system.users',
      '$cmd',
      '../runs',
      'platform.runs',
      'earshot.runs',
      '',
      'a\u0000b',
      'earshot_1.walled',
    ];
    const found = await resultOf('tryColls', { names: [...own, ...tricks] });
    for (const [at, each] of found.entries()) {
      expect([[], 'invalid_input'], [...own, ...tricks][at]).toContainEqual(each);
    }
    expect(found.slice(0, own.length)).toEqual([[], [], [], []]);
  });
});

describe('api.webhooks', () => {
  it('makes, lists and deletes webhooks of its environment', async () => {
    const before = await server.hook('echo');
    const foreign = await server.hook('echo', {}, server.tokens.production);
    const { made, listed, left } = await resultOf('usesWebhooks');
    expect(made).toMatchObject({
      action: 'echo',
      props: { by: 'a listener' },
      environment_id: 2,
      name: 'made in a run',
    });
    expect(listed).toEqual(expect.arrayContaining([before.uuid, made.uuid]));
    expect(listed).not.toContain(foreign.uuid);
    expect(left).not.toContain(made.uuid);
    expect((await server.api('GET', `/app/webhooks/${made.uuid}`)).status).toBe(404);
  });
});

describe('api.jobs', () => {
  it('starts a run of another listener that knows where it comes from', async () => {
    const job = { listener: 'echo', props: { a: 1 }, options: { event: { b: 2 } } };
    const parent = await server.run('enqueues', { props: { jobs: [job] } });
    const child = await server.runAtEnd(parent.result[0].run as string);
    expect(child).toMatchObject({
      trigger: { type: 'job', run: parent.id },
      environment_id: 2,
      result: { props: { a: 1 }, event: { b: 2 }, user: null },
    });
    expect(parent.result[0].duplicate).toBe(false);
  });

  it('hands the user on', async () => {
    const hook = await server.hook('enqueues', {
      user_id: 'u7',
      respond: 'result',
      props: { jobs: [{ listener: 'echo' }] },
    });
    const answer = await fetch(hook.url as string, { method: 'POST' });
    const [{ run }] = (await answer.json()) as [{ run: string }];
    expect((await server.runAtEnd(run)).result.user).toEqual({ id: 'u7' });
  });

  it('waits for its delay', async () => {
    const [{ run }] = await resultOf('enqueues', { jobs: [{ listener: 'echo', options: { delayMs: 700 } }] });
    expect(await server.getRun(run as string)).toMatchObject({ status: 'queued', attempt: 0 });
    const { created_at, attempts } = await server.runAtEnd(run as string);
    const waitedMs = Date.parse(attempts[0].started_at as string) - Date.parse(created_at as string);
    expect(waitedMs).toBeGreaterThanOrEqual(700);
  });

  it('is made once while one with its key waits, and again when that has begun', async () => {
    const job = { listener: 'echo', options: { key: 'k', delayMs: 600_000 } };
    const [first, second, other] = await resultOf('enqueues', {
      jobs: [job, job, { listener: 'echo', options: { key: 'other', delayMs: 600_000 } }],
    });
    expect(second).toEqual({ run: first.run, duplicate: true });
    expect(other.duplicate).toBe(false);
    await server.api('POST', `/app/runs/${first.run}/retry`);
    await server.runAtEnd(first.run as string);
    const [third] = await resultOf('enqueues', { jobs: [job] });
    expect(third).toEqual({ run: expect.not.stringMatching(first.run as string), duplicate: false });
    for (const { run } of [third, other]) await server.api('POST', `/app/runs/${run}/cancel`);
  });

  it('is made again when the one with its key was canceled', async () => {
    const job = { listener: 'echo', options: { key: 'canceled', delayMs: 600_000 } };
    const [first] = await resultOf('enqueues', { jobs: [job] });
    await server.api('POST', `/app/runs/${first.run}/cancel`);
    const [second] = await resultOf('enqueues', { jobs: [job] });
    expect(second.duplicate).toBe(false);
    await server.api('POST', `/app/runs/${second.run}/cancel`);
  });

  it('of a listener that is not there fails where it is asked for', async () => {
    const run = await server.run('enqueues', { props: { jobs: [{ listener: 'ecko' }] } });
    expect(run.error.message).toContain("'ecko'");
    await server.api('POST', `/app/runs/${run.id}/cancel`);
  });
});

describe('api.fetch', () => {
  const seen: { method: string; url: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  let receiver: Server;
  let receiverUrl = '';
  beforeAll(async () => {
    receiver = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
        res.writeHead(req.url === '/missing' ? 404 : 201, { 'content-type': 'text/x-answer' }).end('received');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => receiver.close(resolve)));

  it('reaches a receiver on this machine while nobody from outside has called', async () => {
    const init = { method: 'PUT', headers: { 'x-own': '1', 'content-type': 'text/plain' }, body: 'hello' };
    const answer = await resultOf('fetches', { url: `${receiverUrl}/in?a=1`, init });
    expect(answer).toEqual({ status: 201, body: 'received', kind: 'text/x-answer' });
    expect(seen.at(-1)).toMatchObject({ method: 'PUT', url: '/in?a=1', headers: { 'x-own': '1' }, body: 'hello' });
    expect((await resultOf('fetches', { url: `${receiverUrl}/missing` })).status).toBe(404);
  });

  it('reaches the triggers of Earshot itself, and nothing else of it', async () => {
    const hook = await server.hook('echo');
    const triggered = await resultOf('fetches', { url: hook.url, init: { method: 'POST', body: 'x' } });
    expect(triggered.status).toBe(202);
    for (const host of ['127.0.0.1', 'localhost', '127.1', '2130706433', '[::ffff:127.0.0.1]']) {
      for (const path of ['/app/webhooks', '/metrics', '/openapi.json', '/apps/../app/runs', '/apps/%2e%2e/metrics']) {
        const url = `http://${host}:${server.port}${path}`;
        const init = { headers: { authorization: `Bearer ${server.tokens.production}` } };
        expect((await resultOf('fetches', { url, init })).code, url).toBe('egress_blocked');
      }
    }
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data', 'egress_blocked'],
    ['http://10.0.0.1/', 'egress_blocked'],
    ['http://192.168.1.1:8080/', 'egress_blocked'],
    ['http://[fe80::1]/', 'egress_blocked'],
    ['http://127.0.0.1:22/', 'egress_blocked'],
  ])('does not reach %s', async (url, code) => {
    expect((await resultOf('fetches', { url })).code).toBe(code);
  });

  it('reaches nothing on this machine any more once somebody from outside has called', async () => {
    const before = seen.length;
    const outside = await server.send('/health/live', { method: 'GET', headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(outside.status).toBe(200);
    const answer = await until('loopback to be closed', () => resultOf('fetches', { url: receiverUrl }));
    expect(answer.code).toBe('egress_blocked');
    expect(seen).toHaveLength(before);
  });
});
