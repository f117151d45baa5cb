/**
 * Sessions and invitations: cookies, requests that other sites cause, guesses, links that are looked at before they are
 * used, and what is left in logs and files of it all.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { connect, cookieOf, invite, join, post, remove, startHostileApp, type Person } from './support/attacker.ts';

let server: TestServer;
let ada: Person;

beforeAll(async () => {
  server = await startHostileApp({ LOG_LEVEL: 'debug' });
  ada = await join(server);
}, 60_000);
afterAll(() => remove(server));

const me = async (cookie: string) =>
  (await server.send('/auth/me', { method: 'GET', headers: { cookie } })).body.user as { id: string } | null;
const signIn = (given: { email: string; password: string }, headers: Readonly<Record<string, string>> = {}) =>
  post(server, '/auth/sign-in', { email: given.email, password: given.password }, headers);

describe('a session', () => {
  it('has a cookie that scripts and other sites do not get, new with each sign-in, and never one that was planted', async () => {
    const planted = `earshot=${'A'.repeat(43)}`;
    const first = await signIn(ada, { cookie: planted });
    const cookie = cookieOf(first.headers);
    const [set] = [first.headers['set-cookie']].flat();
    expect(set).toMatch(/^earshot=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toBe(planted);
    expect(await me(planted)).toBeNull();
    const second = cookieOf((await signIn(ada, { cookie })).headers);
    expect(second).not.toBe(cookie);
    expect(await me(cookie)).toBeNull();
    expect(await me(second)).toMatchObject({ id: ada.id });
    expect(await me(`${second}; ${planted}`)).toBeNull();
    await post(server, '/auth/sign-out', undefined, { cookie: second });
    expect(await me(second)).toBeNull();
  });

  it('opens nothing of the management API', async () => {
    for (const path of ['/app/users', '/app/runs', '/app/tokens', '/app/colls']) {
      const { status } = await server.send(path, { method: 'GET', headers: { cookie: ada.cookie } });
      expect(status, path).toBe(401);
    }
  });

  it('is ended by no request that another site causes', async () => {
    const origin = server.url;
    const json = 'application/json';
    const refusals: [Record<string, string>, number][] = [
      [{ 'content-type': json, origin: 'https://evil.test' }, 403],
      [{ 'content-type': json, origin: 'null' }, 403],
      [{ 'content-type': json }, 403],
      [{ 'content-type': json, origin: `${origin}.evil.test` }, 403],
      [{ 'content-type': json, origin: 'http://127.0.0.1:1' }, 403],
      [{ 'content-type': json, origin, 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'content-type': json, origin, 'sec-fetch-site': 'same-site' }, 403],
      [{ 'content-type': 'text/plain', origin }, 415],
      [{ 'content-type': 'application/x-www-form-urlencoded', origin }, 415],
    ];
    const body = JSON.stringify({ old_password: ada.password, new_password: 'a-new-password-of-eve' });
    for (const [headers, status] of refusals) {
      const answer = await server.send('/auth/password', { headers: { ...headers, cookie: ada.cookie }, body });
      expect(answer.status, JSON.stringify(headers)).toBe(status);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(await me(ada.cookie)).toMatchObject({ id: ada.id });
  });

  it('is not begun by guessing: five tries of an account from anywhere, and the same words for all', async () => {
    const bob = await join(server);
    const wrong = { email: bob.email, password: 'not-the-password' };
    const [known, unknown] = [await signIn(wrong), await signIn({ ...wrong, email: 'nobody@people.test' })];
    expect([known.status, unknown.status]).toEqual([401, 401]);
    expect({ ...known.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(wrong)));
    expect(answers.filter(({ status }) => status === 401).length).toBe(4);
    expect(answers.filter(({ status }) => status === 429).length).toBe(4);
    const forged = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' };
    expect((await signIn(bob, forged)).status).toBe(429);
    expect(await me(bob.cookie)).toMatchObject({ id: bob.id });
  });
});

describe('an invitation', () => {
  it('is not used up by being looked at, and is by being used', async () => {
    const { url, invite: secret } = await invite(server);
    const page = url.split('#')[0]!.slice(server.url.length);
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect((await server.send(page, { method, headers: { accept: 'text/html' } })).status).toBe(200);
    }
    expect((await server.send(`/auth/accept-invite?invite=${secret}`, { method: 'GET' })).status).toBe(405);
    const accept = (password: string) => post(server, '/auth/accept-invite', { invite: secret, password });
    expect((await accept('short')).status).toBe(422);
    const both = await Promise.all([accept('planted-password-one'), accept('planted-password-two')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect((await accept('planted-password-three')).status).toBe(410);
  });

  it('is worth nothing in the other environment, or with something beside it', async () => {
    const { invite: secret } = await invite(server, { environment: 'sandbox' });
    const password = 'planted-password-four';
    expect((await post(server, '/auth/accept-invite', { invite: secret, password })).status).toBe(410);
    for (const more of [{ roles: ['boss'] }, { email: 'x@y.test' }, { user_id: ada.id }]) {
      const answer = await post(server, '/auth/accept-invite', { invite: secret, password, ...more });
      expect(answer.status, JSON.stringify(more)).toBe(422);
    }
    const { status } = await server.api('POST', '/app/users', { email: 'p@q.test', roles: ['program'] });
    expect(status).toBe(422);
  });
});

describe('in the end', () => {
  it('neither logs nor files hold a password, a cookie, a token or the secret of a link', async () => {
    const clients = [await connect(server, ada), await connect(server, { token: server.tokens.production })];
    for (const client of clients) expect(await client.open('/user')).toMatchObject({ ok: true });
    await expect(connect(server, { token: 'ear_p_planted-password' })).rejects.toThrow();
    clients.forEach(({ close }) => close());
    await until('the connections to be logged', () => server.output().includes('socket.closed'));
    const logged = server.output();
    expect(logged).toContain('http.request');
    const files = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
    const stored = await Promise.all(
      files
        .filter((file) => file.isFile() && !/^(credentials\.json|secret\.key)$/.test(file.name))
        .map((file) => readFile(joinPath(file.parentPath, file.name), 'latin1')),
    );
    const [, cookie = ''] = ada.cookie.split('=');
    for (const [where, text] of [['the log', logged], ...stored.map((text) => ['a file', text])] as const) {
      expect(text.includes('planted-password'), where).toBe(false);
      expect(text.includes(cookie), where).toBe(false);
      expect(text.includes(ada.invite), where).toBe(false);
      expect(text.includes(server.tokens.production), where).toBe(false);
    }
  });
});
