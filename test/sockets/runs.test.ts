import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import {
  aUser,
  closed,
  cookie,
  cut,
  greeted,
  opened,
  press,
  refused,
  scopeOf,
  startSockets,
  told,
  type App,
  type Client,
} from './support.ts';

let app: App;
beforeEach(async () => {
  app = await startSockets({ listeners: ['ship', 'admin'] });
  const listeners = {
    c1: { name: 'ship', props: { order: 1 } },
    lost: { name: 'removed', props: {} },
  };
  app.pages.add('/', { n: 1 }, { listeners });
  app.pages.add('/admin', {}, { roles: ['admin'], listeners: { c2: { name: 'admin', props: {} } } });
});
afterEach(() => app.stop());

async function guestAt(path = '/', who: object = {}) {
  const client = app.client(who);
  await greeted(client);
  const { route, key, resume } = await opened(client, path);
  return { client, route, key, resume };
}

const problem = (code: string) => ({ ok: false, problem: expect.objectContaining({ code }) as object });

describe('a press', () => {
  it('starts the listener that the code stands for, with the props the server knows', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    const { client, route, key } = await guestAt('/', cookie('ada'));
    const answer = await press(client, route, `${key}.c1`, { event: { value: 'é' }, press: 'press-ada' });
    expect(answer).toEqual({ ok: true, run: 'run_1', duplicate: false });
    const { connection, event, ...run } = app.runs[0]!;
    expect(run).toEqual({
      id: 'run_1',
      environmentId: 1,
      action: 'ship',
      trigger: { type: 'view', route: 'page:/' },
      userId: 'usr_1',
      propsJson: '{"order":1}',
      dedupe: { keys: ['press:1:session:ses_1:press-ada'], windowMs: 86_400_000 },
    });
    expect(connection).toMatch(/^con_[\w-]{22}$/);
    expect(Buffer.from(event.bytes).toString()).toBe('{"value":"é"}');
  });

  it('is refused where the code is another connection’s, another route’s, or none', async () => {
    const [a, b] = [await guestAt(), await guestAt()];
    expect(await press(b.client, b.route, `${a.key}.c1`)).toEqual(problem('gone'));
    expect(await press(b.client, a.route, `${a.key}.c1`)).toEqual(problem('gone'));
    for (const code of ['c1', '.c1', b.key, `${b.key}.`, `${b.key}.c2`, `${b.key}.c1.`, `${b.key}.constructor`]) {
      expect(await press(b.client, b.route, code), code).toEqual(problem('gone'));
    }
    expect(await press(b.client, 'page:/admin', `${b.key}.c2`)).toEqual(problem('not_found'));
    expect(app.runs).toEqual([]);
  });

  it('runs once however often it is sent, also on another connection', async () => {
    const { client, route, key, resume } = await guestAt();
    const again = { press: 'the-same-press' };
    const answers = await Promise.all([1, 2, 3].map(() => press(client, route, `${key}.c1`, again)));
    expect(answers.map((answer) => answer.ok && answer.duplicate).toSorted()).toEqual([false, true, true]);
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    const back = app.client();
    await greeted(back);
    const next = await opened(back, '/', { resume });
    expect(await press(back, route, `${next.key}.c1`, again)).toMatchObject({
      ok: true,
      run: 'run_1',
      duplicate: true,
    });
    const other = await guestAt();
    expect(await press(other.client, route, `${other.key}.c1`, again)).toMatchObject({ ok: true, duplicate: false });
    expect(app.runs).toHaveLength(2);
  });

  it('is refused where a role was taken, or the token only reads', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser({ roles: ['admin'] }) });
    const { client, route, key } = await guestAt('/admin', cookie('ada'));
    const gone = told(client, 'gone');
    app.tellUser(aUser());
    expect(await press(client, route, `${key}.c2`)).toMatchObject({ ok: false });
    await until('the route is gone', () => gone.length > 0);
    expect(gone).toMatchObject([{ route: 'page:/admin', problem: { code: 'forbidden', status: 403 } }]);

    app.tokens.set('reads', { appUuid: 'a', environmentId: 1, tokenId: 'tok_1', scopes: ['read'] });
    const program = await guestAt('/', { auth: { token: 'reads' } });
    expect(await press(program.client, program.route, `${program.key}.c1`)).toEqual(problem('forbidden'));
    expect(app.runs).toEqual([]);
  });

  it('is refused where there is no such listener, and where the event cannot be', async () => {
    const { client, route, key } = await guestAt();
    expect(await press(client, route, `${key}.lost`)).toEqual(problem('listener_not_found'));
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect(await press(client, route, `${key}.c1`, { event: deep(65) })).toEqual(problem('too_deep'));
    expect(await press(client, route, `${key}.c1`, { event: deep(4_000) })).toEqual(problem('too_deep'));
    expect(await press(client, route, `${key}.c1`, { press: 'short' })).toEqual(problem('invalid_input'));
    expect(await press(client, route, `${key}.c1`, { user_id: 'usr_1' })).toEqual(problem('invalid_input'));
    expect(await press(client, route, `${key}.c1`, { event: deep(64) })).toMatchObject({ ok: true });
  });

  it('is told how it ends: that it is tried again, and then the result', async () => {
    const { client, route, key } = await guestAt();
    const ended = told(client, 'ended');
    await press(client, route, `${key}.c1`, { press: 'press-one' });
    const error = {
      code: 'listener_error' as const,
      message: 'ENOENT /srv/app/listeners/ship.ts',
      stack: 'at ship.ts:3',
    };
    app.settle('run_1', { status: 'queued', error });
    app.settle('run_1', { status: 'succeeded', result: '{"shipped":true}' });
    await until('both are told', () => ended.length === 2);
    expect(ended).toEqual([
      {
        run: 'run_1',
        press: 'press-one',
        status: 'retrying',
        error: { code: 'listener_error', message: 'This did not work.' },
      },
      { run: 'run_1', press: 'press-one', status: 'succeeded', result: { shipped: true } },
    ]);
  });

  it('tells people what the listener says was wrong, without the stack', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    const { client, route, key } = await guestAt('/', cookie('ada'));
    const ended = told(client, 'ended');
    await press(client, route, `${key}.c1`);
    await press(client, route, `${key}.c1`);
    app.settle('run_1', {
      status: 'dead',
      error: { code: 'listener_error', message: 'Only paid orders.\n  at x', stack: 's' },
    });
    app.settle('run_2', {
      status: 'dead',
      error: { code: 'listener_invalid', message: 'listeners/ship.ts: no export' },
    });
    await until('both are told', () => ended.length === 2);
    expect(ended.map(({ error }) => error)).toEqual([
      { code: 'listener_error', message: 'Only paid orders.' },
      { code: 'listener_invalid', message: 'This did not work.' },
    ]);
  });

  it('is told how it ended after coming back, where that was in between', async () => {
    const { client, route, key, resume } = await guestAt();
    await press(client, route, `${key}.c1`, { press: 'press-two' });
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    app.settle('run_1', { status: 'succeeded', result: null });
    const back = app.client();
    const ended = told(back, 'ended');
    await greeted(back);
    await opened(back, '/', { resume });
    await until('it is told', () => ended.length > 0);
    expect(ended).toEqual([{ run: 'run_1', press: 'press-two', status: 'succeeded' }]);
  });

  it('is told how it ended once more where the connection was lost just then', async () => {
    const { client, route, key, resume } = await guestAt();
    const heard = told(client, 'ended');
    await press(client, route, `${key}.c1`, { press: 'press-three' });
    app.settle('run_1', { status: 'queued', error: { code: 'timeout', message: 'x' } });
    app.settle('run_1', { status: 'succeeded', result: '1' });
    await until('both are told', () => heard.length === 2);
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    const back = app.client();
    const ended = told(back, 'ended');
    await greeted(back);
    await opened(back, '/', { resume });
    await until('both are told again', () => ended.length === 2);
    expect(ended.map(({ status }) => status)).toEqual(['retrying', 'succeeded']);
  });

  it('that is sent again is told how it ended, on the same connection and on one that resumes nothing', async () => {
    const { client, route, key } = await guestAt();
    const again = { press: 'a-press-that-nobody-guesses' };
    await press(client, route, `${key}.c1`, again);
    app.settle('run_1', { status: 'dead', error: { code: 'timeout', message: 'x' } });
    const here = told(client, 'ended');
    expect(await press(client, route, `${key}.c1`, again)).toMatchObject({ duplicate: true });
    await until('it is told here', () => here.some(({ status }) => status === 'dead'));
    const there = await guestAt();
    const heard = told(there.client, 'ended');
    expect(await press(there.client, there.route, `${there.key}.c1`, again)).toMatchObject({
      run: 'run_1',
      duplicate: true,
    });
    await until('it is told there', () => heard.length > 0);
    expect(heard).toMatchObject([{ run: 'run_1', press: again.press, status: 'dead' }]);
    expect(app.runs).toHaveLength(1);
  });

  it('counts once among those under way, however often it is sent', async () => {
    await app.stop();
    app = await startSockets({ listeners: ['ship'], limits: { followedRuns: 1 } });
    app.pages.add('/', {}, { listeners: { c1: { name: 'ship', props: {} } } });
    const { client, route, key } = await guestAt();
    const again = { press: 'the-same-press' };
    const ended = told(client, 'ended');
    expect(await press(client, route, `${key}.c1`, again)).toMatchObject({ ok: true });
    expect(await press(client, route, `${key}.c1`, again)).toMatchObject({ ok: true, duplicate: true });
    expect(await press(client, route, `${key}.c1`)).toEqual(problem('rate_limited'));
    app.settle('run_1', { status: 'succeeded' });
    await until('its end', () => ended.length > 0);
    expect(ended).toHaveLength(1);
    expect(await press(client, route, `${key}.c1`)).toMatchObject({ ok: true });
  });

  it('has an end to how many may be under way', async () => {
    await app.stop();
    app = await startSockets({ listeners: ['ship'], limits: { followedRuns: 2 } });
    app.pages.add('/', {}, { listeners: { c1: { name: 'ship', props: {} } } });
    const { client, route, key } = await guestAt();
    await press(client, route, `${key}.c1`);
    await press(client, route, `${key}.c1`);
    expect(await press(client, route, `${key}.c1`)).toEqual(problem('rate_limited'));
    app.settle('run_1', { status: 'succeeded' });
    expect(await press(client, route, `${key}.c1`)).toMatchObject({ ok: true });
  });
});

describe('api.session', () => {
  const call = (name: string, connection: string | null, args: unknown, environmentId = 1) =>
    Promise.resolve().then(() => app.sockets.methods[`session.${name}`]!(scopeOf(connection, { environmentId }), args));

  /** A browser whose run may speak to it. */
  async function pressed() {
    const at = await guestAt();
    await press(at.client, at.route, `${at.key}.c1`);
    return { ...at, connection: app.runs.at(-1)!.connection! };
  }

  it('sends the browser somewhere, tells it something, and gives it a file', async () => {
    const { client, connection } = await pressed();
    const [to, toasts, files] = [told(client, 'navigate'), told(client, 'toast'), told(client, 'download')];
    expect(await call('navigate', connection, { to: '/orders/1', replace: true })).toEqual({ delivered: true });
    expect(await call('toast', connection, { text: 'Shipped.', tone: 'success' })).toEqual({ delivered: true });
    expect(await call('download', connection, { name: 'a.csv', text: 'a,b', type: 'text/csv' })).toEqual({
      delivered: true,
    });
    await until('all is told', () => files.length > 0);
    expect([to, toasts, files]).toEqual([
      [{ to: '/orders/1', replace: true }],
      [{ text: 'Shipped.', tone: 'success' }],
      [{ name: 'a.csv', text: 'a,b', type: 'text/csv' }],
    ]);
  });

  it.each([
    ['navigate', { to: 'javascript:alert(1)' }],
    ['navigate', { to: '//evil.test' }],
    ['navigate', { to: '/\\evil.test' }],
    ['navigate', { to: 'data:text/html,x' }],
    ['navigate', { to: '/a\tb' }],
    ['navigate', {}],
    ['toast', { text: '' }],
    ['toast', { text: 'x', tone: 'loud' }],
    ['toast', { text: 'x', html: true }],
    ['toast', null],
    ['download', { name: '../x', text: '' }],
    ['download', { name: 'a\r\nX: y', text: '' }],
    ['download', { name: 'a', text: 'x'.repeat(1_048_577) }],
    ['download', { name: 'a', text: 'x', type: 'text/html; charset=x' }],
    ['set', { state: [] }],
    ['set', { state: { big: 'x'.repeat(16 * 1024) } }],
  ])('refuses %s with %j', async (name, args) => {
    const { connection } = await pressed();
    await expect(call(name, connection, args)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each(['/', '/orders', '/orders?x=1#y', 'https://example.test/a', 'http://localhost:1'])(
    'goes to %s',
    async (to) => {
      const { connection } = await pressed();
      expect(await call('navigate', connection, { to })).toEqual({ delivered: true });
    },
  );

  it('merges state into what views see, on every open route, and a reconnect keeps it', async () => {
    app.pages.add('/other', {});
    const { client, connection, resume } = await pressed();
    await opened(client, '/other');
    await call('set', connection, { state: { a: 1, b: { c: 2 }, gone: true } });
    await call('set', connection, { state: { a: 2, gone: null } });
    const states = () => app.pages.watchers().map(({ state }) => state);
    expect(states()).toEqual([
      { a: 2, b: { c: 2 } },
      { a: 2, b: { c: 2 } },
    ]);
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    expect(await call('set', connection, { state: { d: 4 } })).toEqual({ delivered: true });
    expect(await call('toast', connection, { text: 'Hello?' })).toEqual({ delivered: false });
    const back = app.client();
    await greeted(back);
    await opened(back, '/', { resume });
    expect(states()).toEqual([{ a: 2, b: { c: 2 }, d: 4 }]);
    const toasts = told(back, 'toast');
    expect(await call('toast', connection, { text: 'There you are.' })).toEqual({ delivered: true });
    await until('it is told', () => toasts.length === 1);
  });

  it('keeps states of different browsers apart', async () => {
    const one = await pressed();
    await pressed();
    await call('set', one.connection, { state: { mine: 1 } });
    expect(app.pages.watchers().map(({ state }) => state)).toEqual([{ mine: 1 }, {}]);
  });

  it('tells the listener where nobody is there, and where nobody ever was', async () => {
    const { client, connection } = await pressed();
    expect(await call('toast', connection, { text: 'x' }, 2)).toEqual({ delivered: false });
    client.disconnect();
    await until('it is over', () => app.sockets.stats().connections === 0);
    for (const [name, args] of [
      ['toast', { text: 'x' }],
      ['set', { state: {} }],
      ['navigate', { to: '/' }],
    ] as const) {
      expect(await call(name, connection, args)).toEqual({ delivered: false });
      await expect(call(name, null, args)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('started from a browser') as string,
      });
    }
  });
});

describe('rights that end', () => {
  const access = { appUuid: 'a', environmentId: 1, tokenId: 'tok_1', scopes: ['admin'] } as const;

  async function inTime(client: Client): Promise<number> {
    const beganMs = performance.now();
    await closed(client);
    return performance.now() - beganMs;
  }

  it('closes the connections of a session that ended, and no others', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    app.sessions.set('ada at home', { sessionId: 'ses_2', user: aUser() });
    const [work, home] = [await guestAt('/', cookie('ada')), await guestAt('/', cookie('ada at home'))];
    const gone = told(work.client, 'gone');
    app.sessions.delete('ada');
    app.tellEnded({ sessionIds: ['ses_1'] });
    expect(await inTime(work.client)).toBeLessThan(1_000);
    expect(gone).toMatchObject([{ route: 'page:/', problem: { code: 'unauthorized', status: 401 } }]);
    expect(home.client.connected).toBe(true);
    app.sessions.delete('ada at home');
    app.tellEnded({ sessionIds: ['ses_9', 'ses_2'] });
    expect(await inTime(home.client)).toBeLessThan(1_000);
    expect(app.sockets.stats()).toMatchObject({ away: 0, openRoutes: 0 });
    const back = app.client(cookie('ada'));
    expect((await greeted(back)).user).toBeNull();
    expect(await opened(back, '/', { resume: work.resume })).toHaveProperty('ui');
  });

  it('closes the connections of a token that was revoked', async () => {
    app.tokens.set('good', access);
    app.tokens.set('better', { ...access, tokenId: 'tok_2' });
    const [one, two] = [
      await guestAt('/', { auth: { token: 'good' } }),
      await guestAt('/', { auth: { token: 'better' } }),
    ];
    app.tokens.delete('good');
    await closed(one.client);
    expect((await refused(app.client({ auth: { token: 'good' } }))).code).toBe('unauthorized');
    expect(two.client.connected).toBe(true);
  });

  it('notices by itself that a session ran out, and that a role was given elsewhere', async () => {
    await app.stop();
    app = await startSockets({ limits: { sessionSweepMs: 20 } });
    app.pages.add('/', {});
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    app.sessions.set('bob', { sessionId: 'ses_2', user: aUser({ id: 'usr_2' }) });
    const [ada, bob] = [await guestAt('/', cookie('ada')), await guestAt('/', cookie('bob'))];
    const hellos = told(bob.client, 'hello');
    app.sessions.set('bob', { sessionId: 'ses_2', user: aUser({ id: 'usr_2', roles: ['admin'] }) });
    app.sessions.delete('ada');
    await closed(ada.client);
    await until('the other is told of a new role', () => hellos.length > 0);
    expect(hellos[0]!.roles).toContain('admin');
    expect(bob.client.connected).toBe(true);
  });

  it('takes what a person opens and presses for use of a session, and an open tab for none', async () => {
    await app.stop();
    app = await startSockets({ limits: { sessionSweepMs: 5 }, listeners: ['ship'] });
    app.pages.add('/', {}, { listeners: { c1: { name: 'ship', props: {} } } });
    const ada = { sessionId: 'ses_1', user: aUser() };
    let looks = 0;
    app.sessions.get = () => {
      looks++;
      return ada;
    };
    const { client, resume } = await guestAt('/', cookie('ada'));
    await until('some sweeps', () => looks > 10);
    expect(app.used).toEqual(['ses_1']);
    cut(client);
    await until('it is away', () => app.sockets.stats().away === 1);
    const back = app.client(cookie('ada'));
    await greeted(back);
    const { route, key } = await opened(back, '/', { resume });
    expect(app.used).toEqual(['ses_1']);
    expect(await press(back, route, `${key}.c1`)).toMatchObject({ ok: true });
    expect(app.used).toEqual(['ses_1', 'ses_1']);
  });

  it('shows a page anew to somebody whose roles changed, and greets them again', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    const { client } = await guestAt('/', cookie('ada'));
    const hellos = told(client, 'hello');
    const patches = told(client, 'patch');
    app.pages.watchers()[0]!.seen = { revision: 0, ui: { n: 0 } };
    app.tellUser(aUser({ roles: ['admin'], name: 'Ada L.' }));
    await until('a patch', () => patches.length > 0);
    expect(hellos).toMatchObject([
      { user: { name: 'Ada L.' }, roles: ['guest', 'user', 'admin'], routes: { page: ['/', '/admin'] } },
    ]);
    expect(patches).toMatchObject([{ route: 'page:/', base: 0, ops: [{ value: 1 }] }]);
    expect(app.pages.watchers().map(({ request }) => request.who.roles)).toEqual([['guest', 'user', 'admin']]);
    await opened(client, '/admin');
  });

  it('shows nothing of roles that were taken while a page was being made, and runs nothing of it', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser({ roles: ['admin'] }) });
    const { client, route, key } = await guestAt('/', cookie('ada'));
    const { live } = app.pages;
    const { open } = live;
    let letThrough: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letThrough = resolve));
    const waiting: (readonly string[])[] = [];
    Object.assign(live, {
      open: async (...args: Parameters<typeof open>) => {
        waiting.push(args[0].who.roles);
        await held;
        return open(...args);
      },
    });
    app.tellUser(aUser({ roles: ['boss'] }));
    app.tellUser(aUser());
    await until('both to be made', () => waiting.length === 2);
    expect(await press(client, route, `${key}.c1`)).toEqual(problem('gone'));
    letThrough();
    await until('the page as it is now', async () => (await press(client, route, `${key}.c1`)).ok);
    expect(app.pages.watchers().map(({ request }) => request.who.roles)).toEqual([['guest', 'user']]);
  });

  it('closes the connections of a user who was disabled', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    const { client } = await guestAt('/', cookie('ada'));
    app.tellUser(aUser({ status: 'disabled' }));
    await closed(client);
  });
});

describe('stopping', () => {
  it('closes every connection at once, so that browsers come back by themselves', async () => {
    const { client } = await guestAt();
    const reasons: string[] = [];
    client.on('disconnect', (reason) => void reasons.push(reason));
    app.sockets.stop();
    await closed(client);
    expect(reasons).toEqual(['transport close']);
    expect(app.sockets.stats()).toMatchObject({ connections: 0, openRoutes: 0, away: 0 });
  });
});
