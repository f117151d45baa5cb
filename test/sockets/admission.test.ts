import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkOf } from '../../server/sockets/admission.ts';
import { isWelcome } from '../../server/sockets/packets.ts';
import { until } from '../support/until.ts';
import { aUser, closed, cookie, greeted, press, refused, startSockets, type App } from './support.ts';

let app: App;
beforeEach(async () => {
  app = await startSockets();
});
afterEach(() => app.stop());

const access = { appUuid: 'a', environmentId: 2, tokenId: 'tok_1', scopes: ['write'] } as const;

describe('who may connect', () => {
  it.each(['websocket', 'polling'])('refuses a page of a foreign origin over %s', async (transport) => {
    const client = app.client({ transports: [transport], origin: 'https://evil.test' });
    await refused(client);
    expect(app.sockets.stats().connections).toBe(0);
    const allowed = app.client({ transports: [transport], origin: 'https://shop.example' });
    expect((await greeted(allowed)).user).toBeNull();
  });

  it.each(['websocket', 'polling'])('refuses a foreign origin over %s even with a good token', async (transport) => {
    app.tokens.set('good', access);
    const client = app.client({
      transports: [transport],
      origin: 'https://evil.test',
      auth: { token: 'good' },
    });
    await refused(client);
  });

  it('refuses a Host it does not answer for', async () => {
    const client = app.client({ origin: 'http://rebound.test', extraHeaders: { host: 'rebound.test' } });
    await refused(client);
  });

  it('takes a program without an origin by its token only, and in the environment of the token', async () => {
    const bare = { origin: null };
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    expect((await refused(app.client(bare))).code).toBe('forbidden');
    expect((await refused(app.client({ ...bare, ...cookie('ada') }))).code).toBe('forbidden');
    app.tokens.set('good', access);
    const hello = await greeted(app.client({ ...bare, auth: { token: 'good', environment: 'production' } }));
    expect(hello).toMatchObject({ environment: 'sandbox', user: null, roles: ['guest', 'user', 'program'] });
  });

  it('lets the long polling of its own page in, which sends no Origin at first', async () => {
    const own = { 'sec-fetch-site': 'same-origin' };
    await greeted(app.client({ origin: null, transports: ['polling'], extraHeaders: own }));
  });

  it('never takes a wrong token for a guest, whatever the cookie', async () => {
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    const client = app.client({ ...cookie('ada'), auth: { token: 'wrong' } });
    expect(await refused(client)).toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('refuses the token of a transaction, and what is no auth', async () => {
    app.tokens.set('of a transaction', { ...access, transaction: 'trx' });
    expect((await refused(app.client({ auth: { token: 'of a transaction' } }))).code).toBe('forbidden');
    expect((await refused(app.client({ auth: { environment: 'moon' } }))).code).toBe('invalid_input');
    expect((await refused(app.client({ auth: { token: { $ne: '' } } as never }))).code).toBe('invalid_input');
  });

  it('greets a person with their name, roles and routes, and a guest with none', async () => {
    app.pages.add('/', {});
    app.pages.add('/orders', {}, { roles: ['user'] });
    app.pages.add('/admin', {}, { roles: ['admin'] });
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser({ roles: ['admin'] }) });
    expect(await greeted(app.client(cookie('ada')))).toEqual({
      environment: 'production',
      user: { id: 'usr_1', name: 'Ada', email: 'ada@example.test' },
      roles: ['guest', 'user', 'admin'],
      routes: { page: ['/', '/orders', '/admin'], json: [] },
      titles: { '/': 'Page /', '/orders': 'Page /orders', '/admin': 'Page /admin' },
      now: expect.closeTo(Date.now(), -5) as number,
      version: '1.2.3',
      problems: [],
    });
    expect(await greeted(app.client(cookie('who?')))).toMatchObject({ user: null, routes: { page: ['/'] } });
  });
});

describe('how many may connect', () => {
  it('takes ten guests from one address, and another when one has gone', async () => {
    const guests = Array.from({ length: 10 }, () => app.client({ extraHeaders: { 'x-address': '10.0.0.1' } }));
    await Promise.all(guests.map(greeted));
    const eleventh = app.client({ extraHeaders: { 'x-address': '10.0.0.1' } });
    expect((await refused(eleventh)).code).toBe('rate_limited');
    await greeted(app.client({ extraHeaders: { 'x-address': '10.0.0.2' } }));
    app.sessions.set('ada', { sessionId: 'ses_1', user: aUser() });
    await greeted(app.client({ extraHeaders: { 'x-address': '10.0.0.1', cookie: 'ada' } }));
    guests[0]!.disconnect();
    await until('there is room', () => app.sockets.stats().guests === 10);
    await greeted(app.client({ extraHeaders: { 'x-address': '10.0.0.1' } }));
  });

  it('takes so many guests and wrong tokens a minute, and programs all the same', async () => {
    await app.stop();
    app = await startSockets({ limits: { unauthenticatedPerMinute: 3 } });
    await greeted(app.client());
    expect((await refused(app.client({ auth: { token: 'wrong' } }))).code).toBe('unauthorized');
    await greeted(app.client());
    expect((await refused(app.client())).code).toBe('rate_limited');
    expect((await refused(app.client({ auth: { token: 'wrong' } }))).code).toBe('rate_limited');
    app.tokens.set('good', access);
    await greeted(app.client({ auth: { token: 'good' } }));
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('what may come over a connection', () => {
  it.each([
    ['0{"token":"x"}', false, true],
    ['0', false, true],
    ['0{}', true, false],
    ['2["open",{}]', true, true],
    ['21["open",{}]', true, true],
    ['1', true, true],
    ['2["open",{}]', false, false],
    ['0/admin,{}', false, false],
    ['2/admin,["open"]', true, false],
    ['3["ack"]', true, false],
    ['4{}', true, false],
    ['51-["open",{"_placeholder":true,"num":0}]', true, false],
    ['61-1[]', true, false],
    ['', true, false],
    [Buffer.from([1]), true, false],
  ])('looks at %s after a greeting: %s, and says %s', (data, hasGreeted, welcome) => {
    expect(isWelcome(data, hasGreeted)).toBe(welcome);
  });

  it.each(['websocket', 'polling'])(
    'closes a connection over %s that sends what is not spoken here',
    async (transport) => {
      for (const bad of [
        '51-["open",{"_placeholder":true,"num":0}]',
        '3-5["x"]',
        '2/admin,["x"]',
        '2{"no":"list"}',
        '9',
      ]) {
        const client = app.client({ transports: [transport] });
        await greeted(client);
        client.io.engine.write(bad);
        await closed(client);
      }
      expect(app.sockets.stats().connections).toBe(0);
    },
  );

  it('closes a connection that sends a frame of 300 KB', async () => {
    app.pages.add('/', {});
    const client = app.client();
    await greeted(client);
    client.emit('open', { path: '/', query: { q: 'x'.repeat(300_000) } }, () => undefined);
    await closed(client);
  });

  it('does not fall over an event called error', async () => {
    app.pages.add('/', { n: 1 });
    const client = app.client();
    await greeted(client);
    (client as unknown as { emit: (...args: unknown[]) => void }).emit('error', 'x');
    expect(await client.emitWithAck('open', { path: '/' })).toMatchObject({ ok: true });
  });

  it('answers a flood with rate_limited, and then closes', async () => {
    app.pages.add('/', {});
    const client = app.client();
    await greeted(client);
    const atOnce = await Promise.all(Array.from({ length: 50 }, () => press(client, 'page:/', 'none')));
    expect(atOnce.map((answer) => !answer.ok && answer.problem.code)).toEqual(Array(50).fill('not_found'));
    const answers: string[] = [];
    for (let i = 0; i < 1_000; i++) {
      client.emit('open', { path: '/' }, (answer) => void answers.push(answer.ok ? 'ok' : answer.problem.code));
    }
    await closed(client);
    const count = (code: string): number => answers.filter((each) => each === code).length;
    expect(count('rate_limited')).toBeGreaterThanOrEqual(30);
    expect(answers.length).toBeLessThan(600);
  });
});
