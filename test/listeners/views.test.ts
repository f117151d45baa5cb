/** What a view is given and what comes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogLine } from '../../server/schemas/run.ts';
import { aContext, startViews, treeOf, type Views } from './support.ts';

const printed: [string, readonly LogLine[]][] = [];
let app: Views;

beforeAll(async () => {
  app = await startViews(
    {
      'views/hello.ts': 'export default () => ({ _type: "text", value: "hello" });\n',
      'views/orders/list.ts':
        "import { count } from '../_lib/count.ts';\nexport default (data: unknown[]) => count(data);\n",
      'views/_lib/count.ts': 'export const count = (list: readonly unknown[]): number => list.length;\n',
      'views/parts.ts':
        'export function head() { return 1; }\nexport function foot() { return 2; }\nexport const limit = 3;\n',
      'views/echo.ts': 'export default (data: any, props: any) => ({ data, props });\n',
      'views/dates.ts': 'export default ([{ at }]: any) => [at instanceof Date, at.getTime(), new Date(at)];\n',
      'views/mutate.ts':
        "export default (data: any, props: any, context: any) => { data.push({ n: 1 }); data[0].n++; props.n++; context.query.status = 'changed'; return [data[0].n, props.n, data.length]; };\n",
      'views/freeze.ts':
        "export default (_: any, __: any, context: any) => { context.me = 'somebody else'; return context.me; };\n",
      'views/sdk.ts': `import { view, listener, action } from 'earshot';
export default () => [
  view('orders.row', { key: 'a', props: { n: 1 }, find: { coll: 'orders' } }), view('plain'),
  listener('pay', { id: 1 }), listener('cancel'),
  action.navigate('/'), action.navigate('/', { replace: true }), action.setQuery({ status: null, q: '$value' }),
  action.open('edit'), action.close(), action.close('edit'), action.copy('text'), action.toast('Saved', 'success'),
  action.toast('Saved'), action.download('a.csv', 'a,b'),
];\n`,
      'views/print.ts':
        "export default (_: any, __: any, context: any) => { console.log('looking', context); return 1; };\n",
      'views/inspect.ts':
        "import { inspect } from 'node:util';\nexport default (_: any, __: any, context: any) => inspect(context);\n",
      'views/handOn.ts': 'export default (data: any, props: any, { state }: any) => ({ data, props, state });\n',
      'views/nothing.ts': 'export default () => undefined;\n',
      'views/nul.ts': 'export default () => null;\n',
      'views/promised.ts': 'export default async () => ({ _type: "text", value: "late" });\n',
      'views/failedPromise.ts': "export default async () => { throw new Error('too late'); };\n",
      'views/func.ts': 'export default () => () => 1;\n',
      'views/bigint.ts': 'export default () => ({ n: 1n });\n',
      'views/cycle.ts': 'export default () => { const a: any = {}; a.a = a; return a; };\n',
      'views/large.ts': "export default () => 'x'.repeat(1024 * 1024);\n",
      'views/deep.ts':
        'export default () => { let a: unknown = 1; for (let i = 0; i < 65; i++) a = [a]; return a; };\n',
      'views/proto.ts': 'export default () => JSON.parse(\'{"__proto__":{"admin":true}}\');\n',
      'views/throws.ts': `import { total } from '../lib/total.ts';

type Line = { readonly price: number };

export default function (data: readonly Line[]) {
  return total(data);
}\n`,
      'lib/total.ts': `/** Adds up. */
export function total(lines: readonly { readonly price: number }[]): string {
  return lines.map(({ price }) => price.toFixed(2)).join();
}\n`,
      'views/throwsText.ts': "export default () => { throw 'just words'; };\n",
      'views/me.ts': 'export default (_: any, __: any, context: any) => context.me;\n',
      'views/two.ts': 'export default (_: any, __: any, { path, query }: any) => [path, query.status];\n',
      'views/spread.ts': 'export default (_: any, __: any, context: any) => ({ ...context });\n',
      'views/json.ts': 'export default (_: any, __: any, context: any) => JSON.stringify(context);\n',
      'views/clone.ts': 'export default (_: any, __: any, context: any) => structuredClone(context);\n',
      'views/values.ts': 'export default (_: any, __: any, context: any) => Object.values(context).length;\n',
      'views/inside.ts': "export default (_: any, __: any, context: any) => [1].map(() => context['state'].open);\n",
    },
    { onLog: (view, lines) => printed.push([view, lines]) },
  );
});
afterAll(() => app.stop());

describe('a view', () => {
  it('is named by folder, file and export, like a listener', async () => {
    expect(app.code.problems()).toEqual([]);
    expect(['hello', 'orders.list', 'head', 'foot'].map(app.code.has)).toEqual([true, true, true, true]);
    expect(['parts', 'count', '_lib.count', 'limit', 'manifest'].some(app.code.has)).toBe(false);
    expect(treeOf(await app.render('hello'))).toEqual({ _type: 'text', value: 'hello' });
    expect(treeOf(await app.render('orders.list', { data: [1, 2, 3] }))).toBe(3);
    expect(treeOf(await app.render('foot'))).toBe(2);
  });

  it('that nobody has written fails and names those that look like it', async () => {
    expect(app.code.nearest('order.list')).toEqual(['orders.list']);
    expect(await app.render('order.list')).toEqual({
      status: 'failed',
      message: "There is no view named 'order.list'; there is 'orders.list'.",
    });
  });

  it('is given data and props as they are, and Dates as Dates', async () => {
    const data = { orders: [{ _id: 'a', tags: ['x'], none: null }], customers: [] };
    expect(treeOf(await app.render('echo', { data, props: { a: { b: [1] } } }))).toEqual({
      data,
      props: { a: { b: [1] } },
    });
    const at = new Date('2030-01-31T12:00:00Z');
    expect(treeOf(await app.render('dates', { data: [{ at }] }))).toEqual([true, at.getTime(), at.toISOString()]);
  });

  it('may change what it is given without another render seeing it', async () => {
    const [data, props] = [[{ n: 1 }], { n: 1 }];
    const rendered = await Promise.all(Array.from({ length: 8 }, () => app.render('mutate', { data, props })));
    for (const one of rendered) expect(treeOf(one)).toEqual([2, 2, 2]);
    expect([data, props, aContext.query.status]).toEqual([[{ n: 1 }], { n: 1 }, 'paid']);
  });

  it('cannot set a member of its context', async () => {
    expect(await app.render('freeze')).toMatchObject({ status: 'failed', message: expect.stringContaining('me') });
  });

  it('builds nodes and actions with the sdk', async () => {
    expect(treeOf(await app.render('sdk'))).toEqual([
      { _type: 'view', name: 'orders.row', key: 'a', props: { n: 1 }, find: { coll: 'orders' } },
      { _type: 'view', name: 'plain' },
      { _type: 'listener', name: 'pay', props: { id: 1 } },
      { _type: 'listener', name: 'cancel' },
      { _type: 'action', action: 'navigate', to: '/' },
      { _type: 'action', action: 'navigate', to: '/', replace: true },
      { _type: 'action', action: 'set_query', query: { status: null, q: '$value' } },
      { _type: 'action', action: 'open', target: 'edit' },
      { _type: 'action', action: 'close' },
      { _type: 'action', action: 'close', target: 'edit' },
      { _type: 'action', action: 'copy', text: 'text' },
      { _type: 'action', action: 'toast', text: 'Saved', tone: 'success' },
      { _type: 'action', action: 'toast', text: 'Saved' },
      { _type: 'action', action: 'download', name: 'a.csv', text: 'a,b' },
    ]);
  });

  it('is heard when it prints, and printing its context reads none of it', async () => {
    expect(await app.render('print')).toMatchObject({ status: 'rendered', used: [] });
    expect(printed).toEqual([
      ['print', [expect.objectContaining({ message: expect.stringContaining("me: 'usr_1'") })]],
    ]);
  });
});

describe('data that reads like a listener or a view', () => {
  const listener = { _type: 'listener', name: 'users.promote', props: { id: 'me' } };
  const view = { _type: 'view', name: 'secrets', find: { coll: 'users' } };

  it('is given as data, in documents and in the state, at any depth', async () => {
    const data = [{ _id: 'd1', ...listener, at: new Date(0), blocks: [{ text: view }] }];
    const context = { ...aContext, state: { draft: [view], _type: 'listener' } };
    expect(treeOf(await app.render('handOn', { data, context }))).toEqual({
      data: [
        {
          _id: 'd1',
          ...listener,
          _type: 'data:listener',
          at: '1970-01-01T00:00:00.000Z',
          blocks: [{ text: { ...view, _type: 'data:view' } }],
        },
      ],
      props: {},
      state: { draft: [{ ...view, _type: 'data:view' }], _type: 'data:listener' },
    });
  });

  it('stays as it is in props, which a view wrote', async () => {
    const tree = treeOf(await app.render('handOn', { props: { onPressed: listener } }));
    expect(tree).toMatchObject({ props: { onPressed: listener } });
  });
});

describe('the members of the context that a render depends on', () => {
  it.each([
    ['hello', []],
    ['me', ['me']],
    ['two', ['path', 'query']],
    ['inspect', ['me', 'roles', 'path', 'params', 'query', 'state']],
    ['inside', ['state']],
    ['spread', Object.keys(aContext)],
    ['json', Object.keys(aContext)],
    ['clone', Object.keys(aContext)],
    ['values', Object.keys(aContext)],
  ])('are, for %s, %j', async (view, used) => {
    expect(await app.render(view)).toMatchObject({ status: 'rendered', used });
  });

  it('are those of one render, not of those beside it', async () => {
    const rendered = await Promise.all(['spread', 'me', 'hello', 'spread', 'hello'].map((view) => app.render(view)));
    expect(rendered.map((one) => one.status === 'rendered' && one.used.length)).toEqual([6, 1, 0, 6, 0]);
  });

  it('come out as they went in', async () => {
    for (const view of ['spread', 'clone']) expect(treeOf(await app.render(view))).toEqual(aContext);
    expect(treeOf(await app.render('me', { context: { ...aContext, me: null } }))).toBeNull();
  });
});

describe('what a view returns', () => {
  it('may be null, which shows nothing', async () => {
    expect(treeOf(await app.render('nul'))).toBeNull();
  });

  it.each([
    ['nothing', /^View 'nothing' in views\/nothing\.ts: what it returned is nothing; expected JSON, or null/],
    ['promised', /what it returned is a promise; a view must be synchronous$/],
    ['failedPromise', /a view must be synchronous$/],
    ['func', /is a function, which JSON cannot hold/],
    ['bigint', /cannot be written as JSON: .*BigInt/],
    ['cycle', /cannot be written as JSON: .*circular/],
    ['large', /is larger than 1 MiB as JSON/],
    ['deep', /is nested more than 64 deep/],
  ])('fails where it is no tree (%s)', async (view, words) => {
    expect(await app.render(view)).toEqual({ status: 'failed', message: expect.stringMatching(words) });
    expect(treeOf(await app.render('hello'))).toMatchObject({ value: 'hello' });
  });

  it('never sets a prototype here', async () => {
    const tree = treeOf(await app.render('proto')) as { admin?: boolean };
    expect(tree.admin).toBeUndefined();
  });
});

describe('a view that throws', () => {
  it('fails with its own words and a stack of the author’s files and lines alone', async () => {
    const failed = await app.render('throws', { data: [{ price: 1 }, { price: null }] });
    expect(failed).toMatchObject({ status: 'failed', message: "Cannot read properties of null (reading 'toFixed')" });
    const stack = failed.status === 'failed' ? (failed.stack ?? '') : '';
    expect(stack).toMatch(/lib\/total\.ts:3:\d+/);
    expect(stack).toMatch(/views\/throws\.ts:6:\d+/);
    expect(stack).not.toMatch(/server\/listeners|node:internal|\.cache/);
    expect(stack).not.toContain(app.root);
    expect(treeOf(await app.render('throws', { data: [{ price: 1 }] }))).toBe('1.00');
  });

  it('fails with what it threw where that is no Error', async () => {
    expect(await app.render('throwsText')).toMatchObject({
      message: 'The view threw "just words", which is not an Error',
    });
  });
});

describe('what a view is given', () => {
  it('may not be larger than 8 MiB', async () => {
    const data = Array.from({ length: 9 }, () => 'x'.repeat(1024 * 1024));
    expect(await app.render('hello', { data })).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^View 'hello' in views\/hello\.ts: its data is larger than 8 MiB/),
    });
    expect(treeOf(await app.render('orders.list', { data: data.slice(0, 7) }))).toBe(7);
  });

  it('must be JSON, Dates and bytes', async () => {
    expect(await app.render('hello', { data: [1n] })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('its data cannot be handed over'),
    });
  });
});
