import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../server/schemas/view.ts';
import { until } from '../support/until.ts';
import type { View } from './support/authorCode.ts';
import { guest, liveRig, user, type LiveRig, type RigOptions } from './support/rig.ts';

const rigs: LiveRig[] = [];
const rig = (options: RigOptions): LiveRig => {
  const made = liveRig(options);
  rigs.push(made);
  return made;
};
afterEach(() => {
  for (const made of rigs.splice(0)) made.pages.stop();
});

const text = (value: unknown, key?: string) => ({ _type: 'text', value: String(value), ...(key && { key }) });
const column = (...children: unknown[]) => ({ _type: 'column', children });

const views: Record<string, View> = {
  orders: (orders) => column(...orders.map((order: any) => text(`${order._id} ${order.status}`, order._id))),
  mine: (orders, _props, { me }) => column(text(me ?? 'nobody'), ...orders.map((order: any) => text(order._id))),
  home: () =>
    column(
      text('the head'),
      { _type: 'view', name: 'orders', find: { coll: 'orders', query: { status: 'open' } } },
      { _type: 'view', name: 'order', find: { coll: 'orders', query: { _id: 'o1' } } },
    ),
  order: ([order]) => text(order === undefined ? 'gone' : order.status),
};
const open = { roles: ['guest'] };
const manifest: Manifest = {
  pages: [
    { path: '/', view: { _type: 'view', name: 'home' }, ...open },
    {
      path: '/orders',
      view: { _type: 'view', name: 'orders', find: { coll: 'orders', options: { sort: { n: -1 }, limit: 3 } } },
      ...open,
    },
    {
      path: '/mine',
      view: { _type: 'view', name: 'mine', find: { coll: 'orders', query: { owner: '@me' } } },
      ...open,
    },
    {
      path: '/orders/:id',
      view: { _type: 'view', name: 'order', find: { coll: 'orders', query: { _id: '@route.id' } } },
      ...open,
    },
  ],
};

const values = (ui: any): string[] => ui.children.map((child: any) => child.value);

describe('what may be opened', () => {
  it('is told with the titles that there are, to each what is theirs', () => {
    const page = (path: string, roles: string[], title?: string) => ({
      path,
      roles,
      view: { _type: 'view' as const, name: 'home' },
      ...(title !== undefined && { title }),
    });
    const pages = [page('/', ['guest'], 'Home'), page('/plain', ['guest']), page('/admin', ['admin'], 'Admin')];
    const { pages: live } = rig({ views, manifest: { pages } });
    expect(live.titlesFor(guest)).toEqual({ '/': 'Home' });
    expect(live.titlesFor(user('ada', 'admin'))).toEqual({ '/': 'Home', '/admin': 'Admin' });
    expect(live.routesFor(guest)).toEqual({ page: ['/', '/plain'], json: [] });
  });
});

describe('a live page', () => {
  it('shows what is there, and follows what comes, changes and goes', async () => {
    const { store, open, shows } = rig({ views, manifest });
    store.put('orders', { _id: 'o1', n: 1, status: 'open' });
    const browser = await open('/orders');
    expect(values(browser.ui())).toEqual(['o1 open']);

    store.put('orders', { _id: 'o2', n: 2, status: 'open' });
    await shows(browser, (ui) => values(ui).join() === 'o2 open,o1 open');
    store.put('orders', { _id: 'o1', n: 1, status: 'paid' });
    await shows(browser, (ui) => values(ui).join() === 'o2 open,o1 paid');
    store.remove('orders', 'o2');
    await shows(browser, (ui) => values(ui).join() === 'o1 paid');
  });

  it('keeps the sort and the limit while rows come', async () => {
    const { store, open, shows } = rig({ views, manifest });
    const browser = await open('/orders');
    for (let n = 1; n <= 6; n++) store.put('orders', { _id: `o${n}`, n, status: 'open' });
    await shows(browser, (ui) => values(ui).join() === 'o6 open,o5 open,o4 open');
    store.remove('orders', 'o5');
    await shows(browser, (ui) => values(ui).join() === 'o6 open,o4 open,o3 open');
  });

  it('runs again the nested view whose data changed, and no other', async () => {
    const { store, code, open, shows } = rig({ views, manifest });
    store.put('orders', { _id: 'o1', n: 1, status: 'open' });
    const browser = await open('/');
    code.renders.length = 0;
    store.put('orders', { _id: 'o2', n: 2, status: 'open' });
    await shows(browser, (ui) => ui.children[1].children.length === 2);
    expect(code.renders.map(({ view }) => view)).toEqual(['orders']);
    expect(browser.frames).toHaveLength(1);
  });

  it('goes on when the document of a nested view is gone', async () => {
    const { store, open, shows } = rig({ views, manifest });
    store.put('orders', { _id: 'o1', n: 1, status: 'open' });
    const browser = await open('/');
    store.remove('orders', 'o1');
    await shows(browser, (ui) => ui.children[2].value === 'gone');
    store.put('orders', { _id: 'o1', n: 1, status: 'back' });
    await shows(browser, (ui) => ui.children[2].value === 'back');
  });

  it('gives several finds by their names', async () => {
    const both: View = ({ orders, people }) => text(`${orders.length} of ${people.length}`);
    const { store, open, shows } = rig({
      views: { both },
      manifest: {
        pages: [
          {
            path: '/',
            view: { _type: 'view', name: 'both', finds: { orders: { coll: 'orders' }, people: { coll: 'people' } } },
            roles: ['guest'],
          },
        ],
      },
    });
    store.put('people', { _id: 'p1' });
    const browser = await open('/');
    expect(browser.ui().value).toBe('0 of 1');
    store.put('orders', { _id: 'o1' });
    await shows(browser, (ui) => ui.value === '1 of 1');
  });

  it('loses no change that happens while the first read is under way', async () => {
    const { store, open, shows } = rig({ views, manifest });
    store.beforeAnswer = () => {
      store.beforeAnswer = () => Promise.resolve();
      store.put('orders', { _id: 'o1', n: 1, status: 'late' });
      return Promise.resolve();
    };
    const browser = await open('/orders');
    await shows(browser, (ui) => values(ui).join() === 'o1 late');
  });

  it('follows the state that a listener sets, for that browser alone', async () => {
    const { open, shows } = rig({
      views: { tab: (_data, _props, { state }) => text(state.tab ?? 'none') },
      manifest: { pages: [{ path: '/', view: { _type: 'view', name: 'tab' }, roles: ['guest'] }] },
    });
    const [one, other] = [await open('/'), await open('/')];
    one.watcher.setState({ tab: 'second' });
    await shows(one, (ui) => ui.value === 'second');
    expect(other.ui().value).toBe('none');
    one.watcher.setState({});
    await shows(one, (ui) => ui.value === 'none');
  });

  it('sends nothing where what changed is not shown', async () => {
    const { store, open, published, shows } = rig({ views, manifest });
    store.put('orders', { _id: 'o1', n: 1, status: 'open' });
    const browser = await open('/orders/o1');
    store.put('orders', { _id: 'o1', n: 2, status: 'open' });
    store.put('orders', { _id: 'o2', n: 2, status: 'open' });
    await until('it is asked again', () => store.asked.length === 2);
    store.put('orders', { _id: 'o1', n: 2, status: 'paid' });
    await shows(browser, (ui) => ui.value === 'paid');
    expect(published).toHaveLength(1);
  });
});

describe('sharing', () => {
  it('renders and sends once, however many watch', async () => {
    const { store, code, open, published, shows } = rig({ views, manifest });
    const browsers = await Promise.all(Array.from({ length: 50 }, (_, i) => open('/orders', { who: user(`u${i}`) })));
    expect(code.renders).toHaveLength(1);
    expect(store.asked).toHaveLength(1);
    store.put('orders', { _id: 'o1', n: 1, status: 'open' });
    for (const browser of browsers) await shows(browser, (ui) => ui.children.length === 1);
    expect(code.renders).toHaveLength(2);
    expect(published).toHaveLength(1);
    expect(published[0]!.watchers).toHaveLength(50);
  });

  it('renders once for each user where the view looks at the user', async () => {
    const { store, code, open, shows } = rig({ views, manifest });
    const browsers = await Promise.all(Array.from({ length: 9 }, (_, i) => open('/mine', { who: user(`u${i % 3}`) })));
    expect(code.renders).toHaveLength(3);
    expect(browsers.map(({ ui }) => values(ui())[0])).toEqual(['u0', 'u1', 'u2', 'u0', 'u1', 'u2', 'u0', 'u1', 'u2']);
    code.renders.length = 0;
    store.put('orders', { _id: 'o1', owner: 'u1' });
    await shows(browsers[1]!, (ui) => values(ui).includes('o1'));
    await shows(browsers[4]!, (ui) => values(ui).includes('o1'));
    expect(values(browsers[0]!.ui())).toEqual(['u0']);
    expect(code.renders).toHaveLength(1);
  });

  it('asks the database at most every 100 ms, and still ends with the newest', async () => {
    const { store, open, shows } = rig({ views, manifest });
    const browser = await open('/orders');
    const startedMs = Date.now();
    for (let n = 1; n <= 60; n++) {
      store.put('orders', { _id: `o${n}`, n, status: 'open' });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await shows(browser, (ui) => values(ui)[0] === 'o60 open');
    const tookMs = Date.now() - startedMs;
    expect(store.asked.length).toBeGreaterThan(2);
    expect(store.asked.length).toBeLessThanOrEqual(tookMs / 100 + 3);
  });

  it('sends one newest state to the slow, and no queue', async () => {
    const { store, open, shows } = rig({ views, manifest });
    const [slow, quick] = [await open('/orders'), await open('/orders')];
    slow.isSlow = true;
    for (const n of [1, 2, 3]) {
      store.put('orders', { _id: 'o1', n: 1, status: `s${n}` });
      await shows(quick, (ui) => values(ui).join() === `o1 s${n}`);
    }
    expect(slow.watcher.tree().ui).toEqual(column());
    slow.isSlow = false;
    await shows(slow, (ui) => values(ui).join() === 'o1 s3');
    expect(slow.frames).toHaveLength(1);
  });

  it('keeps what it read for those who come back at once', async () => {
    const { store, code, open } = rig({ views, manifest });
    const browser = await open('/orders');
    browser.watcher.close();
    await open('/orders');
    expect(store.asked).toHaveLength(1);
    expect(code.renders).toHaveLength(1);
  });

  it('asks again only the queries that a change can touch', async () => {
    const { store, open, shows } = rig({ views, manifest });
    const ids = Array.from({ length: 30 }, (_, i) => `o${i}`);
    for (const _id of ids) store.put('orders', { _id, status: 'open', owner: 'u1' });
    const browsers = await Promise.all(ids.map((id) => open(`/orders/${id}`)));
    store.asked.length = 0;
    store.put('orders', { _id: 'o7', status: 'paid' });
    await shows(browsers[7]!, (ui) => ui.value === 'paid');
    expect(store.asked).toHaveLength(1);
  });

  it('tells what leads from a tree of before to the one of now', async () => {
    const { store, pages, open, shows } = rig({ views, manifest });
    store.put('orders', { _id: 'o1', n: 1, status: 'with a status that is rather long to read' });
    const browser = await open('/orders/o1');
    const before = browser.watcher.tree();
    expect(pages.patchBetween(before, before)).toEqual([]);
    store.put('orders', { _id: 'o1', n: 1, status: 'with another status that is rather long to read' });
    await shows(browser, (ui) => ui.value.includes('another'));
    expect(browser.watcher.tree().revision).toBeGreaterThan(before.revision);
    expect(pages.patchBetween(before, browser.watcher.tree())).toEqual([
      { op: 'replace', path: '/value', value: 'with another status that is rather long to read' },
    ]);
  });
});
