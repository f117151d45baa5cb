import { afterEach, describe, expect, it } from 'vitest';
import { liveRig, user, type LiveRig } from './support/rig.ts';

const rigs: LiveRig[] = [];
afterEach(() => {
  for (const made of rigs.splice(0)) made.pages.stop();
});

function ordersRig() {
  const rig = liveRig({
    views: {
      orders: (orders) => ({
        _type: 'column',
        children: orders.map(({ _id }: any) => ({
          _type: 'button',
          key: _id,
          text: 'Pay',
          onPressed: { _type: 'listener', name: 'orders.pay', props: { secretId: _id } },
        })),
      }),
    },
    manifest: {
      pages: [
        {
          path: '/',
          view: { _type: 'view', name: 'orders', find: { coll: 'orders', query: { owner: '@me' } } },
          roles: ['user'],
        },
      ],
    },
  });
  rigs.push(rig);
  return rig;
}
const codesOf = (ui: any): string[] => ui.children.map((child: any) => child.onPressed.code);

describe('listeners', () => {
  it('leave as codes that tell neither name nor props', async () => {
    const { store, open } = ordersRig();
    store.put('orders', { _id: 'o1', owner: 'u1' });
    const browser = await open('/', { who: user('u1') });
    expect(browser.ui().children[0].onPressed).toEqual({
      _type: 'listener',
      code: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(JSON.stringify(browser.ui())).not.toMatch(/orders\.pay|secretId|o1"}/);
    expect(browser.watcher.listenerOf(codesOf(browser.ui())[0]!)).toEqual({
      name: 'orders.pay',
      props: { secretId: 'o1' },
    });
    expect(browser.watcher.listenerOf('x'.repeat(22))).toBeUndefined();
  });

  it('of one person mean nothing to another', async () => {
    const { store, open } = ordersRig();
    store.put('orders', { _id: 'o1', owner: 'u1' });
    store.put('orders', { _id: 'o2', owner: 'u2' });
    const [one, other] = [await open('/', { who: user('u1') }), await open('/', { who: user('u2') })];
    expect(other.watcher.listenerOf(codesOf(one.ui())[0]!)).toBeUndefined();
    expect(one.watcher.listenerOf(codesOf(other.ui())[0]!)).toBeUndefined();
  });

  it('stay good for a moment after their row is gone, for those who saw it', async () => {
    const { store, open, shows } = ordersRig();
    store.put('orders', { _id: 'o1', owner: 'u1' });
    store.put('orders', { _id: 'o2', owner: 'u2' });
    const [one, other] = [await open('/', { who: user('u1') }), await open('/', { who: user('u2') })];
    const [code] = codesOf(one.ui()) as [string];
    store.remove('orders', 'o1');
    await shows(one, (ui) => ui.children.length === 0);
    expect(one.watcher.listenerOf(code)).toMatchObject({ props: { secretId: 'o1' } });
    expect(other.watcher.listenerOf(code)).toBeUndefined();
  });

  it('are no longer good when that moment has passed', async () => {
    let nowMs = Date.now();
    const rig = liveRig({
      views: {
        v: (docs) =>
          docs.length === 0 ? 'none' : { _type: 'button', text: 'x', onPressed: { _type: 'listener', name: 'x' } },
      },
      manifest: { pages: [{ path: '/', view: { _type: 'view', name: 'v', find: { coll: 'c' } }, roles: ['guest'] }] },
      deps: { clock: { now: () => nowMs } },
    });
    rigs.push(rig);
    rig.store.put('c', { _id: '1' });
    const browser = await rig.open('/');
    const { code } = browser.ui().onPressed;
    nowMs += 1_000;
    rig.store.remove('c', '1');
    await rig.shows(browser, (ui) => ui === 'none');
    expect(browser.watcher.listenerOf(code)).toBeDefined();
    nowMs += 10_001;
    expect(browser.watcher.listenerOf(code)).toBeUndefined();
  });
});
