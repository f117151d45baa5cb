/** Text in a browser: headings, links, Markdown, code, and pictures that tell nobody who looks. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { renderTree } from '../harness.ts';

const badAddresses = [
  'javascript:alert(1)',
  'jAvA\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://example.net/1',
  '//example.net/x',
  '\\\\example.net/x',
  '/\\example.net/x',
];

it('makes no link of an address that could run something or hides where it leads', async () => {
  const children = badAddresses.flatMap((to, index) => [
    { _type: 'link', to, text: `link ${index}` },
    { _type: 'image', src: to, alt: `image ${index}` },
    { _type: 'person', name: `person ${index}`, to, image: to },
    { _type: 'markdown', value: `[markdown ${index}](<${to}>) ![picture ${index}](<${to}>)` },
  ]);
  const { page, faults } = await renderTree({ _type: 'column', testId: 'tree', children });
  const tree = page.getByTestId('tree');
  await page.getByText('markdown 7').waitFor();
  expect(await page.getByRole('link', { name: /^(link|image|person)/ }).count()).toBe(0);
  // Markdown escapes what no address may hold, which leaves relative ones: they lead nowhere but to this server.
  const own = new URL(page.url()).origin;
  const urls = await tree
    .locator('a, img')
    .evaluateAll((all) =>
      (all as unknown as { href?: string; src?: string }[]).map(({ href, src }) => href ?? src ?? ''),
    );
  expect(urls.filter((url) => !url.startsWith(`${own}/`))).toEqual([]);
  expect(faults).toEqual([]);
});

it('marks links that leave, tells them nothing, and follows own ones without loading the page anew', async () => {
  const { page } = await renderTree({
    _type: 'column',
    children: [
      { _type: 'link', to: 'https://example.net/docs', text: 'Manual' },
      { _type: 'link', to: '/orders/7', text: 'Order 7' },
    ],
  });
  const away = page.getByRole('link', { name: 'Manual (opens in a new tab)' });
  expect(await away.getAttribute('rel')).toBe('noopener noreferrer');
  expect(await away.getAttribute('target')).toBe('_blank');
  await page.evaluate('globalThis.isSame = true');
  await page.getByRole('link', { name: 'Order 7' }).click();
  await page.waitForURL('**/orders/7');
  expect(await page.evaluate('globalThis.isSame')).toBe(true);
});

it('asks no other site for a picture, and links to it instead', async () => {
  const shown = await renderTree(null);
  const asked: string[] = [];
  shown.page.on('request', (request) => asked.push(request.url()));
  await shown.update({
    _type: 'column',
    children: [
      { _type: 'image', src: 'https://example.net/a.png', alt: 'Parcel' },
      { _type: 'markdown', value: 'A ![tracker](https://example.net/b.png) here' },
    ],
  });
  await shown.page.getByRole('link', { name: /^Parcel/ }).waitFor();
  await shown.page.getByRole('link', { name: /^tracker/ }).waitFor();
  expect(asked.filter((url) => url.includes('example.net'))).toEqual([]);
  expect(shown.faults).toEqual([]);
});

it('shows the words of a picture that cannot be shown', async () => {
  const { page } = await renderTree({ _type: 'image', src: 'data:image/png;base64,AAAA', alt: 'The signature' });
  await page.getByRole('img', { name: 'The signature' }).and(page.locator('span')).waitFor();
});

it('reads Markdown with headings of this page’s levels, and HTML as text', async () => {
  const { page } = await renderTree({
    _type: 'markdown',
    level: 3,
    value: '# One\n\n## Two\n\n<b onclick="x()">raw</b>',
  });
  await page.getByRole('heading', { name: 'One', level: 3 }).waitFor();
  await page.getByRole('heading', { name: 'Two', level: 4 }).waitFor();
  await page.getByText('<b onclick="x()">raw</b>').waitFor();
});

it('copies code', async () => {
  const { page } = await renderTree({ _type: 'code', value: 'npm start\n', language: 'sh' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy' }).click();
  await until('the copy', async () => (await page.evaluate('navigator.clipboard.readText()')) === 'npm start\n');
});

it('keeps texts within a text in its line', async () => {
  const { page } = await renderTree({
    _type: 'text',
    testId: 'sentence',
    value: 'Order ',
    children: [{ _type: 'text', value: '7', weight: 'bold' }, ' is ', { _type: 'text', value: 'paid' }],
  });
  expect(await page.getByTestId('sentence').innerText()).toBe('Order 7 is paid');
});

it('passes over ornaments, and reads icons that have a label', async () => {
  const { page } = await renderTree({
    _type: 'row',
    children: [
      { _type: 'icon', value: 'cart' },
      { _type: 'icon', value: 'lock', semanticLabel: 'Private' },
      { _type: 'icon', value: 'constructor', label: 'Unknown' },
    ],
  });
  await page.getByRole('img', { name: 'Private' }).waitFor();
  await page.getByRole('img', { name: 'Unknown' }).waitFor();
  expect(await page.getByRole('main').getByRole('img').count()).toBe(2);
});
