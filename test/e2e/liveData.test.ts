/**
 * Data changed over HTTP, seen by a client of JSON routes: what it has after applying patches is what whoever opens now
 * is given, and what the data API finds. Through the built server, with nothing of it replaced.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { connectTo, type Client } from './support/follower.ts';

const APP = new URL('views/data', import.meta.url).pathname;

let server: TestServer;
const clients: Client[] = [];

beforeAll(async () => {
  server = await startServer({ env: { LISTENERS_DIR: `${APP}/listeners`, VIEWS_DIR: `${APP}/views` } });
}, 120_000);
afterAll(() => remove(server));
afterEach(() => clients.splice(0).forEach(({ socket }) => socket.disconnect()));

async function connect(options?: { readonly isGuest: boolean }): Promise<Client> {
  const client = await connectTo(server, options);
  clients.push(client);
  return client;
}

async function opened(path: string, query?: Record<string, string>): Promise<any> {
  const client = await connect();
  const { tree } = await client.open(path, query);
  client.socket.disconnect();
  return tree();
}

async function ask(method: string, path: string, body?: object, transaction?: string): Promise<any> {
  const answer = await server.send(path, {
    method,
    headers: {
      authorization: `Bearer ${server.tokens.sandbox}`,
      'content-type': 'application/json',
      ...(transaction !== undefined && { 'x-transaction': transaction }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (answer.status >= 500 || answer.status === 429) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer;
}

const find = async (query: object, options: object): Promise<any[]> =>
  (await ask('POST', '/app/colls/items/docs/find', { query, options })).body as any[];
const clear = () => ask('POST', '/app/colls/items/deleteMany', { filter: {} });

const docs = fc.record(
  {
    n: fc.integer({ min: 0, max: 8 }),
    status: fc.constantFrom('open', 'closed'),
    tags: fc.subarray(['x', 'y', 'z']),
    gone: fc.boolean(),
    note: fc.constantFrom('a/b', '~c', '', 'été'),
  },
  { requiredKeys: ['n', 'status', 'tags'] },
);
const ids = fc.integer({ min: 0, max: 9 }).map((i) => `i${i}`);

interface Write {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}
const one = fc.oneof(
  fc
    .record({ id: ids, doc: docs })
    .map(({ id, doc }) => ({ method: 'POST', path: '/docs', body: { _id: id, ...doc } })),
  fc
    .record({ id: ids, doc: docs })
    .map(({ id, doc }) => ({ method: 'PUT', path: `/docs/${id}?upsert=true`, body: doc })),
  fc
    .record({ id: ids, doc: docs })
    .map(({ id, doc: { n, note } }) => ({ method: 'PATCH', path: `/docs/${id}`, body: { n, note: note ?? 'new' } })),
  ids.map((id) => ({ method: 'DELETE', path: `/docs/${id}` })),
  fc.array(fc.record({ id: ids, doc: docs }), { minLength: 1, maxLength: 6 }).map((many) => ({
    method: 'POST',
    path: '/insertMany',
    body: { documents: many.map(({ id, doc }) => ({ _id: id, ...doc })) },
  })),
  fc.record({ n: fc.integer({ min: 0, max: 8 }), by: fc.integer({ min: -2, max: 2 }) }).map(({ n, by }) => ({
    method: 'POST',
    path: '/updateMany',
    body: { filter: { n: { $gte: n } }, update: { $inc: { n: by }, $pull: { tags: 'z' } } },
  })),
  fc.constantFrom('open', 'closed').map((status) => ({
    method: 'POST',
    path: '/updateMany',
    body: { filter: { status, n: { $lt: 4 } }, update: { $unset: { gone: '' }, $set: { status: 'open' } } },
  })),
);
type Step = { readonly alone: Write } | { readonly together: readonly Write[]; readonly isKept: boolean };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: one.map((alone) => ({ alone })) },
    {
      weight: 1,
      arbitrary: fc.record({ together: fc.array(one, { minLength: 1, maxLength: 3 }), isKept: fc.boolean() }),
    },
  ),
  { minLength: 1, maxLength: 14 },
);

async function make(step: Step): Promise<void> {
  const write = ({ method, path, body }: Write, transaction?: string) =>
    ask(method, `/app/colls/items${path}`, body, transaction);
  if ('alone' in step) {
    await write(step.alone);
    return;
  }
  const id = (await ask('POST', '/app/transactions')).body.id as string;
  for (const each of step.together) await write(each, id);
  await ask('POST', `/app/transactions/${id}/${step.isKept ? 'commit' : 'abort'}`);
}

/** What the data API finds, as the routes show it, listeners left out. */
async function expected(): Promise<readonly unknown[]> {
  const [sorted, open, tagged, top] = await Promise.all([
    find({}, { sort: { n: -1, _id: 1 }, skip: 1, limit: 4 }),
    find({ status: 'open', n: { $gte: 3 } }, { sort: { _id: 1 } }),
    find({ tags: { $in: ['x', 'y'] }, gone: { $exists: false } }, { sort: { _id: -1 } }),
    find({}, { sort: { n: -1, _id: 1 }, limit: 1 }),
  ]);
  const rows = (items: readonly any[]) => ({
    order: items.map(({ _id }) => _id as string),
    rows: Object.fromEntries(items.map((item) => [item._id, item])),
  });
  const tags = tagged.map(({ _id, tags: all }) => ({ _id, tags: all }));
  return [rows(sorted), rows(open), { count: open.length + tagged.length, open, tags, top: rows(top) }];
}

function withoutListeners(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree), (_, value: any) => (value?._type === 'listener' ? undefined : value));
}

describe('after any sequence of writes over HTTP', () => {
  const paths = ['/sorted', '/filtered', '/both'];

  it('what a client has patched is what a new one is given, and what there is', async () => {
    let patches = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        await clear();
        const client = await connect();
        const routes = await Promise.all(paths.map((path) => client.open(path)));
        for (const step of sequence) await make(step);
        const wanted = await expected();
        const have = () => routes.map(({ tree }) => tree());
        await until('the patches', () => same(withoutListeners(have()), wanted), 8_000).catch(() => undefined);
        expect(withoutListeners(have())).toEqual(wanted);
        expect(have()).toEqual(await Promise.all(paths.map((path) => opened(path))));
        patches += routes.reduce((sum, route) => sum + route.patches(), 0);
        client.socket.disconnect();
      }),
      { numRuns: 20, endOnFailure: true },
    );
    expect(patches).toBeGreaterThan(20);
  }, 240_000);
});

function same(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

describe('a listener that stands in a JSON route', () => {
  it('sets the state of its connection, which its views see, and no other one', async () => {
    const [mine, theirs] = [await connect(), await connect()];
    const [here, there] = [await mine.open('/state'), await theirs.open('/state')];
    expect(here.tree().state).toEqual({});
    await mine.press(here, here.tree().set, { step: 2, name: 'a' });
    await until('the state', () => here.tree().state.step === 2);
    await mine.press(here, here.tree().set, { step: null });
    await until('less of it', () => !('step' in here.tree().state));
    expect(here.tree().state).toEqual({ name: 'a' });
    expect(there.tree().state).toEqual({});
    expect(there.patches()).toBe(0);
  });

  it('is answered when its run is stored, and told of when it has ended', async () => {
    const client = await connect();
    const route = await client.open('/state');
    const signal = randomUUID();
    const { run, press } = await client.press(route, route.tree().wait, signal);
    expect(await server.getRun(run)).toMatchObject({ status: expect.stringMatching(/queued|running/) });
    expect(client.ended).toEqual([]);
    await ask('POST', '/app/colls/signals/docs', { _id: signal });
    await until('the end', () => client.ended.length > 0);
    expect(client.ended).toEqual([{ run, press, status: 'succeeded', result: { waitedFor: signal } }]);
    expect(await server.getRun(run)).toMatchObject({ status: 'succeeded', trigger: { type: 'view' } });
  });

  it('is told of when it has failed, with its words', async () => {
    const client = await connect();
    const route = await client.open('/state');
    const { run, press } = await client.press(route, route.tree().fail);
    const [end] = await until('the end', () => client.ended.length > 0 && client.ended);
    expect(end).toMatchObject({ run, press, error: { code: 'listener_error', message: 'not today' } });
    expect(end!.status).toMatch(/retrying|dead/);
  });
});

describe('a placeholder that stands for nothing', () => {
  it('finds nothing, whatever it is compared by, and for a guest as for a token', async () => {
    await clear();
    const planted = [{ owner: '@me' }, { owner: null }, {}, { owner: 'somebody' }, { owner: '@query.name' }];
    for (const token of [server.tokens.sandbox, server.tokens.production]) {
      const body = { documents: planted };
      expect((await server.api('POST', '/app/colls/items/insertMany', body, token)).status).toBe(201);
    }
    for (const client of [await connect(), await connect({ isGuest: true })]) {
      for (const path of ['/mine', '/others', '/named']) {
        const { tree } = await client.open(path);
        expect(tree(), path).toEqual({ order: [], rows: {} });
      }
      const { tree } = await client.open('/named', { name: 'somebody' });
      expect(tree().order).toHaveLength(1);
      expect((await client.open('/named', { name: '@me' })).tree().order).toHaveLength(1);
    }
  });
});

describe('a collection with a schema', () => {
  it('refuses what does not fit with 422 and the place, whichever way it comes, and changes nothing', async () => {
    const coll = '/app/colls/orders';
    const fits = { _id: 'o1', amount: 5, lines: [{ sku: 'a' }] };
    expect((await ask('POST', `${coll}/docs`, fits)).status).toBe(201);
    const bad: readonly [method: string, path: string, body: object, place: string][] = [
      ['POST', '/docs', { amount: -1 }, '/amount'],
      ['POST', '/docs', { amount: 1, lines: [{ sku: 'a' }, { sku: 2 }] }, '/lines/1/sku'],
      ['PUT', '/docs/o1', { amount: 'much' }, '/amount'],
      ['PATCH', '/docs/o1', { amount: 1.5 }, '/amount'],
      ['POST', '/updateMany', { filter: {}, update: { $inc: { amount: -9 } } }, '/amount'],
      ['POST', '/insertMany', { documents: [{ amount: 1 }, { amount: -1 }] }, '/amount'],
    ];
    for (const [method, path, body, place] of bad) {
      const answer = await ask(method, coll + path, body);
      expect({ status: answer.status, body: answer.body }, `${method} ${path}`).toMatchObject({
        status: 422,
        body: { code: 'schema_mismatch', errors: [{ path: place }] },
      });
    }
    expect((await ask('POST', `${coll}/docs/find`, {})).body).toEqual([fits]);
  });
});
