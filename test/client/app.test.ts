/** The app around an author's pages, in a real browser. */
import { expect, test } from 'vitest';
import { openPage, renderTree, startServer } from './harness.ts';

test('a page shows its tree, and follows it', async () => {
  const shown = await renderTree('hello');
  expect(await shown.page.textContent('main')).toBe('hello');
  await shown.update('world');
  expect(await shown.page.textContent('main')).toBe('world');
  expect(shown.faults).toEqual([]);
});

test('an app without a page for / shows a friendly start', async () => {
  const server = await startServer();
  server.hello({ routes: { page: ['/orders', '/orders/:id'], json: [] } });
  const { page, faults, axe } = await openPage(server, '/');
  const link = page.getByRole('link', { name: '/orders' });
  await link.waitFor();
  expect(await axe()).toEqual([]);
  expect(await page.getByRole('navigation').count()).toBe(0);
  server.set('/orders', 'the orders');
  await link.click();
  await page.getByText('the orders').waitFor();
  expect(faults).toEqual([]);
});

const routes = { page: ['/', '/orders', '/orders/new', '/orders/:id', '/open-issues', '/lab/:id'], json: [] };
const titles = { '/': 'Overview', '/orders': 'All orders', '/orders/:id': 'Order' };

test('pages without parameters are links in the header, by their titles, and the present one is marked', async () => {
  const server = await startServer();
  server.hello({ routes, titles });
  server.set('/', 'the overview');
  server.set('/orders', 'the orders');
  server.set('/orders/7', 'one order');
  const { page, faults, axe } = await openPage(server, '/');
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  await page.getByText('the overview').waitFor();
  expect(await links.allTextContents()).toEqual(['Overview', 'All orders', 'Open issues']);
  const marks = () => links.evaluateAll((all) => all.map((each) => each.getAttribute('aria-current')));
  expect(await marks()).toEqual(['page', null, null]);
  await links.nth(1).click();
  await page.getByText('the orders').waitFor();
  expect(await marks()).toEqual([null, 'page', null]);
  expect(await axe()).toEqual([]);
  await page.goto(`${server.url}/orders/7`);
  await page.getByText('one order').waitFor();
  expect(await marks()).toEqual([null, 'true', null]);
  expect(faults).toEqual([]);
});

test('on a phone they are in a menu', async () => {
  const server = await startServer();
  server.hello({ routes, titles });
  server.set('/', 'the overview');
  server.set('/@sandbox', 'the overview');
  server.set('/orders', 'the orders');
  const { page, axe } = await openPage(server, '/@sandbox/', { width: 360 });
  await page.getByText('the overview').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const isCut = (text: string) =>
    page.getByText(text, { exact: true }).evaluate((each) => each.scrollWidth > each.clientWidth + 1);
  expect(await isCut('Sandbox')).toBe(false);
  await page.getByRole('button', { name: 'Pages' }).click();
  const item = page.getByRole('menuitem', { name: 'All orders' });
  await item.waitFor();
  expect(await page.getByRole('menuitem', { name: 'Overview' }).getAttribute('aria-current')).toBe('page');
  expect(await axe()).toEqual([]);
  await item.click();
  await page.getByText('the orders').waitFor();
  expect(new URL(page.url()).pathname).toBe('/@sandbox/orders');
});

test('pressing Live keeps the page as it is, by keyboard too, until it is pressed again', async () => {
  const shown = await renderTree('one');
  const mark = shown.page.getByRole('button', { name: /^Live/ });
  await mark.focus();
  await shown.page.keyboard.press('Enter');
  const paused = shown.page.getByRole('button', { name: /^Paused/ });
  await paused.waitFor();
  await shown.page.getByRole('status').getByText('Paused. The page stays as it is.').waitFor({ state: 'attached' });
  shown.server.set('/', 'two');
  const newest = shown.server.set('/', 'three');
  // Whatever is on its way has come once this toast has.
  shown.server.push('toast', { text: 'arrived' });
  await shown.page.getByText('arrived').waitFor();
  expect(await shown.page.textContent('main')).toBe('one');
  expect(await shown.axe()).toEqual([]);
  await shown.page.keyboard.press('Enter');
  await shown.page.waitForSelector(`main[data-revision="${newest}"]`);
  expect(await shown.page.textContent('main')).toBe('three');
  await mark.waitFor();
  expect(shown.faults).toEqual([]);
});

test('times are told by the server’s clock', async () => {
  const server = await startServer();
  const dayMs = 86_400_000;
  server.hello({ now: Date.now() + 2 * dayMs });
  server.set('/', { _type: 'time', at: new Date(Date.now() + 2 * dayMs - 120_000).toISOString() });
  const { page } = await openPage(server, '/');
  await page.getByText(/^(1|2) min .*ago$/).waitFor();
});
