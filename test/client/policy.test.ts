/** What is built runs under a policy without inline scripts and without eval. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtClient } from './support/built.ts';
import { openPage, startServer } from './harness.ts';

test('the page has no inline script, no inline style and no handler', async () => {
  const html = await readFile(join(await builtClient(), 'client/index.html'), 'utf8');
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)];
  expect(scripts.length).toBeGreaterThan(0);
  for (const [, attributes, body] of scripts) {
    expect(attributes).toMatch(/\bsrc="\/assets\//);
    expect(body).toBe('');
  }
  expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|https?:\/\//);
  expect(html).toContain('<meta name="csp-nonce" content="__CSP_NONCE__" />');
});

test('no script makes code of text', async () => {
  const folder = join(await builtClient(), 'client/assets');
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.js'))) {
    expect(await readFile(join(folder, name), 'utf8'), name).not.toMatch(/\bnew Function\(|[^.\w]eval\(/);
  }
});

test('a page of a signed-in user, its menu and its dark colours break no rule of the policy', async () => {
  const server = await startServer();
  server.set('/', { _type: 'text', value: 'here' });
  server.hello({ user: { id: 'usr_1', name: 'Ada Lovelace', email: 'ada@example.com' } });
  const { page, faults, axe } = await openPage(server, '/');
  await page.getByText('here').waitFor();
  await page.getByRole('button', { name: 'Menu of Ada Lovelace' }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.waitForSelector('html[data-mantine-color-scheme=dark]');
  expect(await axe()).toEqual([]);
  await page.reload();
  await page.waitForSelector('html[data-mantine-color-scheme=dark]');
  expect(faults).toEqual([]);
});

test('the first link of a page skips what is above it', async () => {
  const server = await startServer();
  server.set('/', { _type: 'text', value: 'here' });
  const { page } = await openPage(server, '/');
  await page.getByText('here').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
});
