import request, { type Test } from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../server/http/route.ts';
import { testApp } from './support/app.ts';
import { CRON_ID } from './support/clockwork.ts';
import { COLL, DOC_ID, TRANSACTION_ID } from './support/data.ts';
import { DELIVERY_ID, EVENT_ID, EVENT_TYPE, RECOVERY_ID, RULE_ID } from './support/outboundRecords.ts';
import { RUN_ID, TOKEN_ID, WEBHOOK_UUID } from './support/records.ts';
import { COOKIE, SESSION_ID, USER_ID } from './support/users.ts';

/** Ids of things that exist, in environment 1 only. */
const KNOWN: Readonly<Record<string, string>> = {
  uuid: WEBHOOK_UUID,
  name: 'exampleListener',
  session_id: SESSION_ID,
};
const ID_BELOW: Readonly<Record<string, string>> = {
  runs: RUN_ID,
  jobs: RUN_ID,
  crons: CRON_ID,
  tokens: TOKEN_ID,
  events: EVENT_ID,
  rules: RULE_ID,
  deliveries: DELIVERY_ID,
  recoveries: RECOVERY_ID,
  'event-types': EVENT_TYPE,
  colls: DOC_ID,
  transactions: TRANSACTION_ID,
  users: USER_ID,
  sessions: SESSION_ID,
};
const ID = /(run|crn|tok|evt|rul|dlv|rcv|doc|txn|usr)_\w+/;
/** Nouns whose `:name` belongs to an environment, and is no listener's. */
const NAMED = new Set(['event-types', 'crons']);
const ABSENT: Readonly<Record<string, string>> = {
  uuid: '00000000-0000-4000-8000-000000000000',
  name: 'exampleListener',
  session_id: SESSION_ID,
};

function pathOf({ path }: Route, ids: Readonly<Record<string, string>>): string {
  const noun = path.split('/')[2] ?? '';
  return path
    .replace(':coll', COLL)
    .replace(/:(\w+)/g, (_all, name: string) =>
      path.includes('/packs/') ? 'built' : ((NAMED.has(noun) ? undefined : ids[name]) ?? ID_BELOW[noun] ?? ''),
    );
}

function absentPathOf(route: Route): string {
  return pathOf(route, ABSENT).replace(ID, `$1_${'0'.repeat(26)}`);
}

function call(route: Route, path: string, token?: string, server = testApp()): Test {
  const test = request(server.app)[route.method](path);
  if (path.includes('/transaction/')) test.set('x-transaction', TRANSACTION_ID);
  if (token !== undefined) test.set('authorization', `Bearer ${token}`);
  if (isForBrowsers(route)) test.set({ host: 'localhost:4000', origin: 'http://localhost:4000', cookie: COOKIE });
  return route.body === undefined ? test : test.send(route.example ?? {});
}

const { routes } = testApp();
const isForBrowsers = ({ auth }: Route): boolean => auth === 'browser' || auth === 'session';
const forBrowsers = routes.filter(isForBrowsers);
const guarded = routes.filter((route) => !['public', 'operator'].includes(route.auth) && !isForBrowsers(route));
/** The listener in a path belongs to the app, not to an environment, and a collection need not be there. */
const withIds = guarded.filter(({ path }) => /:(?!name|coll)|crons\/:name/.test(path));
const named = (list: readonly Route[]) => list.map((route) => [`${route.method} ${route.path}`, route] as const);

describe('every route', () => {
  it('is there once', () => {
    const keys = routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(withIds.length).toBeGreaterThanOrEqual(9);
  });

  it.each(named(routes))('%s answers as its description says', async (_name, route) => {
    const answer = await call(route, pathOf(route, KNOWN), 'production-admin');
    expect(Object.keys(route.responses)).toContain(String(answer.status));
  });

  it.each(named(guarded))('%s opens with its own scope and with no smaller one', async (_name, route) => {
    const smaller = { read: undefined, write: 'read', admin: 'write' }[route.auth as 'read'] as string | undefined;
    const path = pathOf(route, KNOWN);
    expect((await call(route, path)).status).toBe(401);
    expect((await call(route, path, `production-${route.auth}`)).status).toBeLessThan(300);
    if (smaller !== undefined) expect((await call(route, path, `production-${smaller}`)).status).toBe(403);
  });
});

describe('every route for browsers', () => {
  it.each(named(forBrowsers))('%s takes a cookie, and a token in its place for nothing', async (_name, route) => {
    const path = pathOf(route, KNOWN);
    const bare = request(testApp().app)
      [route.method](path)
      .set({ host: 'localhost:4000', origin: 'http://localhost:4000' });
    const answer = await bare.set('authorization', 'Bearer production-admin').send(route.example ?? {});
    expect(answer.status === 401).toBe(route.auth === 'session');
  });

  it.each(named(forBrowsers.filter(({ method }) => method !== 'get')))(
    '%s is closed to pages of other origins',
    async (_name, route) => {
      const answer = await call(route, pathOf(route, KNOWN)).set('origin', 'http://evil.test');
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
    },
  );
});

describe('a token of one environment and an id of another', () => {
  it.each(named(withIds))('%s answers the same 404 as for an id that does not exist', async (_name, route) => {
    const bodies = [];
    for (const [token, path] of [
      ['sandbox-admin', pathOf(route, KNOWN)],
      ['sandbox-admin', absentPathOf(route)],
      ['production-admin', absentPathOf(route)],
      ['sandbox-admin', pathOf(route, { uuid: 'no-uuid' }).replace(ID, 'no-id')],
    ] as const) {
      const answer = await call(route, path, token).set('x-request-id', 'same');
      expect(answer.status).toBe(404);
      bodies.push(answer.text);
    }
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('"code":"not_found"');
  });

  it.each(
    named(
      guarded.filter(
        ({ path, query }) =>
          !path.includes('/:name/') &&
          query !== undefined &&
          'cursor' in (query as { properties?: object }).properties!,
      ),
    ),
  )('%s lists nothing and takes no cursor of the other environment', async (_name, route) => {
    const server = testApp();
    const path = pathOf(route, KNOWN);
    const own = await call(route, path, 'production-admin', server);
    expect(own.body.data).toHaveLength(1);
    const cursor = encodeURIComponent(own.body.next_cursor as string);
    const other = await call(route, path, 'sandbox-admin', server);
    expect(other.body).toEqual({ data: [], next_cursor: null });
    const stolen = await call(route, `${path}?cursor=${cursor}`, 'sandbox-admin', server);
    expect(stolen.body).toMatchObject({ status: 400, code: 'invalid_cursor' });
  });
});

describe('lists', () => {
  it('lead to their end page by page', async () => {
    const server = testApp();
    const pages: unknown[] = [];
    let next: string | null = '';
    while (next !== null) {
      const query: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const answer = await request(server.app)
        .get(`/app/runs?status=succeeded${query}`)
        .set('authorization', 'Bearer production-read');
      expect(answer.status).toBe(200);
      pages.push(answer.body.data);
      next = answer.body.next_cursor as string | null;
    }
    expect(pages).toHaveLength(3);
  });

  it.each(['&status=dead', '&action=a'])('refuse a cursor together with other filters: %s', async (more) => {
    const server = testApp();
    const list = (query: string) =>
      request(server.app).get(`/app/runs${query}`).set('authorization', 'Bearer production-read');
    const first = await list('');
    const answer = await list(`?cursor=${encodeURIComponent(first.body.next_cursor as string)}${more}`);
    expect(answer.body.code).toBe('invalid_cursor');
  });
});
