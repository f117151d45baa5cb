/** Layout in a browser: tabs, folds, dialogs, drawers and slides, and what changes do to them. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

const focused = `document.activeElement?.textContent || document.activeElement?.tagName`;
const tabs = (more: object = {}, first = 'First content') => ({
  _type: 'tabs',
  items: [
    { value: 'one', label: 'One', children: [first] },
    { value: 'two', label: 'Two', children: ['Second content'] },
    { value: 'off', label: 'Off', disabled: true, children: [] },
  ],
  ...more,
});

it('keeps the tab in the URL: it survives a reload and the back button', async () => {
  const { page } = await renderTree(tabs({ query: 'tab' }), { query: 'last=24h' });
  await page.getByText('First content').waitFor();
  await page.getByRole('tab', { name: 'Two' }).click();
  await page.getByText('Second content').waitFor();
  expect(new URL(page.url()).search).toBe('?last=24h&tab=two');
  await page.reload();
  await page.getByText('Second content').waitFor();
  await page.goBack();
  await page.getByText('First content').waitFor();
  expect(new URL(page.url()).search).toBe('?last=24h');
});

it('moves between tabs with the arrow keys, and past one that is off', async () => {
  const { page, runs } = await renderTree(tabs({ onChange: listener('turned') }));
  await page.getByRole('tab', { name: 'One' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText('Second content').waitFor();
  await until('the run', () => runs.length === 1);
  expect(runs[0]).toMatchObject({ code: 'turned', event: { value: 'two' } });
  await page.keyboard.press('ArrowRight');
  await page.getByText('First content').waitFor();
});

it('leaves tab, fold and focus as they are while changes arrive, and follows the view where it says another tab', async () => {
  const tree = (first: string, value?: string) => ({
    _type: 'column',
    children: [
      tabs({ ...(value && { value }) }, first),
      { _type: 'section', title: 'More', collapsible: true, opened: false, children: [`Folded ${first}`] },
    ],
  });
  const shown = await renderTree(tree('a'));
  const { page } = shown;
  await page.getByRole('tab', { name: 'Two' }).click();
  const fold = page.getByRole('button', { name: 'More' });
  await fold.click();
  await page.getByText('Folded a').waitFor();
  expect(await fold.getAttribute('aria-expanded')).toBe('true');
  const before = await page.evaluate(focused);
  await shown.update(tree('b'));
  await page.getByText('Folded b').waitFor();
  await page.getByText('Second content').waitFor();
  expect(await page.evaluate(focused)).toBe(before);
  await shown.update(tree('b', 'one'));
  await page.getByRole('tabpanel').getByText('b', { exact: true }).waitFor();
  expect(await page.evaluate(focused)).toBe(before);
});

it.each(['dialog', 'drawer'] as const)(
  'opens a %s by its key, holds the focus in it, and gives it back',
  async (type) => {
    const shown = await renderTree({
      _type: 'column',
      children: [
        { _type: 'button', text: 'Refund…', onPressed: { _type: 'action', action: 'open', target: 'refund' } },
        {
          _type: type,
          key: 'refund',
          title: 'Refund the order',
          children: ['This cannot be taken back.'],
          actions: [{ _type: 'button', text: 'Not now', onPressed: { _type: 'action', action: 'close' } }],
          onClose: listener('closed'),
        },
      ],
    });
    const { page } = shown;
    const opener = page.getByRole('button', { name: 'Refund…' });
    await opener.click();
    const window = page.getByRole('dialog', { name: 'Refund the order' });
    await window.waitFor();
    await until('the focus within', () =>
      window.evaluate((element) => element.contains(element.ownerDocument.activeElement)),
    );
    expect(await shown.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await window.waitFor({ state: 'detached' });
    await until('the run', () => shown.runs.length === 1);
    await until('the focus back', async () => (await page.evaluate(focused)) === 'Refund…');

    await opener.click();
    await page.getByRole('button', { name: 'Not now' }).click();
    await window.waitFor({ state: 'detached' });
    expect(shown.faults).toEqual([]);
  },
);

it('closes a dialog that the view has opened at once, and opens it again when the view says so anew', async () => {
  const dialog = (opened: boolean) => ({
    _type: 'dialog',
    key: 'd',
    title: 'From the view',
    opened,
    children: ['Words'],
    onClose: listener('closed'),
  });
  const shown = await renderTree(dialog(true));
  const window = shown.page.getByRole('dialog');
  await window.waitFor();
  await shown.page.getByRole('button', { name: 'Close' }).click();
  await window.waitFor({ state: 'detached' });
  await until('the run', () => shown.runs.length === 1);
  await shown.update(dialog(false));
  await shown.update(dialog(true));
  await window.waitFor();
});

it('lies an overlay above the page without taking the focus, and takes it away', async () => {
  const overlay = (showOverlay: boolean) => ({
    _type: 'overlayEntry',
    showOverlay,
    opaque: true,
    child: 'Being counted',
  });
  const shown = await renderTree(overlay(true));
  await shown.page.getByText('Being counted').waitFor();
  expect(await shown.axe()).toEqual([]);
  await shown.update(overlay(false));
  await shown.page.getByText('Being counted').waitFor({ state: 'detached' });
});

it('leafs through slides with its buttons, one reachable at a time', async () => {
  const shown = await renderTree({
    _type: 'carousel',
    label: 'Steps',
    children: ['a', 'b', 'c'].map((value) => ({ _type: 'link', to: `/${value}`, text: `Go ${value}` })),
    options: { initialPage: 1 },
  });
  const { page } = shown;
  await page.getByText('2 of 3').waitFor();
  expect(await page.locator('main a:not([inert] a)').allInnerTexts()).toEqual(['Go b']);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('3 of 3').waitFor();
  expect(await page.locator('main a:not([inert] a)').allInnerTexts()).toEqual(['Go c']);
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
  expect(await shown.axe()).toEqual([]);
});

it('puts parts beside each other on a desk, below each other on a phone, and columns as said', async () => {
  const tree = {
    _type: 'column',
    children: [
      { _type: 'split', ratio: 0.25, gap: 'none', first: 'Left part', second: 'Right part' },
      { _type: 'grid', columns: { phone: 2, desk: 4 }, gap: 'none', children: ['g1', 'g2', 'g3', 'g4'] },
    ],
  };
  const { page } = await renderTree(tree, { width: 1200 });
  const left = async (text: string) => (await page.getByText(text, { exact: true }).boundingBox())!;
  const [a, b] = [await left('Left part'), await left('Right part')];
  expect(b.y).toBe(a.y);
  expect(a.width * 3).toBeCloseTo(b.width, 0);
  expect((await left('g4')).y).toBe((await left('g1')).y);
  await page.setViewportSize({ width: 390, height: 800 });
  expect((await left('Right part')).y).toBeGreaterThan((await left('Left part')).y);
  expect((await left('g2')).y).toBe((await left('g1')).y);
  expect((await left('g3')).y).toBeGreaterThan((await left('g1')).y);
});

it('has one heading of the first level, and a trail of links', async () => {
  const { page } = await renderTree({
    _type: 'page',
    title: 'Order 7',
    breadcrumb: [{ text: 'Orders', to: '/orders' }, { text: 'Open' }],
    children: ['Words'],
  });
  await page.getByRole('heading', { name: 'Order 7', level: 1 }).waitFor();
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
  expect(await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('listitem').allInnerTexts()).toEqual([
    'Orders',
    'Open',
  ]);
});
