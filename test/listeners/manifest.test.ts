/** What `views/manifest.ts` may say, and what is told of what it may not. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ViewCodeDeps } from '../../server/listeners/views.ts';
import { startViews, treeOf, type Files, type Views } from './support.ts';

const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function views(files: Files, deps: Partial<ViewCodeDeps> = {}) {
  const app = await startViews(files, deps);
  closings.push(app.stop);
  return app;
}

const empty = { pages: [], json: [], schemas: {} };
const plain = 'export default () => null;\n';
const orders: Files = { 'views/orders/list.ts': plain, 'views/orders/one.ts': plain };

/** A manifest with these members over the two views of orders. */
const withManifest = (manifest: object) =>
  views({ ...orders, 'views/manifest.ts': `export default ${JSON.stringify(manifest)};\n` });

describe('a manifest', () => {
  it('is not needed, nor is a folder of views', async () => {
    for (const files of [{}, orders]) {
      const { code } = await views(files);
      expect(code.manifest()).toEqual(empty);
      expect(code.problems()).toEqual([]);
    }
  });

  it('is an object, or a function that gives one, with the sdk at hand; roles that are not given are filled in', async () => {
    const text = (value: string) => `import { defineManifest, Type, view } from 'earshot';
      const schema = Type.Object({ id: Type.Integer() });
      const manifest = defineManifest({
        pages: [{ path: '/orders', view: view('orders.list', { find: { coll: 'orders', query: { owner: '@me' } } }), title: 'Orders' }],
        json: [{ path: '/orders/:id', view: view('orders.one'), roles: ['guest'], params: schema }],
        schemas: { orders: Type.Object({ total: Type.Number() }) },
      });
      export default ${value};\n`;
    for (const value of ['manifest', '() => manifest']) {
      const { code } = await views({ ...orders, 'views/manifest.ts': text(value) });
      expect(code.problems()).toEqual([]);
      expect(code.manifest()).toEqual({
        pages: [
          {
            path: '/orders',
            view: { _type: 'view', name: 'orders.list', find: { coll: 'orders', query: { owner: '@me' } } },
            title: 'Orders',
            roles: ['user'],
          },
        ],
        json: [
          {
            path: '/orders/:id',
            view: { _type: 'view', name: 'orders.one' },
            roles: ['guest'],
            params: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
          },
        ],
        schemas: { orders: { type: 'object', required: ['total'], properties: { total: { type: 'number' } } } },
      });
    }
  });

  describe('that cannot be used as a whole', () => {
    let app: Views;
    beforeAll(async () => {
      app = await startViews(orders, { importTimeoutMs: 1_500 });
    });
    afterAll(() => app.stop());

    it.each([
      ['export default 3;\n', /expected an object with pages, json, schemas, found a number\.$/],
      ['export const pages = [];\n', /the manifest: expected a default export, found none\.$/],
      ["throw new Error('at import');\n", /it does not load: at import\.$/],
      ["export default () => { throw new Error('no routes today'); };\n", /it cannot be evaluated: no routes today\.$/],
      ['export default async () => ({});\n', /what it returned is a promise; a manifest must be synchronous\.$/],
      ['export default ( {\n', /views\/manifest\.ts:1:\d+: /],
      ['export default () => { for (;;); };\n', /it ran longer than its 1500 ms\.$/],
      ['export default () => { process.exit(1); };\n', /it ended its process\.$/],
    ])('is told, and the views stand: %s', async (text, words) => {
      app.write({ 'views/manifest.ts': text });
      await app.code.reload();
      expect(app.code.problems()).toEqual([expect.stringMatching(words)]);
      expect(app.code.problems()[0]).toMatch(/^views\/manifest\.ts: /);
      expect(app.code.manifest()).toEqual(empty);
      expect(treeOf(await app.render('orders.list'))).toBeNull();
    });
  });

  it('stands once: a second file of that name is told', async () => {
    const { code } = await views({
      ...orders,
      'views/manifest.js': 'export default { pages: [{ path: "/", view: { _type: "view", name: "orders.list" } }] };\n',
      'views/manifest.ts': 'export default {};\n',
    });
    expect(code.problems()).toEqual(['views/manifest.ts: it is not used, for there is views/manifest.js.']);
    expect(code.manifest().pages).toHaveLength(1);
  });
});

describe('a route that cannot be used', () => {
  const list = { _type: 'view', name: 'orders.list' };

  it('is left out and told with what was expected; the others stand', async () => {
    const { code } = await withManifest({
      pages: [
        { path: 'orders', view: list },
        { path: '/', view: list },
        { path: '/a', view: { _type: 'view', name: 'order.list' } },
        { path: '/b' },
        { path: '/c', view: list, role: ['user'] },
        { path: '/d', view: { ...list, find: { coll: 'orders', options: { limit: 5000 } } } },
        { path: '/e//f', view: list },
        { path: '/g/*', view: list },
        { path: '/apps/:id', view: list },
        { path: '/h', view: list, roles: [] },
        'no route',
        { path: '/i', view: list },
      ],
      json: { '/': list },
      routes: [],
    });
    expect(code.manifest()).toMatchObject({ pages: [{ path: '/' }, { path: '/i' }], json: [] });
    const expected = [
      'routes: there is no such member; expected pages, json, schemas.',
      "pages[0] 'orders': /path expected text that matches ^/.",
      "pages[2] '/a': there is no view named 'order.list'; there is 'orders.list', 'orders.one'.",
      "pages[3] '/b': /view is required.",
      "pages[4] '/c': /role is not known here; known are path, view, roles, title, params, query.",
      "pages[5] '/d': /view/find/options/limit expected a number <= 250, found 5000.",
      "pages[6] '/e//f': expected a path without empty segments, such as /orders/:id.",
      "pages[7] '/g/*': expected segments of plain text or :name; there are no wildcards, and no query.",
      "pages[8] '/apps/:id': /apps is the platform's own.",
      "pages[9] '/h': /roles expected at least 1 items, found 0.",
      'pages[10]: it expected an object, found a string.',
      'json: expected a list of routes, found an object.',
    ];
    expect(code.problems()).toEqual(expected.map((sentence) => `views/manifest.ts: ${sentence}`));
  });

  it('is one that nobody can reach, because another before it fits the same paths for the same people', async () => {
    const at = (path: string, more: object = {}) => ({ path, view: list, ...more });
    const { code } = await withManifest({
      pages: [
        at('/orders/:id', { roles: ['admin'] }),
        at('/orders/:order'), //                                for those who are no admins
        at('/orders/new', { roles: ['sales'] }), //             never reached: sales are users
        at('/orders/:id', { roles: ['guest'] }), //             for those who have not signed in
        at('/orders/:id/lines'),
        at('/bills/:id', { params: { type: 'object', properties: { id: { type: 'integer' } } } }),
        at('/bills/:name'), //                                  for ids that are no numbers
        at('/bills/:other'), //                                 never reached
        at('/orders/:id/lines'), //                             never reached
      ],
      json: [at('/orders/:id')],
    });
    const reason = (where: string, first: string) =>
      `views/manifest.ts: pages[${where}: nobody can reach it: pages[${first} comes before it and fits the same paths.`;
    expect(code.problems()).toEqual([
      reason("2] '/orders/new'", "1] '/orders/:order'"),
      reason("7] '/bills/:other'", "6] '/bills/:name'"),
      reason("8] '/orders/:id/lines'", "4] '/orders/:id/lines'"),
    ]);
    expect(code.manifest().pages).toHaveLength(6);
    expect(code.manifest().json).toHaveLength(1);
  });

  it('is not one whose view does not load: the page shows why', async () => {
    const app = await views({
      'views/broken.ts': 'export default ( {\n',
      'views/manifest.ts': 'export default { pages: [{ path: "/", view: { _type: "view", name: "broken" } }] };\n',
    });
    expect(app.code.manifest().pages).toHaveLength(1);
    expect(app.code.problems()).toEqual([
      expect.stringMatching(/^View 'broken' in views\/broken\.ts: it does not load/),
    ]);
    expect(await app.render('broken')).toEqual({ status: 'failed', message: app.code.problems()[0] });
  });
});

describe('a schema of a collection', () => {
  it('that cannot be used is left out and told', async () => {
    const { code } = await withManifest({
      schemas: {
        orders: { type: 'object' },
        'no name!': {},
        lines: { type: 'objekt' },
        notes: 3,
        bills: { properties: { id: { pattern: '(?=a)' } } },
      },
    });
    expect(code.manifest().schemas).toEqual({ orders: { type: 'object' } });
    const told = code
      .problems()
      .map((sentence) => /^views\/manifest\.ts: schemas\.([^:]+): .+\.$/s.exec(sentence)?.[1]);
    expect(told).toEqual(['no name!', 'lines', 'notes', 'bills']);
  });
});

describe('a reload', () => {
  it('keeps the manifest while the file cannot be used, and takes the new one when it can', async () => {
    const text = (path: string) =>
      `export default { pages: [{ path: '${path}', view: { _type: 'view', name: 'orders.list' } }] };\n`;
    const app = await views({ ...orders, 'views/manifest.ts': text('/one') });
    let changes = 0;
    const end = app.code.onChange(() => changes++);
    app.write({ 'views/manifest.ts': 'export default {{;\n' });
    await app.code.reload();
    expect(app.code.problems()).toHaveLength(1);
    expect(app.code.manifest().pages).toMatchObject([{ path: '/one' }]);
    app.write({ 'views/manifest.ts': text('/two') });
    await app.code.reload();
    expect(app.code.problems()).toEqual([]);
    expect(app.code.manifest().pages).toMatchObject([{ path: '/two' }]);
    await app.code.reload();
    expect(changes).toBe(2);
    end();
    app.write({ 'views/manifest.ts': text('/three') });
    await app.code.reload();
    expect(changes).toBe(2);
  });

  it('gives new renders the new code, of views and of what they import', async () => {
    const app = await views({
      'views/version.ts': "import { version } from '../lib/version.ts';\nexport default () => version;\n",
      'lib/version.ts': 'export const version: number = 1;\n',
    });
    expect(treeOf(await app.render('version'))).toBe(1);
    app.write({ 'lib/version.ts': 'export const version: number = 2;\n' });
    await app.code.reload();
    expect(treeOf(await app.render('version'))).toBe(2);
  });

  it('comes by itself when it watches, even where the folder was not there at the start', async () => {
    const app = await views({}, { watch: true });
    let changes = 0;
    app.code.onChange(() => changes++);
    app.write({
      'views/late.ts': 'export default () => 1;\n',
      'views/manifest.ts': 'export default { pages: [{ path: "/", view: { _type: "view", name: "late" } }] };\n',
    });
    await expect.poll(() => app.code.manifest().pages?.length, { timeout: 20_000 }).toBe(1);
    expect(changes).toBeGreaterThan(0);
    app.write({ 'views/late.ts': 'export default () => 2;\n' });
    const rendered = async () => {
      const one = await app.render('late');
      return one.status === 'rendered' && one.value;
    };
    await expect.poll(rendered, { timeout: 20_000 }).toBe(2);
  });
});
