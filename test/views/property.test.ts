import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../server/schemas/view.ts';
import type { CollectionChanges, FindDocs } from '../../server/views/ports.ts';
import { startDataRig, type DataRig } from '../data/support/dataApi.ts';
import { until } from '../support/until.ts';
import type { View } from './support/authorCode.ts';
import { liveRig, user, type Browser, type LiveRig } from './support/rig.ts';

const press = (id: string) => ({ _type: 'listener', name: 'pay', props: { id } });
const views: Record<string, View> = {
  board: (orders, _props, { me }) => ({
    _type: 'column',
    children: [
      { _type: 'text', key: 'who', value: me ?? 'guest' },
      { _type: 'text', key: 'sum', value: `${orders.length}` },
      {
        _type: 'view',
        key: 'all',
        name: 'table',
        find: { coll: 'orders', options: { sort: { n: 1, _id: 1 }, limit: 4 } },
      },
      {
        _type: 'view',
        key: 'mine',
        name: 'list',
        find: { coll: 'orders', query: { owner: '@me' }, options: { sort: { _id: 1 } } },
      },
      ...orders.map(({ _id }: any) => ({
        _type: 'view',
        key: _id,
        name: 'order',
        props: { me },
        find: { coll: 'orders', query: { _id } },
      })),
    ],
  }),
  table: (orders) => ({
    _type: 'table',
    order: orders.map(({ _id }: any) => _id),
    rows: Object.fromEntries(orders.map(({ _id, n }: any) => [_id, { cells: [String(n)] }])),
  }),
  list: (orders) => ({
    _type: 'column',
    children: orders.map(({ _id, n, owner }: any) => ({
      _type: 'button',
      key: _id,
      text: `${owner} has ${n}`,
      onPressed: press(_id),
    })),
  }),
  order: ([order]) => {
    if (order?.n === 13) throw new Error('thirteen');
    return order === undefined ? null : { _type: 'card', title: `${order._id} ${order.n}` };
  },
};
const manifest: Manifest = {
  pages: [
    {
      path: '/',
      view: { _type: 'view', name: 'board', find: { coll: 'orders', query: { owner: { $ne: 'nobody' } } } },
    },
  ],
};

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const write = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      id: fc.constantFrom(...ids),
      n: fc.integer({ min: 10, max: 14 }),
      owner: fc.constantFrom('u1', 'u2', 'nobody'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), id: fc.constantFrom(...ids) }) },
);
type Write = { type: 'put'; id: string; n: number; owner: string } | { type: 'remove'; id: string };

/** A page opened anew, with nothing remembered, on the same data. */
async function freshly(find: FindDocs, who: string): Promise<unknown> {
  const rig = liveRig({ views, manifest, find });
  const { ui } = await rig.open('/', { who: user(who) });
  rig.pages.stop();
  return withoutCodes(ui());
}

/** Codes are made with each rig's own secret. */
const withoutCodes = (ui: unknown): unknown =>
  JSON.parse(JSON.stringify(ui), (key, value) => (key === 'code' ? 'a code' : value));

async function settles(rig: LiveRig, find: FindDocs, browser: Browser, who: string): Promise<void> {
  let fresh: unknown;
  await until(
    'the patched tree equals a fresh one',
    async () => {
      fresh = JSON.stringify(await freshly(find, who));
      return JSON.stringify(withoutCodes(browser.ui())) === fresh;
    },
    8_000,
  ).catch(() => {
    expect(withoutCodes(browser.ui())).toEqual(JSON.parse(fresh as string));
  });
  expect(JSON.stringify(rig.published.map(({ frame }) => frame))).not.toContain('"pay"');
}

/** Neither the rows nor the codes of the other one. */
function expectOwn(browser: Browser, me: string): void {
  const { children } = browser.ui();
  expect(children[0].value).toBe(me);
  for (const button of children[3].children) {
    expect(button.text).toMatch(new RegExp(`^${me} has`));
    expect(browser.watcher.listenerOf(button.onPressed.code)?.name).toBe('pay');
  }
}

describe('after any sequence of writes', () => {
  it('the patched tree equals a fresh one, and nobody sees what is another’s', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(write, fc.boolean()), { maxLength: 25 }), async (writes) => {
        const rig = liveRig({ views, manifest });
        const [one, other] = [await rig.open('/', { who: user('u1') }), await rig.open('/', { who: user('u2') })];
        for (const [i, [change, isPause]] of (writes as [Write, boolean][]).entries()) {
          other.isSlow = i % 5 < 3;
          if (change.type === 'put') rig.store.put('orders', { _id: change.id, n: change.n, owner: change.owner });
          else rig.store.remove('orders', change.id);
          if (isPause) await new Promise((resolve) => setTimeout(resolve, 20));
        }
        other.isSlow = false;
        await settles(rig, rig.store.find, one, 'u1');
        await settles(rig, rig.store.find, other, 'u2');
        expectOwn(one, 'u1');
        expectOwn(other, 'u2');
        const wasTheirs = new Set(
          (writes as [any, boolean][]).flatMap(([{ id, owner }]) => (owner === 'u2' ? [id] : [])),
        );
        for (const { onPressed } of one.ui().children[3].children) {
          const id = one.watcher.listenerOf(onPressed.code)!.props.id;
          if (!wasTheirs.has(id)) expect(other.watcher.listenerOf(onPressed.code)).toBeUndefined();
        }
        rig.pages.stop();
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

describe('on the engine', () => {
  let data: DataRig;
  beforeAll(async () => {
    data = await startDataRig();
  });
  afterAll(() => data.stop());

  const find: FindDocs = (_environmentId, { coll, query, projection, sort, skip, limit }) =>
    data.call(
      'find',
      coll,
      { query, projection, options: { sort: Object.fromEntries(sort), skip, limit } },
      {
        userId: null,
      },
    );

  it('the patched tree equals a fresh one as well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 20 }), async (writes) => {
        await data.call('deleteMany', 'orders', { filter: {} });
        const callbacks = new Set<(changed: CollectionChanges) => void>();
        const changes = {
          subscribe: (callback: (changed: CollectionChanges) => void) => (
            callbacks.add(callback),
            () => callbacks.delete(callback)
          ),
        };
        const rig = liveRig({ views, manifest, find, changes });
        const browser = await rig.open('/', { who: user('u1') });
        for (const change of writes as Write[]) {
          const [before] = await data.call('find', 'orders', { query: { _id: change.id } });
          const after = change.type === 'put' ? { _id: change.id, n: change.n, owner: change.owner } : undefined;
          if (after === undefined) await data.call('deleteDoc', 'orders', { id: change.id });
          else await data.call('updateDoc', 'orders', { doc: after, upsert: true });
          for (const tell of callbacks) tell({ environmentId: 1, collection: 'orders', changes: [{ before, after }] });
        }
        await settles(rig, find, browser, 'u1');
        rig.pages.stop();
      }),
      { numRuns: 6 },
    );
  }, 60_000);
});
