/** The module for any web page: JSON routes, live, with listeners as functions. */
import { expect, test } from 'vitest';
import type * as Declared from '../../server/client/public/sdk.d.ts';
import type * as Sdk from '../../server/client/sdk.ts';
import { createCallables } from '../../server/client/live/callables.ts';
import { until } from '../support/until.ts';
import { listener, openPage, startServer } from './harness.ts';

test('a page without a framework follows a route, runs its listeners and learns of their ends', async () => {
  const server = await startServer();
  server.set('/counter', { count: 1, onIncrement: listener('increment') });
  server.onRun(({ code }) => {
    server.set('/counter', { count: 2, onIncrement: listener('increment') });
    return code === 'increment'
      ? { status: 'succeeded', result: { was: 1 } }
      : { status: 'dead', error: { code: 'listener_error', message: 'no' } };
  });
  const { page } = await openPage(server, '/_earshot/gallery');
  // A string: the path of the module is the server's.
  const seen = await page.evaluate(`(async () => {
    const { connect, EarshotError } = await import('/sdk.js');
    const earshot = connect(location.origin, 'ear_token');
    const states = [];
    earshot.onState((state) => states.push(state));
    const seen = [];
    let told;
    const changed = () => new Promise((resolve) => (told = resolve));
    const first = changed();
    const route = earshot.route('/counter', (data) => { seen.push(data.count); told(data); }, { query: { a: 'b' } });
    const data = await first;
    const second = changed();
    const result = await data.onIncrement({ by: 1 });
    await second;
    const viaRun = await route.run(data.onIncrement);
    const failed = await route.run({ _type: 'listener', code: 'other' }).catch((error) => [error instanceof EarshotError, error.code]);
    route.close();
    earshot.close();
    return { seen, result, viaRun, failed, states };
  })()`);
  expect(seen).toEqual({
    seen: [1, 2],
    result: { was: 1 },
    viaRun: { was: 1 },
    failed: [true, 'listener_error'],
    states: ['connecting', 'live', 'stopped'],
  });
  expect(server.auths.at(-1)).toEqual({ token: 'ear_token', environment: 'production' });
  expect(server.opens).toEqual([{ kind: 'json', path: '/counter', query: { a: 'b' } }]);
  expect(server.runs[0]).toMatchObject({ code: 'increment', event: { by: 1 } });
});

test('a route that is not there is told to onError', async () => {
  const server = await startServer();
  const { page } = await openPage(server, '/_earshot/gallery');
  const code = await page.evaluate(`import('/sdk.js').then(({ connect }) => new Promise((resolve) => {
    const earshot = connect(location.origin);
    earshot.route('/nothing', () => resolve('data'), { onError: (error) => resolve(error.code) });
  }))`);
  expect(code).toBe('not_found');
});

test('what is the same in two trees is the same in what is given to the page', () => {
  const run = () => Promise.resolve(null);
  const { of, codeOf } = createCallables(run);
  const rows = { a: { n: 1, onShip: listener('ship') } };
  const first = of({ rows, at: 1 }) as { rows: { a: { onShip: unknown } } };
  const second = of({ rows, at: 2 }) as typeof first;
  expect(second.rows).toBe(first.rows);
  expect(codeOf(first.rows.a.onShip)).toBe('ship');
});

test('its types are delivered with it, and are those of the module', async () => {
  const server = await startServer();
  expect(await (await fetch(`${server.url}/sdk.d.ts`)).text()).toContain('export declare function connect');
  // Checked by the compiler.
  const declared = (connect: typeof Sdk.connect): typeof Declared.connect => connect;
  const real = (earshot: ReturnType<typeof Declared.connect>): Omit<Sdk.Earshot, 'route'> => earshot;
  const states = (state: Declared.State): Sdk.State => state;
  expect([declared, real, states]).toHaveLength(3);
});

test('sdk.js is one module that imports nothing', async () => {
  const server = await startServer();
  const text = await until('the module', async () => (await fetch(`${server.url}/sdk.js`)).text());
  expect(text).not.toMatch(/^\s*import\s|import\s*\(/m);
});
