import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asJson } from '../support/http.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { newFolder, remove, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let receiver: Receiver;
let colls = 0;
let coll: string;

beforeAll(async () => {
  server = await startServer();
  receiver = await startReceiver((_request, response) => response.end());
});

afterAll(async () => {
  await receiver.close();
  await remove(server);
});

const aColl = (): string => (coll = `things${String(++colls)}`);

interface Sent {
  readonly token?: string;
  readonly transaction?: string;
  readonly status?: number;
  readonly on?: TestServer;
}

/** Sends a request about the collection of the test, and expects its status. */
async function ask(method: string, path: string, body?: unknown, sent: Sent = {}): Promise<any> {
  const { on = server, token = on.tokens.sandbox, transaction, status } = sent;
  const headers = {
    authorization: `Bearer ${token}`,
    ...(transaction !== undefined && { 'x-transaction': transaction }),
  };
  const url = path.startsWith('/app') ? path : `/app/colls/${coll}${path}`;
  const answer = await on.send(url, body === undefined ? { method, headers } : { ...asJson(body, headers), method });
  const wanted = status ?? (method === 'POST' && /docs$|insertMany$|transactions$|indexes$/.test(path) ? 201 : 200);
  expect({ status: answer.status, body: answer.body }, `${method} ${url}`).toMatchObject({ status: wanted });
  return answer.body;
}
const create = (doc: object, sent?: Sent) => ask('POST', '/docs', doc, sent);
const find = (body: object = {}, sent?: Sent) => ask('POST', '/docs/find', body, sent);
const begin = async (sent?: Sent): Promise<string> => (await ask('POST', '/app/transactions', undefined, sent)).id;
const end = (how: 'commit' | 'abort', id: string, sent: Sent = {}) =>
  ask('POST', `/app/transactions/${id}/${how}`, undefined, { status: 204, ...sent });

describe('a document', () => {
  it('is made, shown, replaced, changed and deleted', async () => {
    aColl();
    const made = await create({ name: 'a', tags: ['x'], __v: 1 });
    expect(made).toEqual({ _id: expect.stringMatching(/^[0-9a-f]{24}$/), name: 'a', tags: ['x'], __v: 1 });
    const path = `/docs/${made._id as string}`;
    expect(await ask('GET', path)).toEqual(made);
    expect(await ask('PUT', path, { name: 'b' })).toEqual({ _id: made._id, name: 'b' });
    expect(await ask('PATCH', path, { size: { w: 1 } })).toEqual({ _id: made._id, name: 'b', size: { w: 1 } });
    expect(await ask('PATCH', path, { 'size.h': 2 })).toMatchObject({ size: { w: 1, h: 2 } });
    await ask('DELETE', path, undefined, { status: 204 });
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', {}], ['PATCH', { a: 1 }]] as const) {
      expect(await ask(method, path, body, { status: 404 })).toMatchObject({ code: 'not_found' });
    }
  });

  it('keeps keys that would be dangerous if they were read as more than data', async () => {
    aColl();
    const text =
      '{"_id":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":1}}';
    const headers = { authorization: `Bearer ${server.tokens.sandbox}`, 'content-type': 'application/json' };
    const made = await server.send(`/app/colls/${coll}/docs`, { headers, body: text });
    expect(made.status).toBe(201);
    expect((await server.send(`/app/colls/${coll}/docs/x`, { method: 'GET', headers })).text).toBe(text);
  });

  it('is changed only by those who have seen its newest revision, where they ask for that', async () => {
    aColl();
    await create({ _id: 'a', n: 1 });
    const { _rev } = (await ask('GET', '/docs/a?with_revision=true')) as { _rev: number };
    const path = `/docs/a?if_revision=${String(_rev)}`;
    expect(await ask('PATCH', `${path}&with_revision=true`, { n: 2 })).toEqual({ _id: 'a', n: 2, _rev: _rev + 1 });
    for (const [method, body] of [['PATCH', { n: 3 }], ['PUT', { n: 3 }], ['DELETE']] as const) {
      const problem = await ask(method, path, body, { status: 409 });
      expect(problem).toMatchObject({ code: 'conflict', revision: _rev + 1, errors: [{ path: '/if_revision' }] });
    }
    expect(await ask('GET', '/docs/a')).toEqual({ _id: 'a', n: 2 });
    await ask('DELETE', `/docs/a?if_revision=${String(_rev + 1)}`, undefined, { status: 204 });
  });

  it('has one _id, that of its path', async () => {
    aColl();
    await create({ _id: 'a' });
    await create({ _id: 'a' }, { status: 409 });
    expect(await ask('PUT', '/docs/a', { _id: 'b' }, { status: 422 })).toMatchObject({ errors: [{ path: '/_id' }] });
    expect(await ask('PUT', '/docs/new?upsert=true', { n: 1 })).toEqual({ _id: 'new', n: 1 });
    await create({ _id: 'with/slash ü' });
    expect(await ask('GET', `/docs/${encodeURIComponent('with/slash ü')}`)).toEqual({ _id: 'with/slash ü' });
  });
});

describe('many documents', () => {
  it('are found as asked', async () => {
    aColl();
    const documents = [5, 3, 9, 1].map((n) => ({ _id: `d${String(n)}`, n, kind: n > 4 ? 'big' : 'small' }));
    expect(await ask('POST', '/insertMany', { documents })).toEqual({ insertedIds: ['d5', 'd3', 'd9', 'd1'] });
    const answer = await find({
      query: { n: { $gte: 3 } },
      projection: { n: true, _id: false },
      options: { sort: { n: -1 }, skip: 1, limit: 1 },
    });
    expect(answer).toEqual([{ n: 5 }]);
    expect(await ask('POST', '/count', { filter: { kind: 'big' } })).toEqual({ count: 2 });
    expect(
      await ask('POST', '/aggregate', {
        pipeline: [{ $group: { _id: '$kind', sum: { $sum: '$n' } } }, { $sort: { sum: 1 } }],
      }),
    ).toEqual([
      { _id: 'small', sum: 4 },
      { _id: 'big', sum: 14 },
    ]);
    expect(await ask('POST', '/deleteMany', { filter: { kind: 'big' } })).toEqual({ deleted: 2 });
    expect((await find()).map(({ _id }: any) => _id).sort()).toEqual(['d1', 'd3']);
  });

  it('are listed page by page', async () => {
    aColl();
    await ask('POST', '/insertMany', { documents: Array.from({ length: 7 }, (_, n) => ({ _id: `d${String(n)}` })) });
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page = await ask('GET', `/docs?limit=3${cursor}`);
      ids.push(...page.data.map(({ _id }: any) => _id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next_cursor as string)}`;
      await ask('GET', `/app/colls/other/docs?limit=3${cursor}`, undefined, { status: 400 });
    }
    expect(ids).toEqual(['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6']);
    const { data } = await ask('GET', '/app/colls?limit=250');
    expect(data).toContainEqual({ name: coll, count: 7 });
  });

  it('that are updated are told one by one', async () => {
    aColl();
    const rule = { events: [`${coll}.updated`], target: { url: `${receiver.url}/${coll}` } };
    await ask('POST', '/app/rules', rule, { status: 201 });
    await ask('POST', '/insertMany', { documents: [{ _id: 'a' }, { _id: 'b' }, { _id: 'c', done: true }] });
    const body = { filter: { done: { $ne: true } }, update: { $set: { done: true } } };
    expect(await ask('POST', '/updateMany', body)).toEqual({ matched: 2, modified: 2 });
    const requests = await receiver.waitFor(2, `/${coll}`);
    const told = requests.map(({ text }) => JSON.parse(text).data._id as string);
    expect(told.sort()).toEqual(['a', 'b']);
    const upsert = { filter: { key: 'k' }, update: { $set: { n: 1 } }, options: { upsert: true } };
    const { upserted_id: id } = await ask('POST', '/updateMany', upsert);
    expect(await ask('GET', `/docs/${id as string}`)).toEqual({ _id: id, key: 'k', n: 1 });
  });

  it('can have a value that must be unique', async () => {
    aColl();
    const { name } = await ask('POST', '/indexes', { keys: { email: 1 }, unique: true });
    expect((await ask('GET', '/indexes')).data).toContainEqual({ name, keys: { email: 1 }, unique: true });
    await create({ email: 'a@example.com' });
    await create({ email: 'a@example.com' }, { status: 409 });
  });
});

describe('a transaction', () => {
  it.each(['x-transaction beside the API token', 'its own token in place of it'])('is named by %s', async (how) => {
    aColl();
    const id = await begin();
    const within: Sent = how.startsWith('x-') ? { transaction: id } : { token: id };
    await create({ _id: 'a', n: 1 }, within);
    await ask('POST', '/updateMany', { filter: {}, update: { $inc: { n: 1 } } }, within);
    expect(await ask('GET', '/docs/a', undefined, within)).toEqual({ _id: 'a', n: 2 });
    await ask('GET', '/docs/a', undefined, { status: 404 });
    await end('commit', id, how.startsWith('x-') ? {} : { token: id });
    expect(await ask('GET', '/docs/a')).toEqual({ _id: 'a', n: 2 });
    const { data } = await ask('GET', `/app/events?type=${coll}.created`);
    expect(data).toHaveLength(1);
    await create({ _id: 'b' }, { ...within, status: 410 });
  });

  it('is begun and ended as Lenra documents it', async () => {
    aColl();
    const token = await ask('POST', '/transaction');
    await create({ _id: 'a' }, { token });
    await ask('POST', '/transaction/commit', undefined, { token, status: 204 });
    expect(await find()).toEqual([{ _id: 'a' }]);
    const other = await ask('POST', '/transaction');
    await create({ _id: 'b' }, { token: other });
    await ask('POST', '/transaction/abort', undefined, { token: other, status: 204 });
    expect(await find()).toEqual([{ _id: 'a' }]);
    await ask('POST', '/transaction/commit', undefined, { status: 422 });
  });

  it('whose document was changed by another is a conflict, and can be made again', async () => {
    aColl();
    await create({ _id: 'a', n: 1 });
    const id = await begin();
    await ask('PATCH', '/docs/a', { n: 2 }, { transaction: id });
    await ask('PATCH', '/docs/a', { n: 3 });
    await ask('GET', '/docs/a', undefined, { transaction: id, status: 200 });
    await ask('DELETE', '/docs/a', undefined, { status: 204 });
    expect(await end('commit', id, { status: 409 })).toMatchObject({ code: 'conflict' });
    expect(await find()).toEqual([]);
  });

  it('opens documents only, and only those of its environment', async () => {
    aColl();
    const id = await begin();
    for (const path of ['/app/webhooks', '/app/tokens', '/app/runs', '/app/colls']) {
      await ask('GET', path, undefined, { token: id, status: 403 });
    }
    await ask('POST', '/app/transactions', undefined, { token: id, status: 403 });
    const { production } = server.tokens;
    await create({}, { token: production, transaction: id, status: 404 });
    await end('commit', id, { token: production, status: 404 });
    await ask('GET', '/docs', undefined, { transaction: 'txn_unknown', status: 404 });
    await ask('GET', '/docs', undefined, { token: 'txn_unknown', status: 401 });
    await end('abort', id);
  });

  it('ends with the token that began it', async () => {
    aColl();
    const admin = await ask('POST', '/app/tokens', { scopes: ['write'] }, { status: 201 });
    const id = await begin({ token: admin.token });
    await create({}, { token: id });
    await ask('DELETE', `/app/tokens/${admin.id as string}`, undefined, { status: 204 });
    await create({}, { token: id, status: 401 });
  });

  it('does not slow others down, and there are at most 5', async () => {
    aColl();
    await create({ _id: 'a', n: 0 });
    const ids = [await begin(), await begin(), await begin()];
    for (const transaction of ids) await ask('PATCH', '/docs/a', { n: 1 }, { transaction });
    const startedAt = performance.now();
    for (let n = 0; n < 20; n++) await ask('PATCH', '/docs/a', { n });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    let open = ids.length;
    for (; open < 10; open++) {
      const { status, body } = await server.api('POST', '/app/transactions');
      if (status === 201) ids.push(body.id as string);
      else {
        expect(body).toMatchObject({ status: 429, code: 'rate_limited' });
        break;
      }
    }
    expect(open).toBeLessThanOrEqual(5);
    for (const id of ids) await end('abort', id);
  });
});

describe('nothing is read or changed', () => {
  it.each([
    'system.users',
    'systems',
    'a.$cmd',
    '..%2Fx',
    'x%00y',
    '%EF%BC%B3ystem',
    '1a',
    'a'.repeat(65),
    '$x',
    '%20',
  ])('in a collection named %s', async (name) => {
    const calls = [
      ['GET', 'docs'],
      ['POST', 'docs', {}],
      ['GET', 'docs/a'],
      ['PUT', 'docs/a', {}],
      ['PATCH', 'docs/a', { a: 1 }],
      ['DELETE', 'docs/a'],
      ['POST', 'docs/find', {}],
      ['POST', 'count', {}],
      ['POST', 'aggregate', { pipeline: [] }],
      ['POST', 'insertMany', { documents: [{}] }],
      ['POST', 'updateMany', { filter: {}, update: { $set: { a: 1 } } }],
      ['POST', 'deleteMany', { filter: {} }],
      ['GET', 'indexes'],
      ['POST', 'indexes', { keys: { a: 1 } }],
    ] as const;
    for (const [method, path, body] of calls) {
      const problem = await ask(method, `/app/colls/${name}/${path}`, body, { status: 422 });
      expect(problem).toMatchObject({ code: 'invalid_input', errors: [{ in: 'path', path: '/coll' }] });
    }
  });

  it('of the platform, whatever the name', async () => {
    for (const name of ['runs', 'webhooks', 'tokens', 'events', 'apps']) {
      const { data } = await ask('GET', `/app/colls/${name}/docs`);
      expect(data).toEqual([]);
      await ask('POST', `/app/colls/${name}/deleteMany`, { filter: {} });
    }
    expect((await ask('GET', '/app/tokens')).data.length).toBeGreaterThan(0);
    const other = await ask('GET', `/app/colls/${coll}/docs`, undefined, { token: server.tokens.production });
    expect(other.data).toEqual([]);
  });

  it.each([
    ['docs/find', '{"query":{"$where":"sleep(1)"}}', '/query/$where'],
    ['docs/find', '{"query":{"$and":[{"a":{"$not":{"$where":"1"}}}]}}', '/query/$and/0/a/$not/$where'],
    ['docs/find', '{"query":{"$expr":{"$function":{}}}}', '/query/$expr'],
    ['docs/find', '{"query":{"a":{"$regex":"(a+)+\\\\1"}}}', '/query/a/$regex'],
    ['docs/find', '{"query":{"__proto__":{"x":1}}}', '/query/__proto__'],
    ['docs/find', '{"__proto__":{"query":{}}}', undefined],
    ['docs/find', '{"options":{"limit":1000000}}', '/options/limit'],
    ['docs/find', '{"options":{"hint":"a"}}', undefined],
    ['docs/find', '{"projection":{"a":"$b"}}', '/projection/a'],
    ['docs', '{"a\\u0000b":1}', ''],
    ['docs', '{"_id":7}', '/_id'],
    ['insertMany', '{"documents":[{},{"_id":""}]}', '/documents/1/_id'],
    ['insertMany', '{}', '/documents'],
    ['deleteMany', '{}', '/filter'],
    ['deleteMany', '{"filter":{"__proto__":{"x":1}}}', '/filter/__proto__'],
    ['updateMany', '{"filter":{},"update":{"$set":{"a.__proto__.x":1}}}', '/update/$set/a.__proto__.x'],
    ['updateMany', '{"filter":{},"update":[{"$set":{"a":1}}]}', '/update'],
    ['updateMany', '{"filter":{},"update":{"a":1}}', undefined],
    ['updateMany', '{"filter":{},"update":{"$set":{"a":1}},"arrayFilters":[{"$where":"1"}]}', undefined],
    ['aggregate', '{"pipeline":[{"$out":"x"}]}', undefined],
    ['aggregate', '{"pipeline":[{"$facet":{"a":[{"$merge":{"into":"x"}}]}}]}', undefined],
    ['aggregate', '{"pipeline":[{"$lookup":{"from":"system.users","as":"x","pipeline":[]}}]}', undefined],
    [
      'aggregate',
      '{"pipeline":[{"$lookup":{"from":{"db":"earshot","coll":"tokens"},"as":"x","pipeline":[]}}]}',
      undefined,
    ],
  ])('by %s with %s', async (path, body, place) => {
    aColl();
    await create({ _id: 'a' });
    const headers = { authorization: `Bearer ${server.tokens.sandbox}`, 'content-type': 'application/json' };
    const answer = await server.send(`/app/colls/${coll}/${path}`, { headers, body });
    expect(answer.body, answer.text).toMatchObject({ status: 422, code: 'invalid_input' });
    if (place !== undefined) expect(answer.body.errors[0]).toMatchObject({ in: 'body', path: place });
    expect(await find()).toEqual([{ _id: 'a' }]);
  });
});

describe('a crash', () => {
  it('leaves each transaction whole or not at all, with its events', async () => {
    aColl();
    const dataDir = await newFolder();
    let on = await startServer({ dataDir });
    const said = new Set<string>();
    try {
      const forgotten = await begin({ on });
      await create({ _id: 'never' }, { on, transaction: forgotten });
      let isOver = false;
      const write = async (writer: number): Promise<void> => {
        for (let n = 0; !isOver; n++) {
          const group = `${String(writer)}.${String(n)}`;
          const transaction = await begin({ on });
          const documents = [0, 1, 2].map((i) => ({ _id: `${group}.${String(i)}`, group }));
          await ask('POST', '/insertMany', { documents }, { on, transaction });
          await create({ _id: `${group}.3`, group }, { on, transaction });
          await end('commit', transaction, { on });
          said.add(group);
          if (said.size === 20) void on.kill();
        }
      };
      await Promise.all(
        [0, 1, 2].map((writer) =>
          write(writer).catch(() => {
            isOver = true;
          }),
        ),
      );
      await on.kill();
      on = await startServer({ dataDir });
      const docs = (await find({}, { on })) as { _id: string; group: string }[];
      const groups = new Map<string, number>();
      for (const { group } of docs) groups.set(group, (groups.get(group) ?? 0) + 1);
      expect([...groups.values()].every((count) => count === 4)).toBe(true);
      expect([...said].filter((group) => !groups.has(group))).toEqual([]);
      expect(said.size).toBeGreaterThanOrEqual(20);
      const { data } = await ask('GET', `/app/events?type=${coll}.created&limit=250`, undefined, { on });
      expect(data.map((event: any) => event.data._id).sort()).toEqual(docs.map(({ _id }) => _id).sort());
      await end('commit', forgotten, { on, status: 404 });
    } finally {
      await remove(on);
    }
  });
});
