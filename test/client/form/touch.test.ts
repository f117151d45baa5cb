/** With a finger: what is pressed or filled in is at least 44 px high. */
import { expect, it } from 'vitest';
import { listener, renderTree } from '../harness.ts';

const tree = {
  _type: 'column',
  children: [
    { _type: 'button', text: 'Ship', size: 'small', onPressed: listener('ship') },
    { _type: 'textfield', label: 'Title', value: '' },
    { _type: 'number_field', label: 'Total', value: 1 },
    { _type: 'select', label: 'Status', options: [{ value: 'open' }] },
    { _type: 'tags', label: 'Topics', value: [] },
    { _type: 'date_time', label: 'Due', mode: 'date', value: null },
    { _type: 'checkbox', label: 'Gift', value: true },
    { _type: 'toggle', label: 'Notify', value: true },
    { _type: 'radio_group', label: 'By', options: [{ value: 'post' }, { value: 'courier' }] },
    { _type: 'segmented', label: 'Kind', options: [{ value: 'a' }, { value: 'b' }] },
    { _type: 'menu', children: [{ _type: 'menuItem', text: 'Send', onPressed: listener('send') }] },
    { _type: 'actionable', child: 'octo/hello', onPressed: listener('open') },
    { _type: 'key_values', label: 'Headers', value: { a: '1' } },
    { _type: 'file', label: 'Orders' },
  ],
};

it('everything to press is at least 44 px high on a touch screen', async () => {
  const { page } = await renderTree(tree, { width: 390 });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 });
  await devtools.send('Emulation.setEmitTouchEventsForMouse', { enabled: true, configuration: 'mobile' });
  expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
  await page.getByLabel('Name 1').waitFor();
  await page.getByRole('button', { name: 'Orders' }).waitFor();
  const small = await page.evaluate(() => {
    const height = (element: Element) => element.getBoundingClientRect().height;
    // A finger presses the words beside a box as well as the box.
    const labels = (element: Element) => [...((element as HTMLInputElement).labels ?? [])];
    const isBox = (element: Element) => ['checkbox', 'radio'].includes((element as HTMLInputElement).type);
    return [...document.querySelectorAll('main button, main input:not([type=file], [type=hidden]), main [role=button]')]
      .filter((element) => element.checkVisibility() && height(element) > 0)
      .filter((element) => Math.max(height(element), ...(isBox(element) ? labels(element).map(height) : [])) < 43.5)
      .map((element) => `${element.outerHTML.slice(0, 90)} ${element.getBoundingClientRect().height}`);
  });
  expect(small).toEqual([]);
});
