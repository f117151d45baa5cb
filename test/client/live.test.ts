/** What a live page promises: nothing a person does is lost to a change, and no tree is ever a mix of two. */
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../server/schemas/json.ts';
import { until } from '../support/until.ts';
import { listener, openPage, renderTree, startServer } from './harness.ts';
import { problem } from './support/fakeServer.ts';

const text = (value: string) => ({ _type: 'text', value });
const field = (value: string, more: JsonObject = {}) => ({
  _type: 'textfield',
  key: 'name',
  name: 'name',
  label: 'Name',
  value,
  ...more,
});
const page = (...children: readonly Json[]): Json => ({ _type: 'column', children });

describe('while patches arrive', () => {
  test('what is typed stays, with the focus and the caret, and the rest of the page goes on', async () => {
    const shown = await renderTree(page(text('one'), field('Ada')));
    const input = shown.page.getByLabel('Name');
    await input.click();
    await shown.page.keyboard.press('End');
    await shown.page.keyboard.type(' Love');
    await shown.update(page(text('two'), text('new'), field('Bob')));
    await shown.page.getByText('two').waitFor();
    await shown.page.keyboard.type('lace');
    expect(await input.inputValue()).toBe('Ada Lovelace');
    expect(await input.evaluate((each) => document.activeElement === each)).toBe(true);
    await shown.update(page(text('three'), field('Cleo')));
    expect(await input.inputValue()).toBe('Ada Lovelace');
    expect(shown.faults).toEqual([]);
  });

  test('a field that nobody touches follows the server', async () => {
    const shown = await renderTree(page(field('Ada')));
    await shown.update(page(field('Bob')));
    await until('the new value', async () => (await shown.page.getByLabel('Name').inputValue()) === 'Bob');
  });

  test('the page stays scrolled to where it is', async () => {
    const rows = (count: number) => page(...Array.from({ length: count }, (_, at) => text(`row ${at}`)));
    const shown = await renderTree(rows(200));
    await shown.page.evaluate(() => scrollTo(0, 900));
    await shown.update(rows(201));
    await shown.page.getByText('row 200').waitFor({ state: 'attached' });
    expect(await shown.page.evaluate(() => scrollY)).toBe(900);
  });

  test('what did not change is not drawn again', async () => {
    const shown = await renderTree(page(text('one'), field('Ada')));
    const before = await shown.page.getByLabel('Name').elementHandle();
    await shown.update(page(text('two'), field('Ada')));
    await shown.page.getByText('two').waitFor();
    expect(await before.evaluate((element) => element.isConnected)).toBe(true);
  });
});

describe('a connection that is lost', () => {
  test('comes back by itself, resumes, and shows what changed meanwhile', async () => {
    const shown = await renderTree(page(text('before')));
    shown.server.setDown(true);
    await shown.page.getByText(/Reconnecting/).waitFor();
    expect(await shown.page.getByText('before').isVisible()).toBe(true);
    shown.server.set('/', page(text('after')));
    shown.server.setDown(false);
    await shown.page.getByText('after').waitFor();
    await shown.page.locator('.earshot-mark[data-status=live]', { hasText: 'Live' }).waitFor();
    const [first, second] = shown.server.opens;
    expect(first!.resume).toBeUndefined();
    expect(second!.resume).toBeTypeOf('string');
  });

  test('says so to screen readers when it lasts, and when it is over', async () => {
    const shown = await renderTree(text('here'));
    shown.server.setDown(true);
    const status = shown.page.getByRole('status');
    await until('the loss is told', async () => (await status.allTextContents()).join().includes('lost'));
    shown.server.setDown(false);
    await until('the end is told', async () => (await status.allTextContents()).join().includes('Connected again'));
  });

  test('switches off what needs the server, and nothing else', async () => {
    const shown = await renderTree(
      page(
        { _type: 'button', text: 'Ship', onPressed: listener('ship') },
        { _type: 'button', text: 'Go', onPressed: { _type: 'action', action: 'navigate', to: '/x' } },
      ),
    );
    shown.server.setDown(true);
    const ship = shown.page.getByRole('button', { name: 'Ship' });
    const isOff = () => ship.evaluate((each) => each.matches(':disabled, [aria-disabled=true], [data-disabled]'));
    await until('the button is off', isOff);
    expect(await shown.page.getByRole('button', { name: 'Go' }).isEnabled()).toBe(true);
    shown.server.setDown(false);
    await until('the button is on', async () => !(await isOff()));
  });
});

describe('a missed revision', () => {
  test('is repaired: the next patch does not fit, and the whole tree is asked for', async () => {
    const shown = await renderTree(page(text('a'), text('b')));
    shown.server.losePatch();
    shown.server.set('/', page(text('lost'), text('b')));
    shown.server.set('/', page(text('lost'), text('c')));
    await shown.page.getByText('lost').waitFor();
    expect(await shown.page.locator('main').textContent()).toBe('lostc');
    expect(shown.server.opens.map(({ resume }) => resume)).toEqual([undefined, undefined]);
    await shown.update(page(text('lost'), text('d')));
    await shown.page.getByText('d', { exact: true }).waitFor();
    expect(shown.server.opens).toHaveLength(2);
  });
});

describe('a press', () => {
  test('runs once, however often it is pressed while it runs, and its failure is said', async () => {
    let finish: (end: { status: 'dead'; error: { code: string; message: string } }) => void = () => undefined;
    const shown = await renderTree(
      { _type: 'button', text: 'Ship', onPressed: listener('ship') },
      { onRun: () => new Promise((resolve) => (finish = resolve)) },
    );
    const ship = shown.page.getByRole('button', { name: 'Ship' });
    await ship.dblclick();
    await until('the run', () => shown.runs.length === 1);
    await ship.click({ force: true });
    finish({ status: 'dead', error: { code: 'listener_error', message: 'No stock left' } });
    await shown.page.getByText(/No stock left/).waitFor();
    expect(shown.runs.map(({ code, event }) => ({ code, event }))).toEqual([{ code: 'ship', event: {} }]);
  });

  test('that the connection was lost under is sent again with its own id, and runs once', async () => {
    let finish: () => void = () => undefined;
    const shown = await renderTree(
      { _type: 'button', text: 'Ship', onPressed: listener('ship') },
      { onRun: () => new Promise((resolve) => (finish = () => resolve({ status: 'succeeded' }))) },
    );
    await shown.page.getByRole('button', { name: 'Ship' }).click();
    await until('the run', () => shown.runs.length === 1);
    shown.server.cut();
    await until('a new connection', () => shown.server.opens.length === 2);
    finish();
    expect(shown.runs).toHaveLength(1);
    expect(await shown.page.getByText(/connection was lost/).count()).toBe(0);
  });

  test('is busy until the server says how it ended, also on another connection, and guesses nothing', async () => {
    let finish: (end: { status: 'dead'; error: { code: string; message: string } }) => void = () => undefined;
    const shown = await renderTree(
      { _type: 'button', text: 'Ship', onPressed: listener('ship') },
      { onRun: () => new Promise((resolve) => (finish = resolve)) },
    );
    await shown.page.getByRole('button', { name: 'Ship' }).click();
    await until('the run', () => shown.runs.length === 1);
    shown.server.cut();
    await until('it to be sent again', () => shown.server.presses.length === 2);
    expect(new Set(shown.server.presses).size).toBe(1);
    await shown.page.locator('button[aria-busy=true]').waitFor();
    finish({ status: 'dead', error: { code: 'listener_error', message: 'No stock left' } });
    await shown.page.getByText(/No stock left/).waitFor();
    expect(await shown.page.locator('button[aria-busy=true]').count()).toBe(0);
  });

  test.each([
    ['succeeded', { status: 'succeeded' }, /has worked/],
    [
      'dead',
      { status: 'dead', error: { code: 'listener_error', message: 'Still no stock' } },
      /Given up: Still no stock/,
    ],
  ] as const)('that is tried again is told at the end, too: %s', async (_status, end, words) => {
    const shown = await renderTree(
      { _type: 'button', text: 'Ship', onPressed: listener('ship') },
      { onRun: () => ({ status: 'retrying', error: { code: 'listener_error', message: 'No stock' } }) },
    );
    await shown.page.getByRole('button', { name: 'Ship' }).click();
    await shown.page.getByText(/will be tried again/).waitFor();
    const [{ press } = { press: '' }] = shown.runs;
    shown.server.push('ended', { run: 'run_1', press, status: 'retrying' });
    shown.server.push('ended', { run: 'run_1', press, ...end });
    shown.server.push('ended', { run: 'run_1', press, ...end });
    shown.server.push('toast', { text: 'all is told' });
    await shown.page.getByText('all is told').waitFor();
    expect(await shown.page.getByText(words).count()).toBe(1);
  });
});

describe('moving between pages', () => {
  const link = (to: string, name: string) => ({ _type: 'link', to, text: name });

  test('a new page begins at its top, with the focus on its heading; back finds the old place', async () => {
    const server = await startServer();
    const long = Array.from({ length: 100 }, (_, at) => text(`row ${at}`));
    server.set('/', page({ _type: 'heading', level: 1, value: 'First' }, ...long, link('/second', 'On')), {
      title: 'One',
    });
    server.set('/second', page({ _type: 'heading', level: 1, value: 'Second' }, ...long), { title: 'Two' });
    const { page: tab, faults } = await openPage(server, '/');
    await tab.getByRole('link', { name: 'On' }).scrollIntoViewIfNeeded();
    const left = await tab.evaluate(() => scrollY);
    expect(left).toBeGreaterThan(0);
    await until('the place is kept', () => tab.evaluate(() => sessionStorage.getItem('earshot-scroll')));
    await tab.getByRole('link', { name: 'On' }).click();
    await tab.getByText('Second').waitFor();
    expect(await tab.title()).toBe('Two · Earshot');
    expect(await tab.evaluate(() => [scrollY, document.activeElement?.textContent])).toEqual([0, 'Second']);
    await tab.goBack();
    await tab.getByText('First').waitFor();
    await until('the old place', async () => (await tab.evaluate(() => scrollY)) === left);
    expect(faults).toEqual([]);
  });

  test('a first page that takes long becomes a skeleton; on the way to the next one it stays, dimmed', async () => {
    const server = await startServer();
    server.set('/', link('/second', 'On'));
    server.set('/second', text('Second'));
    server.slow(2_000);
    const { page: tab } = await openPage(server, '/');
    await tab.getByLabel('Loading').waitFor();
    await tab.getByRole('link', { name: 'On' }).click();
    await tab.locator('main[aria-busy=true]').getByRole('link', { name: 'On' }).waitFor();
    await tab.getByText('Second').waitFor();
    expect(await tab.locator('main[aria-busy=true]').count()).toBe(0);
    expect(await tab.getByRole('link', { name: 'On' }).count()).toBe(0);
  });

  test('another query keeps the page, what is typed in it and its focus', async () => {
    const server = await startServer();
    const find = field('', { onChanged: { _type: 'action', action: 'set_query', query: { q: '$value' } } });
    server.set('/', page(find, text('all')));
    server.set('/', page(find, text('some')), { query: 'q=ada' });
    const { page: tab } = await openPage(server, '/');
    await tab.getByLabel('Name').click();
    await tab.keyboard.type('ada');
    await tab.getByText('some').waitFor();
    expect(new URL(tab.url()).search).toBe('?q=ada');
    expect(await tab.getByLabel('Name').inputValue()).toBe('ada');
    expect(await tab.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
  });

  test('the sandbox keeps its base, in the address and to the server', async () => {
    const server = await startServer();
    server.set('/', link('/orders', 'Orders'));
    server.set('/orders', text('none yet'));
    const { page: tab } = await openPage(server, '/@sandbox');
    await tab.getByRole('link', { name: 'Orders' }).click();
    await tab.getByText('none yet').waitFor();
    expect(new URL(tab.url()).pathname).toBe('/@sandbox/orders');
    expect(server.auths[0]).toEqual({ environment: 'sandbox' });
    expect(server.opens.map(({ path }) => path)).toEqual(['/', '/orders']);
  });

  test('what the server pushes is done: toast, navigate, download', async () => {
    const server = await startServer();
    server.set('/', text('here'));
    server.set('/orders', text('orders'));
    const { page: tab } = await openPage(server, '/');
    await tab.getByText('here').waitFor();
    server.push('toast', { text: 'Saved', tone: 'success' });
    await tab.getByText('Saved').waitFor();
    const file = tab.waitForEvent('download');
    server.push('download', { name: '../a.csv', text: 'a,b' });
    expect((await file).suggestedFilename()).not.toContain('/');
    server.push('navigate', { to: 'javascript:alert(1)' });
    server.push('navigate', { to: '//evil.example' });
    server.push('navigate', { to: '/orders' });
    await tab.getByText('orders').waitFor();
  });
});

describe('a page that is refused', () => {
  test('to a guest leads to signing in, and from there to the page', async () => {
    const server = await startServer();
    server.set('/orders', text('the orders'));
    server.refuse('/orders', problem(401, 'unauthorized', 'Sign in first'));
    let sent: unknown;
    server.onAuth((path, body) => {
      if ((body as { password: string }).password !== 'right') {
        return { status: 401, body: problem(401, 'unauthorized', 'Not signed in', 'Address or password is wrong.') };
      }
      sent = { path, body };
      server.refuse('/orders', undefined);
      return { status: 200, body: {} };
    });
    const { page: tab, axe } = await openPage(server, '/orders?status=paid');
    await tab.getByLabel('Email').fill('ada@example.com');
    expect(new URL(tab.url()).search).toBe(`?next=${encodeURIComponent('/orders?status=paid')}`);
    await tab.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByText('Address or password is wrong.').waitFor();
    expect(await axe()).toEqual([]);
    await tab.getByRole('textbox', { name: 'Password' }).fill('right');
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.getByText('the orders').waitFor();
    expect(new URL(tab.url()).pathname + new URL(tab.url()).search).toBe('/orders?status=paid');
    expect(sent).toEqual({
      path: '/auth/sign-in?environment=production',
      body: { email: 'ada@example.com', password: 'right' },
    });
  });

  test.each(['//evil.example', 'https://evil.example', '/.//evil.example', 'javascript:alert(1)'])(
    'signing in does not lead to %s',
    async (next) => {
      const server = await startServer();
      server.set('/', text('home'));
      const { page: tab } = await openPage(server, `/_earshot/sign-in?next=${encodeURIComponent(next)}`);
      await tab.getByLabel('Email').fill('ada@example.com');
      await tab.getByRole('textbox', { name: 'Password' }).fill('right');
      await tab.getByRole('button', { name: 'Sign in' }).click();
      await tab.getByText('home').waitFor();
      expect(tab.url()).toBe(`${server.url}/`);
    },
  );

  test('an invitation sets a password; its secret leaves the address at once', async () => {
    const server = await startServer();
    server.set('/', text('home'));
    let sent: unknown;
    server.onAuth((path, body) => {
      sent = { path, body };
      return { status: 200, body: {} };
    });
    const { page: tab, axe } = await openPage(server, '/@sandbox/_earshot/invite#s3cret');
    await tab.getByLabel('Your name').fill('Ada');
    expect(tab.url()).toBe(`${server.url}/@sandbox/_earshot/invite`);
    await tab.getByRole('textbox', { name: 'Password', exact: true }).fill('a long enough one');
    await tab.getByRole('textbox', { name: 'Password once more' }).fill('another one');
    expect(await tab.getByRole('button', { name: /Set password/ }).isDisabled()).toBe(true);
    await tab.getByRole('textbox', { name: 'Password once more' }).fill('a long enough one');
    expect(await axe()).toEqual([]);
    await tab.getByRole('button', { name: /Set password/ }).click();
    await tab.getByText('home').waitFor();
    expect(sent).toEqual({
      path: '/auth/accept-invite?environment=sandbox',
      body: { invite: 's3cret', password: 'a long enough one', name: 'Ada' },
    });
  });

  test('says so, and is shown once it may be', async () => {
    const server = await startServer();
    server.set('/orders', text('the orders'));
    server.refuse('/orders', problem(403, 'forbidden', 'Not allowed'));
    const { page: tab } = await openPage(server, '/orders');
    await tab.getByText('This page is not for you').waitFor();
    server.refuse('/orders', undefined);
    server.hello({ roles: ['guest', 'shop'] });
    await tab.getByText('the orders').waitFor();
  });

  test('of a server that was replaced is loaded anew, with the newer program', async () => {
    const server = await startServer();
    server.set('/', text('home'));
    const { page: tab } = await openPage(server, '/');
    await tab.getByText('home').waitFor();
    const loaded = tab.waitForEvent('load');
    server.hello({ version: '2' });
    await loaded;
    await tab.getByText('home').waitFor();
  });

  test('because the server is not ready is tried again by itself', async () => {
    const server = await startServer();
    server.set('/', text('ready'));
    server.refuse('/', problem(503, 'unavailable', 'Not yet'));
    const { page: tab } = await openPage(server, '/');
    await until('a second try', () => server.opens.length >= 2);
    server.refuse('/', undefined);
    await tab.getByText('ready').waitFor();
  });
});
