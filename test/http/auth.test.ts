/** Signing in through HTTP, with the real services and stores behind it. */
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../server/db/connect.ts';
import { aMember, aUsersProcess, PASSWORD, secretOf, sentBack, startUsersEngine } from '../apps/support/users.ts';
import type { UsersEngine, UsersOptions, UsersProcess } from '../apps/support/users.ts';
import { testApp } from './support/app.ts';

let engine: UsersEngine;
let database: Database;

beforeAll(async () => {
  engine = await startUsersEngine();
});
afterAll(() => engine.stop());
beforeEach(async () => {
  database = await engine.open();
  return () => database.close();
});

const HOST = 'localhost:4000';
const OWN = { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' };

async function aServer(options: UsersOptions & { publicUrl?: string; trustProxy?: number } = {}) {
  const users: UsersProcess = await aUsersProcess(database, options);
  const { publicUrl, trustProxy = 0 } = options;
  const { app, lines } = testApp({
    deps: { users: users.users, signIn: users.signIn },
    identify: users.sessions.identify,
    trustProxy,
    ...(publicUrl !== undefined && { publicUrl }),
  });
  const post = (path: string, body: object, headers: object = {}) =>
    request(app)
      .post(path)
      .set({ ...OWN, ...headers } as Record<string, string>)
      .send(body);
  const enter = (password = PASSWORD, headers: object = {}, where = '') =>
    post(`/auth/sign-in${where}`, { email: 'ada@example.com', password }, headers);
  const me = (cookie?: string, where = '') => {
    const asked = request(app).get(`/auth/me${where}`).set('host', HOST);
    return cookie === undefined ? asked : asked.set('cookie', cookie);
  };
  return { ...users, app, httpLines: lines, post, enter, me };
}

const cookieOf = ({ headers }: { headers: Record<string, unknown> }): string =>
  (headers['set-cookie'] as string[] | undefined)?.[0] ?? '';

describe('signing in', () => {
  it('sets a cookie that scripts and other sites cannot use, and shows who is there', async () => {
    const server = await aServer();
    const { user } = await aMember(server);
    const answer = await server.enter();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ user: { id: user.id, email: 'ada@example.com' } });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(cookieOf(answer)).toMatch(/^earshot=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    expect((await server.me(sentBack(cookieOf(answer)))).body).toMatchObject({ user: { id: user.id } });
    expect((await server.me()).body).toEqual({ user: null });
  });

  it('sets a cookie for this host and https only where the public URL is https', async () => {
    const server = await aServer({ isHttps: true, publicUrl: 'https://app.test' });
    await aMember(server);
    const answer = await server.enter(PASSWORD, { host: 'app.test', origin: 'https://app.test' });
    expect(cookieOf(answer)).toMatch(/^__Host-earshot=[\w-]{43}; Path=\/; .*; Secure$/);
    expect((await server.enter(PASSWORD, { host: 'app.test', origin: 'http://app.test' })).status).toBe(403);
  });

  it('replaces the session of before, also one that somebody planted', async () => {
    const server = await aServer();
    await aMember(server);
    const planted = sentBack(cookieOf(await server.enter()));
    const own = await server.enter(PASSWORD, { cookie: planted });
    expect(sentBack(cookieOf(own))).not.toBe(planted);
    expect((await server.me(planted)).body).toEqual({ user: null });
  });

  it('ends with signing out, on the server too', async () => {
    const server = await aServer();
    await aMember(server);
    const cookie = sentBack(cookieOf(await server.enter()));
    const out = await server.post('/auth/sign-out', {}, { cookie });
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toBe('earshot=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
    expect((await server.me(cookie)).body).toEqual({ user: null });
    expect(server.ended).toHaveLength(1);
  });

  it('keeps production and sandbox apart', async () => {
    const server = await aServer();
    await aMember(server, 'ada@example.com', 2);
    expect((await server.enter()).status).toBe(401);
    const answer = await server.enter(PASSWORD, {}, '?environment=sandbox');
    expect(cookieOf(answer)).toMatch(/^earshot_sandbox=/);
    const cookie = sentBack(cookieOf(answer));
    expect((await server.me(cookie, '?environment=sandbox')).body).toMatchObject({ user: { environment_id: 2 } });
    expect((await server.me(cookie)).body).toEqual({ user: null });
    const moved = cookie.replace('earshot_sandbox', 'earshot');
    expect((await server.me(moved)).body).toEqual({ user: null });
    for (const where of [
      '?environment=other',
      '?environment=production&environment=sandbox',
      '?environment[x]=sandbox',
    ])
      expect((await server.me(cookie, where)).status).toBe(422);
  });

  it('opens nothing of the management API', async () => {
    const server = await aServer();
    await aMember(server);
    const cookie = sentBack(cookieOf(await server.enter()));
    for (const path of ['/app/users', '/app/runs', '/app/webhooks']) {
      const answer = await request(server.app)
        .get(path)
        .set({ ...OWN, cookie });
      expect(answer.status).toBe(401);
    }
  });

  it('answers a wrong password and an unknown user alike, byte by byte', async () => {
    const server = await aServer();
    await aMember(server);
    const wrong = await server.enter('wrong', { 'x-request-id': 'same' });
    const body = { email: 'nobody@example.com', password: PASSWORD };
    const unknown = await server.post('/auth/sign-in', body, { 'x-request-id': 'same' });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toMatchObject({ code: 'unauthorized', detail: 'The e-mail address or the password is wrong.' });
    expect(unknown.text).toBe(wrong.text);
    const shown = ({ headers }: typeof wrong) => Object.keys(headers).sort();
    expect(shown(unknown)).toEqual(shown(wrong));
  });

  it('answers 429 with the time to wait after too many failures', async () => {
    const server = await aServer();
    await aMember(server);
    for (let n = 0; n < 5; n++) expect((await server.enter('wrong')).status).toBe(401);
    const answer = await server.enter();
    expect(answer.body).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe('30');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each([
    ['believes the proxy it was told of', 1, 401],
    ['believes no proxy it was not told of', 0, 429],
  ])('counts by the address of the caller, and %s', async (_name, trustProxy, elsewhere) => {
    const server = await aServer({ trustProxy });
    const failFrom = (address: string, n: number) => {
      const body = { email: `nobody${n}@example.com`, password: 'wrong' };
      return server.post('/auth/sign-in', body, { 'x-forwarded-for': address });
    };
    for (let n = 0; n < 20; n++) expect((await failFrom('198.51.100.1', n)).status).toBe(401);
    expect((await failFrom('198.51.100.1', 20)).status).toBe(429);
    expect((await failFrom('198.51.100.2', 21)).status).toBe(elsewhere);
  });

  it('writes neither password nor cookie nor link to the log', async () => {
    const server = await aServer();
    const invited = await server.users.create(1, { email: 'ada@example.com' });
    const accepted = await server.post('/auth/accept-invite', { invite: secretOf(invited), password: PASSWORD });
    const cookie = sentBack(cookieOf(accepted));
    await server.me(cookie);
    await expect.poll(() => server.httpLines.length).toBe(2);
    const text = JSON.stringify([...server.httpLines, ...server.lines]);
    for (const secret of [PASSWORD, secretOf(invited), cookie.split('=')[1] ?? '?']) expect(text).not.toContain(secret);
    expect(server.httpLines[1]).toMatchObject({ route: '/auth/me', userId: accepted.body.user.id, environment: 1 });
  });
});

describe('an invitation', () => {
  it('signs in once; the second time it is gone', async () => {
    const server = await aServer();
    const admin = { authorization: 'Bearer production-admin' };
    const invited = await request(server.app).post('/app/users').set(admin).send({ email: 'ada@example.com' });
    expect(invited.status).toBe(201);
    const body = { invite: secretOf(invited.body as never), name: 'Ada', password: PASSWORD };
    const accepted = await server.post('/auth/accept-invite', body);
    expect(accepted.body).toMatchObject({ user: { name: 'Ada', status: 'active' } });
    expect((await server.me(sentBack(cookieOf(accepted)))).body.user.email).toBe('ada@example.com');
    const again = await server.post('/auth/accept-invite', body);
    expect(again.body).toMatchObject({ status: 410, code: 'gone' });
    expect(again.headers).not.toHaveProperty('set-cookie');
  });

  it('takes no password that is short, and shows none in what it says', async () => {
    const server = await aServer();
    const invited = await server.users.create(1, { email: 'ada@example.com' });
    const answer = await server.post('/auth/accept-invite', { invite: secretOf(invited), password: 'pa55word' });
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain('pa55word');
    expect((await server.post('/auth/accept-invite', { invite: secretOf(invited), password: PASSWORD })).status).toBe(
      200,
    );
  });
});

describe('own sessions', () => {
  it('are listed, ended and replaced with a new password', async () => {
    const server = await aServer();
    await aMember(server);
    const cookie = sentBack(cookieOf(await server.enter(PASSWORD, { 'user-agent': 'Browser A' })));
    const list = await request(server.app).get('/auth/sessions').set({ host: HOST, cookie });
    expect(list.body.data).toMatchObject([
      { is_current: true, user_agent: 'Browser A', address: expect.stringContaining('127.0.0.1') },
      { is_current: false },
    ]);
    const other = list.body.data[1].id as string;
    const ended = await request(server.app)
      .delete(`/auth/sessions/${other}`)
      .set({ ...OWN, cookie });
    expect(ended.status).toBe(204);
    const change = { old_password: PASSWORD, new_password: 'another good password' };
    const changed = await server.post('/auth/password', change, { cookie });
    expect(changed.status).toBe(200);
    expect((await server.me(cookie)).body).toEqual({ user: null });
    expect((await server.me(sentBack(cookieOf(changed)))).body.user.email).toBe('ada@example.com');
    expect((await server.post('/auth/password', change)).status).toBe(401);
  });
});

describe('requests that a foreign page may have caused', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://evil.test' };

  it.each<[string, Record<string, string | undefined>, number]>([
    ['no Origin', { origin: undefined }, 403],
    ['the Origin of another site', { origin: 'http://evil.test' }, 403],
    ['the Origin of another port', { origin: 'http://localhost:4001' }, 403],
    ['the Origin of a name that begins alike', { origin: 'http://localhost:4000.evil.test' }, 403],
    ['an opaque Origin', { origin: 'null' }, 403],
    ['an Origin with a path', { origin: 'http://localhost:4000/' }, 403],
    ['an Origin of another scheme', { origin: 'ftp://localhost:4000' }, 403],
    ['a form', form, 403],
    ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site' }, 403],
    ['Sec-Fetch-Site none', { 'sec-fetch-site': 'none' }, 403],
    ['JSON as text', { 'content-type': 'text/plain', origin: 'http://evil.test' }, 403],
    ['JSON as text from its own page', { 'content-type': 'text/plain' }, 415],
    ['JSON without a type', { 'content-type': undefined }, 415],
    ['an old browser without Sec-Fetch-Site', { 'sec-fetch-site': undefined }, 200],
  ])('%s', async (_name, given, status) => {
    const server = await aServer();
    await aMember(server);
    const all: Record<string, string | undefined> = { 'content-type': 'application/json', ...OWN, ...given };
    const headers = JSON.parse(JSON.stringify(all)) as Record<string, string>; // without those that are undefined
    const body = JSON.stringify({ email: 'ada@example.com', password: PASSWORD });
    const sent = request(server.app).post('/auth/sign-in').set(headers);
    // Bytes: of text supertest would name the type itself.
    const answer = await (Object.hasOwn(headers, 'content-type')
      ? sent.send(body)
      : sent.send(Buffer.from(body)).unset('content-type'));
    expect(answer.status).toBe(status);
    expect(Object.hasOwn(answer.headers, 'set-cookie')).toBe(status === 200);
    if (!Object.hasOwn(headers, 'content-type')) expect(answer.body.detail).toContain('Send the body with');
  });

  it('end no session, though the cookie comes along', async () => {
    const server = await aServer();
    await aMember(server);
    const cookie = sentBack(cookieOf(await server.enter()));
    const out = await server.post('/auth/sign-out', {}, { ...form, cookie });
    expect(out.status).toBe(403);
    expect((await server.me(cookie)).body.user).not.toBeNull();
  });
});
