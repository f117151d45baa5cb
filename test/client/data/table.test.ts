/** Tables in a browser: nothing moves under the pointer, the focus stays, thousands of rows stay quick. */
import { expect, test } from 'vitest';
import type { AnyComponent } from '../../../server/schemas/components/base.ts';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

const table = (ids: readonly string[], more: Record<string, unknown> = {}): AnyComponent => ({
  _type: 'table',
  key: 'orders',
  label: 'Orders',
  columns: [
    { key: 'name', title: 'Order', sort: true },
    { key: 'total', title: 'Total', align: 'end', sort: true },
  ],
  order: ids,
  rows: Object.fromEntries(ids.map((id) => [id, { name: `Order ${id}`, total: id.length }])),
  rowLink: '/orders/$id',
  ...more,
});
const many = (count: number, prefix = 'r') => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

test('a row that comes in above leaves the focus on its row, and the same element', async () => {
  const { page, update, faults } = await renderTree(table(['a', 'b', 'c']));
  const link = page.getByRole('link', { name: 'Order b' });
  await link.focus();
  const marked = await link.evaluate((element) => (element.dataset.mine = 'yes'));
  expect(marked).toBe('yes');
  await update(table(['new', 'a', 'b', 'c']));
  await page.getByRole('link', { name: 'Order new' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Order b');
  expect(await link.getAttribute('data-mine')).toBe('yes');
  expect(faults).toEqual([]);
});

test('buffered rows wait behind a pill, changed cells do not, and rows that left stay until then', async () => {
  const live = { live: 'buffer' };
  const { page, update } = await renderTree(table(['a', 'b', 'c'], live));
  const names = () => page.locator('tbody [data-row]').evaluateAll((rows) => rows.map((row) => row.dataset.row));
  const before = await page.getByRole('link', { name: 'Order a' }).boundingBox();
  const next = table(['x', 'y', 'a', 'c'], live);
  await update({ ...next, rows: { ...(next.rows as object), a: { name: 'Order a', total: 999 } } });
  await page.getByRole('button', { name: '2 new' }).waitFor();
  await page.getByText('999').waitFor();
  expect(await names()).toEqual(['a', 'b', 'c']);
  expect(await page.locator('[data-row=b]').getAttribute('data-gone')).toBe('true');
  expect(await page.getByRole('link', { name: 'Order a' }).boundingBox()).toEqual(before);
  await page.getByRole('button', { name: '2 new' }).click();
  expect(await names()).toEqual(['x', 'y', 'a', 'c']);
  expect(await page.locator('[data-pill]').count()).toBe(0);
});

test('the head of a column asks for the other way round', async () => {
  const { page, runs } = await renderTree(table(['a', 'b'], { sort: 'total', onSort: listener('sort') }));
  expect(await page.getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort')).toBe('ascending');
  await page.getByRole('button', { name: 'Total' }).click();
  await until('the run', () => runs.length === 1);
  expect(runs[0]).toMatchObject({ code: 'sort', event: { value: '-total' } });
});

test('sorting can be in the address: the head of a column writes it', async () => {
  const onSort = { _type: 'action', action: 'set_query', query: { sort: '$value' } };
  const { page } = await renderTree(table(['a', 'b'], { onSort }));
  await page.getByRole('button', { name: 'Order' }).click();
  await until('the address', () => page.url().endsWith('?sort=name'));
});

test('5,000 rows are quick to come, quick to change, and only some of them are drawn', async () => {
  const ids = many(5_000);
  const { page, update, axe, faults } = await renderTree(table(ids));
  await page.getByRole('link', { name: 'Order r0', exact: true }).waitFor();
  expect(await page.locator('tbody [data-row]').count()).toBeLessThan(120);
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('5001');
  const scroller = page.locator('[data-rows]');
  await scroller.evaluate((element) => (element.scrollTop = 100_000));
  const first = page.locator('tbody [data-row]').nth(14);
  const id = await until('rows further down', async () => {
    const row = await first.getAttribute('data-row');
    return row !== null && Number(row.slice(1)) > 1_000 && row;
  });
  const row = page.locator(`[data-row=${id}]`);
  const before = await row.boundingBox();
  const startMs = Date.now();
  await update(table(['new', ...ids]));
  await until(
    'the row is counted',
    async () => (await row.getAttribute('aria-rowindex')) === `${Number(id.slice(1)) + 3}`,
  );
  expect(Date.now() - startMs).toBeLessThan(5_000);
  expect(Math.abs((await row.boundingBox())!.y - before!.y)).toBeLessThan(2);
  expect(await axe()).toEqual([]);
  expect(faults).toEqual([]);
}, 60_000);

test('the row with the focus stays drawn, however far one scrolls', async () => {
  const { page } = await renderTree(table(many(1_000)));
  await page.getByRole('link', { name: 'Order r2', exact: true }).focus();
  await page.locator('[data-rows]').evaluate((element) => (element.scrollTop = 20_000));
  await until('rows further down', async () => (await page.locator('[data-row=r450]').count()) === 1);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Order r2');
});

test('keys go from row to row and tick them; a bar acts on what is ticked', async () => {
  const bar = {
    _type: 'bulk_bar',
    table: 'orders',
    matching: 40,
    actions: [{ text: 'Retry', onPressed: listener('retry') }],
  };
  const tree = {
    _type: 'column',
    children: [bar, table(['a', 'b', 'c'], { select: true, onSelect: listener('chosen') })],
  };
  const { page, runs } = await renderTree(tree);
  expect(await page.getByRole('button', { name: 'Retry' }).isDisabled()).toBe(true);
  await page.getByRole('link', { name: 'Order a' }).focus();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await page.getByRole('button', { name: 'Select all 40 matching' }).click();
  await page.getByRole('button', { name: 'Retry' }).click();
  await until('both runs', () => runs.length === 2);
  expect(runs[0]).toMatchObject({ code: 'chosen', event: { value: ['b'] } });
  expect(runs[1]).toMatchObject({ code: 'retry', event: { value: { ids: ['b'], all: true } } });
});

test('a press anywhere on a row follows its link, and one on a control within it does not', async () => {
  const rows = { a: { name: 'Order a', total: { _type: 'button', text: 'Ship', onPressed: listener('ship') } } };
  const { page, runs } = await renderTree(table(['a'], { rows }));
  await page.getByRole('button', { name: 'Ship' }).click();
  await until('the run', () => runs.length === 1);
  expect(new URL(page.url()).pathname).toBe('/');
  await page
    .locator('tbody td')
    .nth(1)
    .click({ position: { x: 5, y: 5 } });
  await until('the address', () => new URL(page.url()).pathname === '/orders/a');
});

test('on a phone rows are cards, which open, sort and load more', async () => {
  const more = { onSort: listener('sort'), hasMore: true, cursor: 'c1', onLoadMore: listener('more') };
  const { page, runs } = await renderTree(table(['a', 'b'], more), { width: 390 });
  expect(await page.getByRole('table').count()).toBe(0);
  expect(await page.getByRole('listitem').count()).toBe(2);
  await page.getByLabel('Sort by').selectOption('-total');
  await until('the sorting', () => runs.length === 1);
  await page.getByRole('button', { name: 'Load more' }).click();
  await until('more', () => runs.length === 2);
  expect(runs.map(({ code, event }) => [code, event])).toEqual([
    ['sort', { value: '-total' }],
    ['more', { value: 'c1' }],
  ]);
});

test('a log follows its end, and leaves a reader further up where they are', async () => {
  const log = (count: number) => ({
    _type: 'log',
    label: 'Log',
    height: 'small',
    lines: many(count, 'line ').map((text) => ({ text })),
  });
  const { page, update } = await renderTree(log(100));
  const box = page.getByRole('log');
  const isAtEnd = () => box.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight < 5);
  await until('the end', isAtEnd);
  await update(log(110));
  await until('the new end', isAtEnd);
  await box.evaluate((it) => (it.scrollTop = 300));
  await until('the scroll is heard', () => box.evaluate((it) => it.scrollTop === 300));
  await update(log(120));
  await page.getByRole('button', { name: '10 new' }).waitFor();
  expect(await box.evaluate((it) => it.scrollTop)).toBe(300);
  await page.getByRole('button', { name: '10 new' }).click();
  await until('the end again', isAtEnd);
});

test('JSON keeps all digits, finds what is folded away, and tells its path', async () => {
  const text = '{"id": 12345678901234567890123, "deep": {"er": {"still": {"needle": true}}}}';
  const { page } = await renderTree({ _type: 'json', label: 'Event', text, depth: 1 });
  await page.getByText('12345678901234567890123').waitFor();
  expect(await page.getByText('needle').count()).toBe(0);
  await page.getByLabel('Search in Event').fill('needle');
  await page.keyboard.press('Enter');
  await page.getByText('deep.er.still.needle').waitFor();
});

test('a chart has a table of the same numbers, and reads its places to the keys', async () => {
  const chart = {
    _type: 'chart',
    label: 'Runs',
    kind: 'line',
    x: many(3).map((_, at) => Date.UTC(2026, 2, 21, at)),
    series: [{ name: 'Failed', values: [1, null, 7] }],
    onRange: listener('range'),
  };
  const { page, runs, faults } = await renderTree(chart);
  await page.locator('canvas').waitFor();
  const plot = page.getByRole('img', { name: /Line chart\. Failed: 1 at .*most 7/ });
  await plot.focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText(/Failed 1$/).waitFor();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Enter');
  await until('the range', () => runs.length === 1);
  expect(runs[0]!.event).toEqual({ value: { from: '2026-03-21T00:00:00.000Z', to: '2026-03-21T02:00:00.000Z' } });
  await page.getByRole('button', { name: 'Show as table' }).click();
  expect(await page.getByRole('cell').allTextContents()).toEqual(['1', '–', '7']);
  expect(faults).toEqual([]);
});

test('a cell that changed is marked for a moment, unless motion is not wanted', async () => {
  const total = (count: number) => table(['a'], { rows: { a: { name: 'Order a', total: count } } });
  const { page, update } = await renderTree(total(1));
  await update(total(2));
  await page.getByText('2', { exact: true }).waitFor();
  expect(await page.locator('[data-changed]').count()).toBe(0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await update(total(3));
  await page.locator('td[data-changed]', { hasText: '3' }).waitFor();
  await until('the mark is gone', async () => (await page.locator('[data-changed]').count()) === 0);
});
