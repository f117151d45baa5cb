/** Filters in the URL, and forms made of schemas, in a real browser. */
import { describe, expect, it } from 'vitest';
import type { SchemaForm } from '../../../server/schemas/components/form/whole.ts';
import { expandSchemaForm } from '../../../server/schemas/components/schemaForm.ts';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

describe('filter_bar', () => {
  const tree = {
    _type: 'filter_bar',
    filters: [
      { name: 'q', label: 'Search', type: 'text' },
      { name: 'status', label: 'Status', type: 'select', options: [{ value: 'open' }, { value: 'paid' }] },
      { name: 'gift', label: 'Gifts only', type: 'toggle' },
      { name: 'created', label: 'Created', type: 'date_range' },
    ],
  };

  it('puts filters into the URL: choices make history, typing does not, the page number goes', async () => {
    const { page, faults } = await renderTree(tree, { query: 'page=3' });
    const search = () => new URL(page.url()).search;
    const length = () => page.evaluate(() => history.length);
    const before = await length();
    await page.getByLabel('Search').pressSequentially('hello', { delay: 5 });
    await until('the text', () => search() === '?q=hello');
    expect(await length()).toBe(before);
    await page.getByRole('checkbox', { name: 'Gifts only' }).check();
    await until('the tick', () => search() === '?q=hello&gift=true');
    expect(await length()).toBe(before + 1);
    await page.getByRole('combobox', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'paid' }).click();
    await until('the choice', () => search() === '?q=hello&gift=true&status=paid');
    await page.goBack();
    await until('one step back', () => search() === '?q=hello&gift=true');
    await page.getByLabel('Created from').fill('2026-03-01');
    await until('the day', () => search().includes('createdFrom=2026-03-01'));
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await until('nothing', () => search() === '');
    await until('an empty text', async () => (await page.getByLabel('Search').inputValue()) === '');
    expect(faults).toEqual([]);
  });

  it('shows what the URL says', async () => {
    const { page } = await renderTree(tree, { query: 'q=shoes&status=open&gift=true' });
    expect(await page.getByLabel('Search').inputValue()).toBe('shoes');
    expect(await page.getByRole('combobox', { name: 'Status' }).inputValue()).toBe('open');
    expect(await page.getByRole('checkbox', { name: 'Gifts only' }).isChecked()).toBe(true);
  });
});

describe('schema_form', () => {
  it('goes from a schema to inputs and back to a value that fits', async () => {
    const spec = {
      _type: 'schema_form',
      schema: {
        type: 'object',
        required: ['number', 'customer', 'kind', 'tags'],
        properties: {
          number: { type: 'string', minLength: 2 },
          kind: { const: 'order' },
          total: { type: 'number', minimum: 0 },
          status: {
            anyOf: [
              { const: 'open', title: 'Open' },
              { const: 'paid', title: 'Paid' },
            ],
            default: 'open',
          },
          tags: { type: 'array', items: { type: 'string' } },
          customer: {
            type: 'object',
            required: ['email'],
            properties: { name: { type: 'string' }, email: { type: 'string', format: 'email' } },
          },
        },
      },
      value: { total: 3 },
      onSubmit: listener('save'),
    };
    const { page, runs, axe } = await renderTree(expandSchemaForm(spec as unknown as SchemaForm));
    await page.getByLabel('Number').fill('1');
    await page.getByLabel('Email').fill('jane@example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('At least 2 characters; here are 1.').waitFor();
    expect(await axe()).toEqual([]);
    await page.getByLabel('Number').fill('1042');
    await page.getByRole('combobox', { name: 'Tags' }).fill('new');
    await page.getByRole('combobox', { name: 'Tags' }).press('Enter');
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({
      value: {
        number: '1042',
        kind: 'order',
        total: 3,
        status: 'open',
        tags: ['new'],
        customer: { email: 'jane@example.com' },
      },
    });
  });
});
