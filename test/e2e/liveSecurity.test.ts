/**
 * Who may see and press what: codes of listeners, placeholders, roles. Guests and users of one server try to get what is
 * not theirs.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import type { TestServer } from '../support/server.ts';
import {
  add,
  codesOf,
  connect,
  find,
  heardBy,
  join,
  remove,
  startHostileApp,
  type Client,
  type ConnectOptions,
  type Person,
} from './support/attacker.ts';

let server: TestServer;
let ada: Person;
let eve: Person;
const clients: Client[] = [];

beforeAll(async () => {
  server = await startHostileApp();
  [ada, eve] = [await join(server), await join(server)];
  await add(server, 'notes', [
    { text: 'a1', owner: ada.id, status: 'open', secret: 'planted-prop-of-ada' },
    { text: 'e1', owner: eve.id, status: 'open', secret: 'planted-prop-of-eve' },
    { text: 'n1', status: '@me', secret: 'planted-prop-of-none' },
    { text: '@me', status: '$gt' },
  ]);
}, 60_000);
afterAll(() => remove(server));
afterEach(() => clients.splice(0).forEach(({ close }) => close()));

async function as(options: ConnectOptions = {}): Promise<Client> {
  const client = await connect(server, options);
  clients.push(client);
  return client;
}

const textsIn = ({ ui }: any): string[] => ui.children.map(({ text, value }: any) => text ?? value);
const refused = (code: string) => ({ ok: false, problem: { code } });
const change = (id: string, change: object) =>
  server.api('PATCH', `/app/users/${id}`, change, server.tokens.production);

describe('the code of a listener', () => {
  it('is worth nothing to others, on other routes, forged, or with the key of another', async () => {
    const [hers, his] = [await as({ cookie: ada.cookie }), await as({ cookie: eve.cookie })];
    const [page, other] = [await hers.open('/mine'), await his.open('/mine')];
    const [code] = codesOf(page.ui) as [string];
    const start = await his.open('/');
    for (const wanted of [
      { route: other.route, code: `${String(other.key)}.${code}` },
      { route: other.route, code: `${String(page.key)}.${code}` },
      { route: start.route, code: `${String(other.key)}.${codesOf(other.ui)[0]!}` },
      { route: start.route, code: `${String(start.key)}.${code}` },
      { route: other.route, code: `${String(other.key)}.${'A'.repeat(22)}` },
      { route: other.route, code },
      { route: other.route, code: `${String(other.key)}.__proto__` },
      { route: other.route, code: '.' },
    ]) {
      expect(await his.run({ ...wanted, press: randomUUID() }), JSON.stringify(wanted)).toMatchObject(refused('gone'));
    }
    expect(await find(server, 'touched')).toEqual([]);
    expect(await hers.press(page, code)).toMatchObject({ ok: true });
    await until('it to have run once', async () => (await find(server, 'touched')).length === 1);
    expect(await find(server, 'touched')).toMatchObject([{ props: { secret: 'planted-prop-of-ada' } }]);
  });

  it('runs once for one press, and nobody says for whom in the event', async () => {
    const client = await as();
    const page = await client.open('/');
    const press = { route: page.route, code: `${String(page.key)}.${codesOf(page.ui)[0]!}`, press: randomUUID() };
    const event = { user_id: ada.id, me: ada.id, value: { _type: 'listener', name: 'promote' } };
    const answers = await Promise.all([client.run({ ...press, event }), client.run({ ...press, event })]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
    expect(new Set(answers.map((answer) => 'run' in answer && answer.run)).size).toBe(1);
    expect(await client.run({ ...press, user_id: ada.id })).toMatchObject(refused('invalid_input'));
    await until('it to have run', async () => (await find(server, 'touched', { 'props.by': 'hello' })).length > 0);
    expect(await find(server, 'touched', { 'props.by': 'hello' })).toMatchObject([{ user: null }]);
  });

  it('is all that a browser hears of the listener', async () => {
    const client = await as({ cookie: ada.cookie });
    const page = await client.open('/mine');
    await client.press(page, codesOf(page.ui)[0]!);
    await add(server, 'notes', [{ text: 'the-later-note', owner: ada.id, secret: 'planted-prop-later' }]);
    await heardBy(client, 'the-later-note');
    expect(client.heard()).not.toMatch(/planted-prop|touch/);
  });

  it('of a node that is gone is never anything to those who did not see it', async () => {
    const client = await as({ cookie: ada.cookie });
    await add(server, 'notes', [{ text: 'short', owner: ada.id, secret: 'planted-prop-short' }]);
    const before = await until('the node to be there', async () => {
      const page = await client.open('/mine');
      return textsIn(page).includes('short') && page;
    });
    const stranger = await as({ cookie: eve.cookie });
    const others = await stranger.open('/mine');
    const code = codesOf(before.ui.children.filter(({ text }: any) => text === 'short'))[0]!;
    const gone = heardBy(client, '"op":"remove"');
    await server.api('POST', '/app/colls/notes/deleteMany', { filter: { text: 'short' } }, server.tokens.production);
    await gone;
    expect(await stranger.press(others, code)).toMatchObject(refused('gone'));
    // The deed of a finger that was quicker than the patch still counts; test/views/codes.test.ts says for how long.
    expect(await client.press(before, code)).toMatchObject({ ok: true });
  });
});

describe('a placeholder', () => {
  it('that stands for nothing matches nothing, neither what has no such field', async () => {
    const client = await as();
    for (const path of ['/mine', '/found', '/not']) expect(textsIn(await client.open(path)), path).toEqual([]);
  });

  it('is equal to what the URL says, whatever that looks like', async () => {
    const client = await as({ cookie: ada.cookie });
    const found = async (status: string) => textsIn(await client.open('/found', { query: { status } }));
    expect(await found('open')).toEqual(['a1', 'e1']);
    expect(await found('@me')).toEqual(['n1']);
    expect(await found('$gt')).toEqual(['@me']);
    expect(await found('{"$ne":1}')).toEqual([]);
    expect(textsIn(await client.open('/found', { query: { 'status[$ne]': '1' } }))).toEqual([]);
    expect(textsIn(await client.open('/note/%40me'))).toEqual(['@me']);
    expect(textsIn(await client.open('/note/%24gt'))).toEqual([]);
    for (const query of [{ status: ['open'] }, { status: { $ne: 1 } }, { status: null }, 'status=open']) {
      expect(await client.open('/found', { query }), JSON.stringify(query)).toMatchObject(refused('invalid_input'));
    }
    const { ui } = await client.open('/pattern', { query: { status: '.*' } });
    expect(ui).toMatchObject({ _type: 'problem', title: expect.stringContaining('find') });
  });

  it('of a careless view cannot ask for more than 250, nor for members that are none', async () => {
    const client = await as();
    for (const query of [
      { limit: '251' },
      { limit: '1e9' },
      { limit: '-1' },
      { limit: 'x' },
      { limit: '5', sort: '__proto__' },
      { limit: '5', sort: '$where' },
    ]) {
      const { ui } = await client.open('/many', { query });
      if (query.sort === '__proto__') expect(textsIn({ ui }).length).toBeLessThanOrEqual(5);
      else expect(ui.children[0], JSON.stringify(query)).toMatchObject({ _type: 'problem' });
    }
  });
});

describe('a route', () => {
  it('opens to its roles alone', async () => {
    const boss = await join(server, { roles: ['boss'] });
    const [guest, user, chief] = [await as(), await as({ cookie: ada.cookie }), await as({ cookie: boss.cookie })];
    expect(await guest.open('/user')).toMatchObject(refused('unauthorized'));
    expect(await guest.open('/boss')).toMatchObject(refused('unauthorized'));
    expect(await user.open('/user')).toMatchObject({ ok: true });
    expect(await user.open('/boss')).toMatchObject(refused('forbidden'));
    for (const path of ['/boss/', '//boss', '/boss?x', '/BOSS', '/%62oss', '/./boss', '/user/../boss']) {
      expect(await user.open(path), path).toMatchObject({ ok: false });
    }
    expect(await chief.open('/boss')).toMatchObject({ ok: true });
    expect(textsIn(await user.open('/mixed'))).not.toContain('Pay');
  });

  it('closes, and its codes die, the moment the role is taken', async () => {
    const boss = await join(server, { roles: ['boss'] });
    const client = await as({ cookie: boss.cookie });
    const [closed, mixed] = [await client.open('/boss'), await client.open('/mixed')];
    const before = (await find(server, 'touched', { 'props.by': { $in: ['boss', 'mixed'] } })).length;
    await change(boss.id, { roles: [] });
    const presses = [client.press(closed, codesOf(closed.ui)[0]!), client.press(mixed, codesOf(mixed.ui)[0]!)];
    for (const answer of await Promise.all(presses)) expect(answer.ok).toBe(false);
    await heardBy(client, 'nothing for you');
    expect(await client.press(mixed, codesOf(mixed.ui)[0]!)).toMatchObject(refused('gone'));
    expect(await client.open('/boss')).toMatchObject(refused('forbidden'));
    expect(await find(server, 'touched', { 'props.by': { $in: ['boss', 'mixed'] } })).toHaveLength(before);
  });

  it('is closed within a second when the session is revoked or the user disabled', async () => {
    for (const how of ['revoked', 'disabled'] as const) {
      const person = await join(server);
      const client = await as({ cookie: person.cookie });
      await client.open('/user');
      if (how === 'disabled') await change(person.id, { disabled: true });
      else await server.api('DELETE', `/app/users/${person.id}/sessions`, undefined, server.tokens.production);
      const startedAt = Date.now();
      await until('the connection to be closed', client.isClosed, 5_000);
      expect(Date.now() - startedAt, how).toBeLessThan(1_000);
      expect(await (await as({ cookie: person.cookie })).open('/user')).toMatchObject(refused('unauthorized'));
    }
  });

  it('of one environment knows no session of the other', async () => {
    const tester = await join(server, { environment: 'sandbox' });
    const [name, value] = tester.cookie.split('=') as [string, string];
    const across = `${name === 'earshot' ? 'earshot_sandbox' : 'earshot'}=${value}`;
    expect(await (await as({ cookie: tester.cookie })).open('/user')).toMatchObject(refused('unauthorized'));
    expect(await (await as({ cookie: across })).open('/user')).toMatchObject(refused('unauthorized'));
    const sandbox = { environment: 'sandbox' } as const;
    expect(await (await as({ cookie: ada.cookie, ...sandbox })).open('/user')).toMatchObject(refused('unauthorized'));
    expect(await (await as({ cookie: tester.cookie, ...sandbox })).open('/user')).toMatchObject({ ok: true });
    const program = await as({ token: server.tokens.sandbox, environment: 'production' });
    expect(textsIn(await program.open('/found', { query: { status: 'open' } }))).toEqual([]);
  });
});
