import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../server/lib/errors.ts';
import { until } from '../support/until.ts';
import { applied } from './pages.ts';
import {
  aUser,
  closed,
  cookie,
  cut,
  greeted,
  open,
  opened,
  press,
  startSockets,
  told,
  type App,
  type Client,
} from './support.ts';

let app: App;
beforeEach(async () => {
  app = await startSockets();
  app.pages.add('/', { n: 1, long: 'x'.repeat(1_000) });
  app.pages.add('/admin', {}, { roles: ['admin'] });
});
afterEach(() => app.stop());

async function guest(): Promise<Client> {
  const client = app.client();
  await greeted(client);
  return client;
}

describe('opening routes', () => {
  it('gives the tree, and then what changes', async () => {
    const client = await guest();
    const patches = told(client, 'patch');
    const route = await opened(client, '/');
    expect(route).toMatchObject({ ok: true, route: 'page:/', ui: app.pages.ui('/'), title: null });
    expect(route.key).toMatch(/^[\w-]{22}$/);
    app.pages.change('/', { n: 2 });
    const [patch] = await until('a patch', () => patches.length > 0 && patches);
    expect(patch).toEqual({
      route: 'page:/',
      base: route.revision,
      revision: app.pages.watchers()[0]!.page.tree.revision,
      ops: [{ op: 'add', path: '/n', value: 2 }],
    });
  });

  it('answers with a problem where a route is not open to somebody, or is none', async () => {
    const client = await guest();
    expect(await open(client, '/admin')).toMatchObject({ ok: false, problem: { code: 'forbidden', status: 403 } });
    expect(await open(client, '/moon')).toMatchObject({ ok: false, problem: { code: 'not_found' } });
    expect(await open(client, 'no path')).toMatchObject({ ok: false, problem: { code: 'invalid_input' } });
    expect(await open(client, '/', { kind: 'xml' })).toMatchObject({ ok: false, problem: { code: 'invalid_input' } });
    expect(app.pages.watchers()).toEqual([]);
  });

  it('gives the whole again to whoever opens a route again', async () => {
    const client = await guest();
    const first = await opened(client, '/');
    const again = await opened(client, '/');
    expect(again).toHaveProperty('ui');
    expect(again.key).not.toBe(first.key);
    expect(app.pages.watchers()).toHaveLength(1);
  });

  it('opens twenty routes on one connection, and the first of them again', async () => {
    const client = await guest();
    for (let i = 0; i < 21; i++) app.pages.add(`/${String(i)}`, {});
    for (let i = 0; i < 20; i++) await opened(client, `/${String(i)}`);
    expect(await open(client, '/20')).toMatchObject({ ok: false, problem: { code: 'rate_limited' } });
    await opened(client, '/0');
    client.emit('close', { route: 'page:/1' });
    await opened(client, '/20');
    expect(app.sockets.stats().openRoutes).toBe(20);
  });

  it('tells nothing more of a route that was closed, and when the server closes one', async () => {
    const client = await guest();
    const patches = told(client, 'patch');
    const gone = told(client, 'gone');
    app.pages.add('/other', { n: 1 });
    await opened(client, '/');
    await opened(client, '/other');
    client.emit('close', { route: 'page:/' });
    await until('it is closed', () => app.pages.watchers().length === 1);
    app.pages.change('/', { n: 2 });
    app.pages.change('/other', { n: 2 });
    await until('a patch', () => patches.length > 0);
    expect(patches.map(({ route }) => route)).toEqual(['page:/other']);
    app.pages.gone('/other', new AppError('not_found'));
    await until('it is gone', () => gone.length > 0);
    expect(gone).toMatchObject([{ route: 'page:/other', problem: { code: 'not_found' } }]);
    expect(app.pages.watchers()).toEqual([]);
  });

  it('lets go of everything when a connection that has not begun anything ends', async () => {
    const client = await guest();
    cut(client);
    await closed(client);
    await until('nothing is left', () => app.sockets.stats().connections === 0);
    expect(app.sockets.stats()).toEqual({ connections: 0, guests: 0, openRoutes: 0, away: 0 });
  });

  it('encodes a change once, however many see it', async () => {
    let encodings = 0;
    const counted = {
      toJSON: () => {
        encodings++;
        return 'counted';
      },
    } as never;
    const watch = async (i: number) => {
      const client = app.client({ extraHeaders: { 'x-address': `10.0.0.${String(i)}` } });
      await greeted(client);
      await opened(client, '/');
      return told(client, 'patch');
    };
    const first = await watch(0);
    app.pages.change('/', { counted });
    await until('a patch', () => first.length === 1);
    const forOne = encodings;
    app.pages.change('/', { counted: 1 });
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => watch(i + 1)));
    encodings = 0;
    app.pages.change('/', { counted });
    await until('all have it', () => others.every((patches) => patches.length === 1));
    expect(others.at(-1)![0]!.ops).toEqual([{ op: 'add', path: '/counted', value: 'counted' }]);
    expect(forOne).toBeGreaterThan(0);
    expect(encodings).toBe(forOne);
  });

  it('tells everybody their routes again when the author’s views were read anew', async () => {
    const client = await guest();
    const hellos = told(client, 'hello');
    app.pages.add('/new', {});
    app.tellPages();
    const [hello] = await until('a greeting', () => hellos.length > 0 && hellos);
    expect(hello!.routes.page).toEqual(['/', '/new']);
  });
});

describe('resuming', () => {
  /** A client that had `/` open, was cut off, and what it had. */
  async function cutOff(who: object = {}) {
    const client = app.client(who);
    await greeted(client);
    const had = await opened(client, '/');
    cut(client);
    await closed(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    return had;
  }

  async function back(who: object = {}): Promise<Client> {
    const client = app.client(who);
    await greeted(client);
    return client;
  }

  it('gives what changed, and not the whole', async () => {
    const had = await cutOff();
    app.pages.change('/', { n: 7 });
    const again = await opened(await back(), '/', { resume: had.resume });
    expect(again).toMatchObject({ base: had.revision, ops: [{ op: 'add', path: '/n', value: 7 }] });
    expect(again).not.toHaveProperty('ui');
    expect('ops' in again && 'ui' in had && applied(had.ui, again.ops)).toEqual(app.pages.ui('/'));
    expect(again.revision).toBeGreaterThan(had.revision);
  });

  it('gives nothing at all where nothing changed', async () => {
    const had = await cutOff();
    expect(await opened(await back(), '/', { resume: had.resume })).toMatchObject({ base: had.revision, ops: [] });
  });

  it('goes on from the revision that the client names, where patches were lost on the way', async () => {
    const client = await back();
    const had = await opened(client, '/');
    for (let n = 2; n < 6; n++) app.pages.change('/', { n });
    const other = await back();
    const again = await opened(other, '/', { resume: had.resume, revision: had.revision });
    expect(again).toMatchObject({ base: had.revision, ops: [{ value: 5 }] });
    await closed(client); // the same tab cannot be there twice
    cut(other);
    await until('it is away', () => app.sockets.stats().away === 1);
    const unknown = await opened(await back(), '/', { resume: again.resume, revision: 1_000_000 });
    expect(unknown).toHaveProperty('ui');
  });

  it('takes each token once', async () => {
    const had = await cutOff();
    await opened(await back(), '/', { resume: had.resume });
    expect(await opened(await back(), '/', { resume: had.resume })).toHaveProperty('ui');
  });

  it('gives the whole of what is theirs to those who swap their tokens', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    app.sessions.set('bob', { sessionId: 'ses_2', user: aUser({ id: 'usr_2' }) });
    const ada = app.client(cookie('ada'));
    const bob = app.client(cookie('bob'));
    await Promise.all([greeted(ada), greeted(bob)]);
    const [hers, his] = [await opened(ada, '/'), await opened(bob, '/')];
    cut(ada);
    cut(bob);
    await until('both are away', () => app.sockets.stats().away === 2);
    expect(await opened(await back(cookie('ada')), '/', { resume: his.resume })).toHaveProperty('ui');
    expect(await opened(await back(cookie('bob')), '/', { resume: hers.resume })).toHaveProperty('ui');
    expect(await opened(await back(), '/', { resume: hers.resume })).toHaveProperty('ui');
    expect(app.pages.watchers().map(({ request }) => request.who.userId)).toEqual(['usr_1', 'usr_2', null]);
  });

  it('gives the whole for another route, and for one that was closed or given up', async () => {
    app.pages.add('/other', {});
    const had = await cutOff();
    expect(await opened(await back(), '/other', { resume: had.resume })).toHaveProperty('ui');
    expect(await opened(await back(), '/', { resume: had.resume })).toHaveProperty('ui');
    const client = await back();
    const { resume } = await opened(client, '/other');
    client.emit('close', { route: 'page:/other' });
    expect(await opened(client, '/other', { resume })).toHaveProperty('ui');
    expect(await opened(client, '/other', { resume: 'never given' })).toHaveProperty('ui');
  });

  it('waits for two minutes at most, and for so many browsers', async () => {
    await app.stop();
    app = await startSockets({ limits: { awayMs: 50, awayVisits: 1 } });
    app.pages.add('/', { n: 1 });
    const had = await cutOff();
    await until('it is given up', () => app.sockets.stats().away === 0);
    expect(await opened(await back(), '/', { resume: had.resume })).toHaveProperty('ui');
  });

  it('keeps those who left last where too many are away', async () => {
    await app.stop();
    app = await startSockets({ limits: { awayVisits: 1 } });
    app.pages.add('/', { n: 1 });
    const [first, second] = [await back(), await back()];
    const firstHad = await opened(first, '/');
    const secondHad = await opened(second, '/');
    cut(first);
    await until('the first is away', () => app.sockets.stats().away === 1);
    cut(second);
    await until('both are gone', () => app.sockets.stats().connections === 0);
    expect(await opened(await back(), '/', { resume: firstHad.resume })).toHaveProperty('ui');
    expect(await opened(await back(), '/', { resume: secondHad.resume })).toHaveProperty('ops');
  });

  it('opens several routes again at once', async () => {
    app.pages.add('/other', { m: 1 });
    const client = await back();
    const [one, two] = [await opened(client, '/'), await opened(client, '/other')];
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    const again = await back();
    const answers = await Promise.all([
      opened(again, '/', { resume: one.resume }),
      opened(again, '/other', { resume: two.resume }),
    ]);
    expect(answers.every((answer) => 'ops' in answer)).toBe(true);
    expect(app.sockets.stats()).toMatchObject({ connections: 1, openRoutes: 2, away: 0 });
  });

  it('refuses codes with the key of before', async () => {
    app.listeners.add('ship');
    app.pages.add('/', { n: 1 }, { listeners: { c1: { name: 'ship', props: {} } } });
    const had = await cutOff();
    const client = await back();
    const again = await opened(client, '/', { resume: had.resume });
    expect(await press(client, again.route, `${had.key}.c1`)).toMatchObject({ ok: false, problem: { code: 'gone' } });
    expect(await press(client, again.route, `${again.key}.c1`)).toMatchObject({ ok: true });
  });
});

describe('a slow client', () => {
  it('is given back, and then sent the newest state and nothing in between', async () => {
    const big = (): string => 'y'.repeat(1_000_000) + String(Math.random());
    const client = await guest();
    const patches = told(client, 'patch');
    const had = await opened(client, '/');
    const socket = (
      client.io.engine.transport as unknown as { ws: { _socket: { pause: () => void; resume: () => void } } }
    ).ws._socket;
    socket.pause();
    let late = 0;
    await until('it is behind', () => {
      late += app.pages.change('/', { big: big() });
      return late > 3;
    });
    const before = app.pages.watchers()[0]!.seen.revision;
    for (let n = 0; n < 100; n++) app.pages.change('/', { n });
    expect(app.pages.watchers()[0]!.seen.revision).toBe(before);
    socket.resume();
    await until('it has caught up', () => {
      app.pages.flush();
      return patches.at(-1)?.revision === app.pages.watchers()[0]!.page.tree.revision;
    });
    const final = patches.reduce((ui, { ops }) => applied(ui, ops), 'ui' in had ? had.ui : null);
    expect(final).toEqual(app.pages.ui('/'));
    expect(patches.filter(({ revision }) => revision > before)).toHaveLength(1);
    patches.forEach(({ base }, i) => expect(base).toBe(patches[i - 1]?.revision ?? had.revision));
  });

  it('holds up nobody else', async () => {
    const [slow, fast] = [await guest(), await guest()];
    await Promise.all([opened(slow, '/'), opened(fast, '/')]);
    const patches = told(fast, 'patch');
    (slow.io.engine.transport as unknown as { ws: { _socket: { pause: () => void } } }).ws._socket.pause();
    let changes = 0;
    await until('one is behind', async () => {
      const late = app.pages.change('/', { big: 'z'.repeat(2_000_000) + String(changes), n: ++changes });
      await until('the other has it', () => patches.length === changes);
      return late === 1;
    });
    expect(patches.at(-1)!.ops).toContainEqual({ op: 'add', path: '/n', value: changes });
  });

  it('is disconnected where it asks and asks without reading the answers', async () => {
    await app.stop();
    app = await startSockets({ limits: { messageBurst: 1_000_000 } }); // not for their number
    app.pages.add('/large', { text: 'w'.repeat(1_000_000) });
    const client = await guest();
    (client.io.engine.transport as unknown as { ws: { _socket: { pause: () => void } } }).ws._socket.pause();
    await until('it is disconnected', () => {
      client.emit('open', { path: '/large' }, () => undefined);
      return app.sockets.stats().connections === 0;
    });
  });
});
