/** The gallery: what it shows of each component, and that it is fit to look at. */
import { expect, test } from 'vitest';
import { groups } from '../../server/schemas/components/catalogue.ts';
import { changeLook, openGallery } from './harness.ts';
import { until } from '../support/until.ts';

const specs = Object.values(groups).flat();

test('the gallery lists every component, and draws each when it comes near', async () => {
  const { page, faults } = await openGallery();
  const names = await page.locator('nav[aria-label=Components] a').allTextContents();
  expect(names).toEqual(['All', ...specs.map(({ type }) => type)]);
  await page.locator(`[data-component="${specs[0]!.type}"] [data-example]`).first().waitFor();
  expect(faults).toEqual([]);
});

test('a component has a page of its own, with its examples and its members', async () => {
  const { page, faults } = await openGallery('button');
  const spec = specs.find(({ type }) => type === 'button')!;
  expect(await page.locator('[data-component]').count()).toBe(1);
  expect(await page.locator('[data-example]').count()).toBe(spec.examples.length);
  await page.getByRole('cell', { name: 'onPressed', exact: true }).waitFor();
  expect(faults).toEqual([]);
});

test('no example is broken, and none scrolls the page sideways on a phone', async () => {
  const { page, faults } = await openGallery(undefined, { width: 390 });
  for (const { type } of specs) {
    await page.evaluate((name) => (location.hash = name), type);
    await page.locator(`[data-component="${type}"]`).waitFor();
    await until(`${type} is drawn`, async () => (await page.locator('[data-example]').count()) > 0);
    expect(await page.locator('[data-broken]').allTextContents(), type).toEqual([]);
    const [inside, outside] = await page.evaluate(() => [document.body.scrollWidth, innerWidth]);
    expect(inside, `${type} is as wide as the page`).toBeLessThanOrEqual(outside);
  }
  expect(faults).toEqual([]);
});

test('the gallery itself is accessible, on a desk and on a phone, by day and by night', async () => {
  const { page, axe, faults } = await openGallery('button');
  for (const [width, colorScheme] of [
    [1440, 'light'],
    [1440, 'dark'],
    [390, 'dark'],
    [390, 'light'],
  ] as const) {
    const look = `${width} px, ${colorScheme}`;
    await changeLook(page, { width, colorScheme });
    await page.locator('[data-component="button"] [data-example]').first().waitFor();
    expect(await axe(), look).toEqual([]);
    const [inside, outside] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(inside, look).toBeLessThanOrEqual(outside);
    expect(faults, look).toEqual([]);
  }
});
