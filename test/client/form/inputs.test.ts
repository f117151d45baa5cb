/** Inputs in a real browser, each with what is its own. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

const save = { _type: 'button', text: 'Save', submit: true };

describe('file', () => {
  const tree = { _type: 'file', label: 'Orders', maxBytes: 1_000, onChanged: listener('importOrders') };
  const file = (bytes: number) => ({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.alloc(bytes, 'a') });

  it('refuses a larger one with a sentence, and sends a smaller one whole', async () => {
    const { page, runs, faults } = await renderTree(tree);
    await page.locator('input[type=file]').setInputFiles(file(1_001));
    await page.getByText('orders.csv has 2 kB; at most 1 kB can be sent.').waitFor();
    expect(runs).toEqual([]);
    await page.locator('input[type=file]').setInputFiles(file(1_000));
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({
      value: { name: 'orders.csv', type: 'text/csv', size: 1_000, base64: Buffer.alloc(1_000, 'a').toString('base64') },
    });
    expect(faults).toEqual([]);
  });
});

describe('json_editor', () => {
  it('says line and column of what is not JSON, keeps it, and does not let the form go', async () => {
    const children = [{ _type: 'json_editor', label: 'Filter', name: 'filter', value: { a: 1 } }, save];
    const tree = { _type: 'form', children, onSubmit: listener('save') };
    const { page, runs, update, faults } = await renderTree(tree);
    const editor = page.getByRole('textbox', { name: 'Filter' });
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{\n  "a": oops\n}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not JSON at line 2, column 8.').waitFor();
    await update({ ...tree, children: [{ ...children[0], value: { a: 2 } }, save] });
    expect(await editor.innerText()).toContain('oops');
    expect(runs).toEqual([]);
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('[1, 2]');
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({ value: { filter: [1, 2] } });
    expect(faults).toEqual([]);
  });

  it('follows the server while nobody has changed it', async () => {
    const tree = (value: object) => ({ _type: 'json_editor', label: 'Filter', value });
    const { page, update } = await renderTree(tree({ a: 1 }));
    await page.getByRole('textbox', { name: 'Filter' }).waitFor();
    await update(tree({ b: 2 }));
    await until('the text', async () => (await page.getByRole('textbox').innerText()).includes('"b": 2'));
  });
});

describe('choices', () => {
  it('a toggle goes back, with the reason, when the server refuses', async () => {
    const { page } = await renderTree(
      { _type: 'toggle', label: 'Notify', value: false, onPressed: listener('notify') },
      { onRun: () => ({ status: 'dead', error: { code: 'listener_failed', message: 'No address is known.' } }) },
    );
    const toggle = page.getByRole('switch', { name: 'Notify' });
    await toggle.press(' ');
    await page.getByText('No address is known.').waitFor();
    expect(await toggle.isChecked()).toBe(false);
  });

  it('the newest choice is sent after a run that was going on', async () => {
    const ends: (() => void)[] = [];
    const { page, runs } = await renderTree(
      { _type: 'toggle', label: 'Notify', value: false, onPressed: listener('notify') },
      {
        onRun: async () => {
          await new Promise<void>((resolve) => ends.push(resolve));
          return { status: 'succeeded' };
        },
      },
    );
    const toggle = page.getByRole('switch', { name: 'Notify' });
    await toggle.press(' ');
    await until('the first run', () => ends.length === 1);
    await toggle.press(' ');
    ends[0]!();
    await until('the second run', () => ends.length === 2);
    ends[1]!();
    expect(runs.map(({ event }) => event)).toEqual([{ value: true }, { value: false }]);
  });

  it('a select gives values of any kind, and asks the server what fits', async () => {
    const options = [1, 2, 3].map((value) => ({ value, label: `P${value}` }));
    const { page, runs, update } = await renderTree({
      _type: 'column',
      children: [
        { _type: 'select', label: 'Priority', value: 1, options, onChanged: listener('set') },
        { _type: 'select', label: 'Customer', options: [], onSearch: listener('find'), onChanged: listener('choose') },
      ],
    });
    await page.getByRole('combobox', { name: 'Priority' }).click();
    await page.getByRole('option', { name: 'P3' }).click();
    await until('the choice', () => runs.length === 1);
    expect(runs[0]).toMatchObject({ code: 'set', event: { value: 3 } });
    const customer = page.getByRole('combobox', { name: 'Customer' });
    await customer.fill('ada');
    await until('the search', () => runs.length === 2);
    expect(runs[1]).toMatchObject({ code: 'find', event: { value: 'ada' } });
    await update({
      _type: 'column',
      children: [
        { _type: 'select', label: 'Priority', value: 3, options, onChanged: listener('set') },
        {
          _type: 'select',
          label: 'Customer',
          options: [{ value: 'cus_1', label: 'Lovelace, A.' }],
          onSearch: listener('find'),
          onChanged: listener('choose'),
        },
      ],
    });
    await page.getByRole('option', { name: 'Lovelace, A.' }).click();
    await until('the customer', () => runs.length === 3);
    expect(runs[2]).toMatchObject({ code: 'choose', event: { value: 'cus_1' } });
  });

  it('what is typed into a select takes the place of what was chosen', async () => {
    const options = [{ value: 'UTC' }, { value: 'Europe/Paris' }, { value: 'Europe/Rome' }];
    const tree = {
      _type: 'select',
      label: 'Zone',
      value: 'UTC',
      searchable: true,
      options,
      onChanged: listener('move'),
    };
    const { page, runs } = await renderTree(tree);
    await page.getByRole('combobox').click();
    await page.keyboard.type('par');
    await page.getByRole('option', { name: 'Europe/Paris' }).click();
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({ value: 'Europe/Paris' });
  });

  it('radios of one name share what a form sends', async () => {
    const radio = (value: string) => ({ _type: 'radio', label: value, name: 'by', value, groupValue: 'post' });
    const children = [
      radio('post'),
      radio('courier'),
      { _type: 'radio', label: 'drone', name: 'by', value: 'drone' },
      save,
    ];
    const { page, runs } = await renderTree({ _type: 'form', children, onSubmit: listener('save') });
    expect(await page.getByLabel('post').isChecked()).toBe(true);
    await page.getByLabel('courier').check();
    expect(await page.getByLabel('post').isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({ value: { by: 'courier' } });
  });

  it('a slider is moved with the arrow keys', async () => {
    const { page, runs } = await renderTree({
      _type: 'slider',
      label: 'Discount',
      value: 10,
      min: 0,
      max: 50,
      divisions: 10,
      onChangeEnd: listener('set'),
    });
    await page.getByRole('slider', { name: 'Discount' }).press('ArrowRight');
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({ value: 15 });
  });

  it('a moment is typed in its zone and sent in UTC', async () => {
    const { page, runs } = await renderTree({
      _type: 'date_time',
      label: 'Ship at',
      zone: 'Asia/Tokyo',
      value: '2026-03-01T00:00:00.000Z',
      onChanged: listener('set'),
    });
    expect(await page.getByLabel('Ship at').inputValue()).toBe('2026-03-01T09:00');
    await page.getByLabel('Ship at').fill('2026-03-02T10:30');
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({ value: '2026-03-02T01:30:00.000Z' });
  });

  it('pairs of one name are refused, and lines are added and taken away', async () => {
    const { page, runs } = await renderTree({
      _type: 'form',
      children: [{ _type: 'key_values', label: 'Headers', name: 'headers', value: { a: '1' } }, save],
      onSubmit: listener('save'),
    });
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByLabel('Name 2').fill('a');
    await page.getByText('“a” stands there twice.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Name 2').fill('b');
    await page.getByLabel('Value 2').fill('2');
    await page.getByRole('button', { name: 'Remove a' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the run', () => runs.length > 0);
    expect(runs.map(({ event }) => event)).toEqual([{ value: { headers: { b: '2' } } }]);
  });
});
