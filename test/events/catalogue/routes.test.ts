import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHttpApp } from '../../../server/http/app.ts';
import { createBodyReader } from '../../../server/http/body.ts';
import { createExposureWatch } from '../../../server/http/exposure.ts';
import { createPager } from '../../../server/http/paging.ts';
import { eventTypeRoutes } from '../../../server/http/routes/eventTypes.ts';
import { createCursorSealer } from '../../../server/lib/cursor.ts';
import { createLoopbackRule } from '../../../server/lib/egress/loopback.ts';
import { createHostCheck } from '../../../server/lib/hostCheck.ts';
import { createIdMaker } from '../../../server/lib/ids.ts';
import { silentLogger } from '../../../server/lib/log.ts';
import { withCheckedAnswers } from '../../http/support/checkAnswers.ts';
import { anEnvironment, aProcess, useDatabase } from './support/catalogue.ts';
import { shopDocument } from './support/shop.ts';

const database = useDatabase();
let env: number;
beforeEach(() => {
  env = anEnvironment();
});

/** The routes of the catalogue over a real one; every answer is held against its description. */
function setUp() {
  const { catalogue, clock } = aProcess(database());
  const host = '127.0.0.1';
  const cursors = createCursorSealer({ key: Buffer.alloc(32, 1), clock });
  const app = createHttpApp({
    routes: withCheckedAnswers(eventTypeRoutes({ eventTypes: catalogue, list: createPager(cursors) })),
    authenticate: (token) =>
      Promise.resolve({
        appUuid: '14361375-54d4-4ddb-8d2d-0dd212e13cd1',
        environmentId: env,
        tokenId: 'tok_1',
        scopes: [token === 'read' ? 'read' : 'write'],
      }),
    hosts: createHostCheck({ host, publicUrl: undefined, allowedHosts: [] }),
    exposure: createExposureWatch({
      loopback: createLoopbackRule({ host, publicUrl: undefined }),
      publicUrl: undefined,
    }),
    metrics: { requestDone: () => undefined },
    log: silentLogger,
    clock,
    newId: createIdMaker(clock.now),
    readBody: createBodyReader({ limitBytes: 1_048_576 }),
    trustProxy: 0,
    isHttps: false,
  });
  const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: object, token = 'write') =>
    request(app)[method](path).set('host', 'localhost').set('authorization', `Bearer ${token}`).send(body);
  return { call };
}

describe('the routes of event types', () => {
  it('make, show, list, change and delete one', async () => {
    const { call } = setUp();
    const made = await call('post', '/app/event-types', { name: 'orders.placed', examples: [{ a: 1 }] });
    expect(made.status).toBe(201);
    expect((await call('get', '/app/event-types/orders.placed')).body).toEqual(made.body);
    expect((await call('get', '/app/event-types')).body).toEqual({ data: [made.body], next_cursor: null });
    expect((await call('patch', '/app/event-types/orders.placed', { deprecated: true })).body.deprecated).toBe(true);
    expect((await call('delete', '/app/event-types/orders.placed')).status).toBe(204);
    expect((await call('get', '/app/event-types/orders.placed')).status).toBe(404);
  });

  it('answer 409 for a name in use and 422 for an example that does not fit', async () => {
    const { call } = setUp();
    await call('post', '/app/event-types', { name: 'a' });
    expect((await call('post', '/app/event-types', { name: 'a' })).body).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    const unfit = { name: 'b', schema: { type: 'object' }, examples: ['text'] };
    expect((await call('post', '/app/event-types', unfit)).body).toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ in: 'body', path: '/examples/0' }],
    });
  });

  it.each([
    [{ name: 'a b' }, '/name'],
    [{ name: 'a', channel: 'x.y' }, '/channel'],
    [{ name: 'a', schema: 'object' }, '/schema'],
    [{ name: 'a', examples: Array.from({ length: 11 }, () => 1) }, '/examples'],
  ])('refuse %j', async (body, path) => {
    const { call } = setUp();
    const answer = await call('post', '/app/event-types', body);
    expect(answer.body).toMatchObject({ status: 422, errors: [expect.objectContaining({ path })] });
  });

  it('page through a list with filters', async () => {
    const { call } = setUp();
    await call('post', '/app/event-types/packs/built');
    const names: string[] = [];
    let query: string | null = '';
    while (query !== null) {
      const { status, body } = await call('get', `/app/event-types?pack=built&limit=30${query}`);
      expect(status).toBe(200);
      names.push(...(body.data as { name: string }[]).map(({ name }) => name));
      query = body.next_cursor === null ? null : `&cursor=${encodeURIComponent(body.next_cursor as string)}`;
    }
    expect(names).toHaveLength(77);
    expect(names).toEqual([...names].sort());
    const { body } = await call('get', '/app/event-types?channel=ledgers&deprecated=false');
    expect(body.data).toHaveLength(3);
  });

  it('list packs and install them, whatever types are called', async () => {
    const { call } = setUp();
    const before = await call('get', '/app/event-types/packs');
    expect(before.body).toMatchObject({ data: [{ installed: false }, {}, {}], next_cursor: null });
    const installed = await call('post', '/app/event-types/packs/lehjah');
    expect(installed.body.created).toHaveLength(13);
    expect((await call('get', '/app/event-types/packs')).body.data[0].installed).toBe(true);
    expect((await call('post', '/app/event-types/packs/unknown')).status).toBe(404);
    expect((await call('post', '/app/event-types', { name: 'packs' })).status).toBe(422);
  });

  it('import a document', async () => {
    const { call } = setUp();
    const dry = await call('post', '/app/event-types/import', { document: shopDocument, dry_run: true });
    expect(dry.body.created).toHaveLength(4);
    expect((await call('get', '/app/event-types')).body.data).toEqual([]);
    const answer = await call('post', '/app/event-types/import', { document: shopDocument });
    expect([answer.status, answer.body]).toEqual([200, dry.body]);
    const bad = await call('post', '/app/event-types/import', { document: { openapi: '2.0' } });
    expect(bad.body).toMatchObject({ status: 422, errors: [{ in: 'body', path: '/document/openapi' }] });
  });

  it('show and change the settings of events', async () => {
    const { call } = setUp();
    expect((await call('get', '/app/event-settings')).body).toEqual({ unfit_events: 'reject' });
    expect((await call('patch', '/app/event-settings', { unfit_events: 'flag' })).body).toEqual({
      unfit_events: 'flag',
    });
    expect((await call('patch', '/app/event-settings', { unfit_events: 'drop' })).status).toBe(422);
    expect((await call('patch', '/app/event-settings', {})).status).toBe(422);
  });

  it('change nothing for a token that may only read', async () => {
    const { call } = setUp();
    for (const [method, path] of [
      ['post', '/app/event-types'],
      ['post', '/app/event-types/import'],
      ['post', '/app/event-types/packs/lehjah'],
      ['patch', '/app/event-types/a'],
      ['delete', '/app/event-types/a'],
      ['patch', '/app/event-settings'],
    ] as const) {
      expect((await call(method, path, {}, 'read')).status, path).toBe(403);
    }
  });
});
