/** Sockets that do not keep to what was agreed, pages of other sites, names that are not ours, and files that are none. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { add, connect, join, remove, startHostileApp, type Person } from './support/attacker.ts';
import { rawGet, rawSocket } from './support/raw.ts';

let server: TestServer;
let ada: Person;

beforeAll(async () => {
  server = await startHostileApp();
  ada = await join(server);
}, 60_000);
afterAll(() => remove(server));

describe('a connection', () => {
  it('is refused to pages of other sites, over both transports, and to names that are not ours', async () => {
    for (const transports of [['websocket'], ['polling']] as const) {
      for (const origin of ['https://evil.test', 'null', `${server.url}.evil.test`]) {
        const attempt = connect(server, { cookie: ada.cookie, headers: { origin }, transports: [...transports] });
        const isLetIn = attempt.then(
          () => true,
          () => false,
        );
        expect(await isLetIn, `${transports[0]} ${origin}`).toBe(false);
      }
    }
    for (const path of ['/', '/auth/me', '/sdk.js', '/assets/x.js', '/health', '/socket.io/?EIO=4&transport=polling']) {
      const answer = await server.send(path, { method: 'GET', headers: { host: 'evil.test', accept: 'text/html' } });
      expect([400, 403, 421], path).toContain(answer.status);
    }
    expect((await server.send('/', { method: 'GET', headers: { host: 'evil.test' } })).status).toBe(421);
  });

  it('without an Origin needs a token that is right', async () => {
    const socket = await rawSocket(server, { cookie: ada.cookie });
    socket.send('40');
    await socket.next('"forbidden"');
    const wrong = await rawSocket(server);
    wrong.send('40{"token":"ear_p_wrong"}');
    await wrong.next('"unauthorized"');
    for (const { heard, destroy } of [socket, wrong]) {
      expect(heard()).not.toContain('"hello"');
      destroy();
    }
  });

  it.each([
    ['a frame of 300 KB', 'x'.repeat(300 * 1024)],
    ['a binary part that never comes', '451-["x",{"_placeholder":true,"num":0}]'],
    ['another namespace', '40/admin,'],
    ['an event of another namespace', '42/admin,["open",{}]'],
    ['an acknowledgement', '43["x"]'],
    ['a negative number', '42-1["open"]'],
    ['an event that is no list', '42{"__proto__":1}'],
    ['a list without an end', `42["open",${'['.repeat(100_000)}`],
    ['no packet', '9'],
    ['base64 for bytes', 'bnot-base64'],
    ['bytes', Buffer.from([1, 2, 3])],
  ])('is closed that sends %s, and nobody else notices', async (_, data) => {
    const other = await connect(server, { cookie: ada.cookie });
    const socket = await rawSocket(server, { origin: server.url });
    socket.send('40');
    await socket.next('"hello"');
    socket.send(data);
    await until('it to be closed', socket.isClosed);
    expect(await other.open('/user')).toMatchObject({ ok: true });
    other.close();
  });

  it('that floods is slowed down, then closed', async () => {
    const client = await connect(server);
    const answers: unknown[] = [];
    for (let i = 0; i < 1_000; i++) {
      client.socket.emit('open', { path: '/' }, (answer) => answers.push(answer.ok || answer.problem.code));
    }
    await until('it to be closed', client.isClosed);
    expect(answers).toContain('rate_limited');
    expect(answers.filter((answer) => answer === true).length).toBeLessThanOrEqual(90);
  });

  it('that reads slowly costs no memory: it is sent the newest state when it reads again', async () => {
    const text = 'x'.repeat(40_000);
    await add(server, 'large', [{ text, round: 0 }]);
    const socket = await rawSocket(server, { origin: server.url });
    socket.send('40');
    await socket.next('"hello"');
    socket.send('420["open",{"kind":"json","path":"/large"}]');
    await socket.next('"ok":true');
    socket.pause();
    socket.forget();
    const before = await memory();
    for (let round = 1; round <= 100; round++) {
      const body = { filter: {}, update: { $set: { round, text: `${text}${String(round)}` } } };
      await server.api('POST', '/app/colls/large/updateMany', body, server.tokens.production);
    }
    expect((await memory()) - before).toBeLessThan(100 * 1024 * 1024);
    socket.resume();
    const heard = await until(
      'the newest state',
      () => /"round":100|\/0\/round","value":100/.test(socket.heard()) && socket.heard(),
    );
    expect(heard.length).toBeLessThan(3_000_000);
    socket.destroy();
  });
});

describe('what a browser may load', () => {
  it.each([
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/....//package.json',
    '/assets//etc/passwd',
    '/assets/..\\..\\package.json',
    '/assets/index.js%00.css',
    '/assets/.env',
    '/sdk.js/../../package.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%5c..%5cpackage.json',
  ])('is not %s', async (path) => {
    const [status, text] = await rawGet(server, path);
    expect([400, 404]).toContain(status);
    expect(text).not.toMatch(/"devDependencies"|root:/);
  });
});

async function memory(): Promise<number> {
  const status = await readFile(`/proc/${String(server.pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
