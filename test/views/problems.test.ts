import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../server/lib/errors.ts';
import type { ViewNode } from '../../server/schemas/view.ts';
import { until } from '../support/until.ts';
import type { View } from './support/authorCode.ts';
import { liveRig, user, type LiveRig, type RigOptions } from './support/rig.ts';

const rigs: LiveRig[] = [];
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.pages.stop();
});

/** One page, or JSON route, that shows the view `main`. */
function rigOf(views: Record<string, View>, node: Partial<ViewNode> = {}, more: Partial<RigOptions> = {}) {
  const route = { path: '/', view: { _type: 'view' as const, name: 'main', ...node }, roles: ['guest'] };
  const rig = liveRig({ views, manifest: { pages: [route], json: [route] }, ...more });
  rigs.push(rig);
  return rig;
}
const text = (value: string) => ({ _type: 'text', value });
const column = (...children: unknown[]) => ({ _type: 'column', children });
const nested = (name: string, more: object = {}) => ({ _type: 'view', name, ...more });

describe('a component that does not fit', () => {
  it.each([
    ['a member of another type', { _type: 'text', value: 1 }, '/children/1/value', 'expected a string, found a number'],
    [
      'a member that is not known',
      { _type: 'text', value: '', onload: 'x' },
      '/children/1/onload',
      'is not known here',
    ],
    ['a member that is missing', { _type: 'text' }, '/children/1/value', 'is required'],
    ['a component that does not exist', { _type: 'txt', value: '' }, '/children/1', 'did you mean text?'],
    ['no _type', { value: 'x' }, '/children/1', 'expected a component'],
    ['a list for a component', ['x'], '/children/1', 'found a list'],
    ['true', true, '/children/1', 'found boolean'],
    [
      'an event that is text',
      { _type: 'button', text: 'x', onPressed: { run: 'x' } },
      '/children/1/onPressed',
      'expected a listener or an action',
    ],
    [
      'a listener without a name',
      { _type: 'button', text: 'x', onPressed: { _type: 'listener' } },
      '/children/1/onPressed/name',
      'is required',
    ],
    [
      'an action that does not exist',
      { _type: 'button', text: 'x', onPressed: { _type: 'action', action: 'explode' } },
      '/children/1/onPressed',
      'expected',
    ],
    [
      'a view whose find is wrong',
      nested('main', { find: { coll: 'x', limit: 1 } }),
      '/children/1/find/limit',
      'is not known',
    ],
  ])('is a problem in its own place: %s', async (_name, wrong, path, reason) => {
    const { open } = rigOf({ main: () => column(text('before'), wrong, text('after')) });
    const { children } = (await open('/')).ui();
    expect(children[0]).toEqual(text('before'));
    expect(children[1]).toMatchObject({ _type: 'problem', path });
    expect(children[1].detail).toContain(reason);
    expect(children[1].detail).toContain('view main');
    expect(children[2]).toEqual(text('after'));
  });

  it('is found where the components of a map and of an object stand', async () => {
    const { open } = rigOf({
      main: () => ({
        _type: 'table',
        order: ['a', 'b'],
        rows: { a: { cells: [text('x'), { _type: 'nope' }] }, b: { cells: ['plain', nested('cell')] } },
      }),
      cell: () => text('nested'),
    });
    const { rows } = (await open('/')).ui();
    expect(rows.a.cells[1]).toMatchObject({ _type: 'problem', path: '/rows/a/cells/1' });
    expect(rows.b.cells).toEqual(['plain', text('nested')]);
  });

  it('is not looked for in what is data', async () => {
    const value = { _type: 'nope', deep: { _type: 'listener', name: 'x' } };
    const { open } = rigOf({ main: () => ({ _type: 'json', value }) });
    expect((await open('/')).ui()).toEqual({ _type: 'json', value });
  });

  it('keeps its key, and what a condition left out shows nothing', async () => {
    const { open } = rigOf({ main: () => column(false, { _type: 'nope', key: 'k' }) });
    expect((await open('/')).ui().children).toMatchObject([null, { _type: 'problem', key: 'k' }]);
  });

  it('is told where two siblings have one key', async () => {
    const { open, pages } = rigOf({ main: () => column({ ...text('a'), key: 'k' }, { ...text('b'), key: 'k' }) });
    expect((await open('/')).ui().children).toHaveLength(2);
    expect(pages.problems()).toEqual(['In the view main, two siblings at /children have the key "k".']);
  });
});

describe('a view that cannot be shown', () => {
  const broken: View = ([doc]) => {
    if (doc?.bad === true) throw new Error('no such thing');
    return text(doc === undefined ? 'none' : 'fine');
  };

  it('shows why in its own place, and recovers with the next change', async () => {
    const views = { main: () => column(text('head'), nested('broken', { find: { coll: 'docs' } })), broken };
    const { store, open, shows } = rigOf(views);
    store.put('docs', { _id: 'd', bad: true });
    const browser = await open('/');
    expect(browser.ui().children[0]).toEqual(text('head'));
    expect(browser.ui().children[1]).toMatchObject({ _type: 'problem', detail: 'no such thing' });
    expect(JSON.stringify(browser.ui())).not.toContain('x.ts');
    store.put('docs', { _id: 'd', bad: false });
    await shows(browser, (ui) => ui.children[1].value === 'fine');
    store.put('docs', { _id: 'd', bad: true });
    await shows(browser, (ui) => ui.children[1]._type === 'problem');
  });

  it('shows the stack to those who develop', async () => {
    const { store, open } = rigOf({ main: broken }, { find: { coll: 'docs' } }, { deps: { isDevelopment: true } });
    store.put('docs', { _id: 'd', bad: true });
    expect((await open('/')).ui()).toMatchObject({ _type: 'problem', stack: 'at views/x.ts:1' });
  });

  it('recovers with the next reload of the code', async () => {
    const { code, open, shows } = rigOf({ main: () => column(nested('mian')) });
    const browser = await open('/');
    expect(browser.ui().children[0]).toMatchObject({ _type: 'problem', title: 'There is no view mian' });
    code.views.set('mian', () => text('there'));
    code.reload();
    await shows(browser, (ui) => ui.children[0].value === 'there');
  });

  it('names those that are like it', async () => {
    const { open } = rigOf({ main: () => column(nested('mai')) });
    expect((await open('/')).ui().children[0].detail).toContain('Did you mean main?');
  });

  it.each([
    [{ query: { a: { $regex: '@me' } } }, '/find/query/a/$regex'],
    [{ query: { $where: 'x' } }, '/find/query/$where'],
  ])('says where its find is wrong: %j', async (find, path) => {
    const { store, open } = rigOf({ main: () => text('x') }, { find: { coll: 'docs', ...find } });
    expect((await open('/', { who: user('u1') })).ui()).toMatchObject({ _type: 'problem', path });
    expect(store.asked).toEqual([]);
  });

  it('is tried again when its process was gone', async () => {
    const { code, open } = rigOf({ main: () => text('there') });
    code.unavailable = 2;
    expect((await open('/')).ui()).toEqual(text('there'));
  });

  it('ends where views nest without end, alone', async () => {
    const { open } = rigOf({
      main: (_d, { n = 1 }) => column(text(`${n}`), nested('main', { props: { n: Number(n) + 1 } })),
    });
    const browser = await open('/');
    expect(JSON.stringify(browser.ui())).toContain('Views nest at most 16 deep');
    expect(browser.ui().children[0]).toEqual(text('1'));
  });

  it.each([
    ['components', () => column(...Array.from({ length: 5_001 }, () => text('')))],
    ['bytes', () => text('x'.repeat(1_100_000))],
    ['views', () => column(...Array.from({ length: 3 }, () => nested('main')))],
  ])('says when a page has too many %s', async (what, main) => {
    const { open } = rigOf({ main });
    const ui = (await open('/')).ui();
    expect(ui._type).toBe('problem');
    expect(ui.detail).toContain(what);
  });

  it('is an error in its place in JSON', async () => {
    const { open } = rigOf({ main: () => ({ ok: 1, inner: nested('gone'), press: { _type: 'listener', name: 'x' } }) });
    const ui = (await open('/', { kind: 'json' })).ui();
    expect(ui).toMatchObject({ ok: 1, inner: { error: { title: 'There is no view gone' } } });
    expect(Object.keys(ui.press)).toEqual(['_type', 'code']);
  });
});

describe('a database that fails', () => {
  const main: View = (docs) => text(String(docs.length));

  it('shows a problem at first, and the data when they can be read', async () => {
    const { store, open, shows } = rigOf({ main }, { find: { coll: 'docs' } });
    store.beforeAnswer = () => Promise.reject(new AppError('storage_unavailable'));
    const browser = await open('/');
    expect(browser.ui()).toMatchObject({ _type: 'problem', detail: 'The database cannot be reached' });
    store.beforeAnswer = () => Promise.resolve();
    await shows(browser, (ui) => ui.value === '0');
  });

  it('keeps what was there, and catches up', async () => {
    const { store, open, shows } = rigOf({ main }, { find: { coll: 'docs' } });
    const browser = await open('/');
    store.beforeAnswer = () => Promise.reject(new Error('cut off'));
    store.put('docs', { _id: 'd' });
    await until('it fails twice', () => store.asked.length >= 3);
    expect(browser.ui().value).toBe('0');
    store.beforeAnswer = () => Promise.resolve();
    await shows(browser, (ui) => ui.value === '1');
  });
});

describe('a reload', () => {
  it('closes what there is no route for, and makes the rest anew', async () => {
    const { code, open, shows } = rigOf({ main: () => text('old') });
    const [page, json] = [await open('/'), await open('/', { kind: 'json' })];
    code.views.set('main', () => text('new'));
    code.manifestNow = { pages: [{ ...code.manifestNow.pages![0]!, title: 'A title' }] };
    code.reload();
    await shows(page, (ui) => ui.value === 'new');
    expect(page.watcher.title).toBe('A title');
    expect(json.gone).toMatchObject([{ code: 'not_found' }]);
    expect(page.gone).toEqual([]);
  });
});
