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
  await page.getByRole('link', { name: '/orders' }).waitFor();
  expect(await axe()).toEqual([]);
  expect(faults).toEqual([]);
});
