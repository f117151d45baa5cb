/** Facts in a browser: times that count along, copying, secrets, figures that lead somewhere. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

const copied = (page: Awaited<ReturnType<typeof renderTree>>['page']) =>
  page.evaluate<string>('navigator.clipboard.readText()');

it('counts a time along without anybody changing it, and copies it as ISO', async () => {
  const at = new Date(Date.now() - 5_000).toISOString();
  const { page, faults } = await renderTree({ _type: 'time', at });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const time = page.locator('time');
  const first = await time.innerText();
  expect(first).toMatch(/^\d+ s ago$/);
  await until('the time to go on', async () => (await time.innerText()) !== first);
  const button = page.getByRole('button', { name: /ago/ });
  expect(await button.getAttribute('title')).toContain(`${at} (UTC)`);
  await button.click();
  await until('the copy', async () => (await copied(page)) === at);
  expect(faults).toEqual([]);
});

it('shows none where there is none', async () => {
  const { page } = await renderTree({
    _type: 'row',
    children: [
      { _type: 'time', at: null, none: 'never' },
      { _type: 'duration', ms: null },
      { _type: 'number', value: null },
    ],
  });
  await page.getByText('never').waitFor();
  expect(await page.getByText('–').count()).toBe(2);
});

it('copies the whole value where a short one is shown, and says so', async () => {
  const { page } = await renderTree({ _type: 'copyable', value: 'run_01JQ2V5T6M8ZC4', show: 'run_…ZC4', label: 'Id' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy Id: run_…ZC4' }).press('Enter');
  await until('the copy', async () => (await copied(page)) === 'run_01JQ2V5T6M8ZC4');
  await page.getByText('Copied', { exact: true }).first().waitFor();
});

it('says each status in a word beside its colour', async () => {
  const shown = await renderTree({ _type: 'status', value: 'retrying' });
  await shown.page.getByText('Retrying').waitFor();
  await shown.update({ _type: 'status', value: 'dead', text: 'Given up' });
  await shown.page.getByText('Given up').waitFor();
  await shown.update({ _type: 'statusSticker', status: 'pending' });
  await shown.page.getByRole('img', { name: 'Pending' }).waitFor();
});

it('reveals a secret once, tells the server, and never again', async () => {
  const { page, runs } = await renderTree({
    _type: 'secret',
    label: 'Signing secret',
    masked: 'whsec_…3f2a',
    value: 'whsec_abcdef3f2a',
    revealOnce: true,
    onRevealed: listener('seen'),
  });
  expect(await page.getByText('whsec_abcdef3f2a').count()).toBe(0);
  await page.getByRole('button', { name: 'Reveal: Signing secret' }).click();
  await page.getByText('whsec_abcdef3f2a').waitFor();
  await until('the run', () => runs.length === 1);
  await page.getByRole('button', { name: 'Hide: Signing secret' }).click();
  await page.getByText('It is not shown again.').waitFor();
  expect(await page.getByText('whsec_abcdef3f2a').count()).toBe(0);
  expect(await page.getByRole('button', { name: /Reveal/ }).count()).toBe(0);
});

it('makes one link of a figure, with no button within it', async () => {
  const shown = await renderTree({
    _type: 'stat',
    label: 'Oldest order',
    value: { _type: 'time', at: '2026-03-14T09:26:53.000Z' },
    to: '/orders',
  });
  const link = shown.page.getByRole('link', { name: /Oldest order/ });
  await link.waitFor();
  expect(await link.getByRole('button').count()).toBe(0);
  expect(await shown.axe()).toEqual([]);
  await link.click();
  await shown.page.waitForURL('**/orders');
});

it('gives names and facts as a list of definitions', async () => {
  const { page } = await renderTree({
    _type: 'fact_list',
    items: [
      { label: 'Total', value: 12 },
      { label: 'Sent', value: null },
    ],
  });
  expect(await page.locator('dl dt').allInnerTexts()).toEqual(['Total', 'Sent']);
  expect(await page.locator('dl dd').allInnerTexts()).toEqual(['12', '–']);
});
