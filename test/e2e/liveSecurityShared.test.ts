/**
 * Pages that many share show each their own and nothing of the others, also to those who resume, and data that would like
 * to be more than data stays data.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
    { text: 'note-of-ada', owner: ada.id, secret: 'planted-prop-of-ada' },
    { text: 'e1', owner: eve.id, secret: 'planted-prop-of-eve' },
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

describe('a page that many share', () => {
  it('never shows one what is the other’s, through random writes', async () => {
    const [hers, his] = [await as({ cookie: ada.cookie }), await as({ cookie: eve.cookie })];
    const guest = await as();
    for (const client of [hers, his, guest]) for (const path of ['/mine', '/branch']) await client.open(path);
    await add(server, 'flags', [{ on: false, round: 0 }]);
    for (let round = 1; round <= 25; round++) {
      const owner = [ada.id, eve.id][Math.floor(Math.random() * 2)]!;
      const on = Math.random() < 0.5;
      await add(server, 'notes', [{ text: `${owner} row ${String(round)}`, owner }]);
      const body = { filter: {}, update: { $set: { on, round } } };
      await server.api('POST', '/app/colls/flags/updateMany', body, server.tokens.production);
    }
    const last = { filter: {}, update: { $set: { on: true, round: 'last' } } };
    await server.api('POST', '/app/colls/flags/updateMany', last, server.tokens.production);
    await Promise.all([hers, his, guest].map((client) => heardBy(client, 'round last')));
    expect(hers.heard()).toContain(`<${ada.id}>`);
    expect(hers.heard()).not.toContain(eve.id);
    expect(his.heard()).not.toContain(ada.id);
    expect(guest.heard()).not.toMatch(/usr_/);
  });

  it('that makes a text of its context shows each their own', async () => {
    const both = [await as({ cookie: ada.cookie }), await as({ cookie: eve.cookie }), await as()];
    const [hers, his, guests] = await Promise.all(both.map((client) => client.open('/inspect', { kind: 'json' })));
    expect(hers.ui.text).toContain(ada.id);
    expect(his.ui.text).toContain(eve.id);
    expect(guests.ui.text).toContain('me: null');
  });

  it('is resumed by nobody else: with a token of another comes the whole of what is one’s own', async () => {
    const [hers, his] = [await as({ cookie: ada.cookie }), await as({ cookie: eve.cookie })];
    const [page, other] = [await hers.open('/mine'), await his.open('/mine')];
    hers.socket.io.engine.close();
    his.socket.io.engine.close();
    const [newHers, newHis] = [await as({ cookie: ada.cookie }), await as({ cookie: eve.cookie })];
    const swapped = await newHis.open('/mine', { resume: page.resume, revision: page.revision });
    expect(textsIn(swapped)).toContain('e1');
    expect(textsIn(swapped)).not.toContain('note-of-ada');
    expect(textsIn(await newHers.open('/mine', { resume: other.resume }))).toContain('note-of-ada');
    // Used up, also by the wrong one.
    const late = await as({ cookie: ada.cookie });
    expect(await late.open('/mine', { resume: page.resume, revision: page.revision })).toHaveProperty('ui');
  });
});

describe('data', () => {
  const listener = { _type: 'listener', name: 'promote', props: { to: 'admin' } };
  const view = { _type: 'view', name: 'raw', find: { coll: 'notes' } };

  it('of documents and of the state becomes neither a listener nor a view, and pollutes nothing', async () => {
    const client = await as();
    await add(server, 'inbox', [{ ...listener, deep: [listener, { view }] }]);
    const { ui } = await client.open('/raw', { kind: 'json' });
    expect(codesOf(ui)).toEqual([]);
    expect(JSON.stringify(ui)).not.toMatch(/note-of-ada|planted-prop/);

    const state = await client.open('/state', { kind: 'json' });
    const [code] = codesOf(state.ui) as [string];
    const value = JSON.parse(`{"l":${JSON.stringify(listener)},"v":${JSON.stringify(view)},"__proto__":{"x":1}}`);
    expect(await client.press(state, code, { value })).toMatchObject({ ok: true });
    await heardBy(client, 'data:view');
    expect(client.heard()).not.toMatch(/note-of-ada|planted-prop/);
    const again = await client.open('/state', { kind: 'json' });
    expect(codesOf(again.ui)).toEqual([code]);
    expect(again.ui.state).not.toHaveProperty('x');
    expect(await find(server, 'promoted')).toEqual([]);
  });
});
