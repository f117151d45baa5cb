/** Forms in a real browser: what is typed is kept, what is wrong is said, and what is sent is what was typed. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

const field = (name: string, more: object = {}) => ({ _type: 'textfield', label: name, name, ...more });
const save = { _type: 'button', text: 'Save', submit: true };
const form = (children: readonly object[], more: object = {}) => ({
  _type: 'form',
  children: [...children, save],
  onSubmit: listener('save'),
  ...more,
});

describe('what a person types', () => {
  it('is neither lost nor overwritten when another tree comes; after a field is left unchanged it follows', async () => {
    const tree = (title: string, note: string) => ({
      _type: 'column',
      children: [
        { _type: 'heading', value: note },
        { _type: 'textfield', label: 'Title', value: title, onChanged: listener('rename') },
      ],
    });
    const { page, update } = await renderTree(tree('Old', 'one'));
    const input = page.getByLabel('Title');
    await input.click();
    await update(tree('Somebody else’s', 'two'));
    await page.getByRole('heading', { name: 'two' }).waitFor();
    expect(await input.inputValue()).toBe('Old');
    await input.blur();
    await until('the server’s value', async () => (await input.inputValue()) === 'Somebody else’s');
    await input.pressSequentially(' and');
    await update(tree('Another', 'three'));
    await input.pressSequentially(' mine');
    expect(await input.inputValue()).toMatch(/and mine/);
  });

  it('stays in a field with a key while its neighbours change', async () => {
    const tree = (value: string, count: number) => ({
      _type: 'column',
      children: [
        ...Array.from({ length: count }, (_, index) => ({ _type: 'text', value: `line ${index}`, key: `t${index}` })),
        { _type: 'textfield', key: 'title', label: 'Title', value, onChanged: listener('rename') },
      ],
    });
    const { page, update, faults } = await renderTree(tree('Old', 1));
    const input = page.getByLabel('Title');
    await input.click();
    await input.fill('Mine');
    for (let count = 2; count < 6; count++) await update(tree(`Theirs ${count}`, count));
    expect(await input.inputValue()).toBe('Mine');
    expect(await input.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(faults).toEqual([]);
  });

  it('goes to the server once it has rested, and at once when the field is left', async () => {
    const { page, runs } = await renderTree({
      _type: 'column',
      children: [
        { _type: 'textfield', label: 'Title', value: '', onChanged: listener('rename') },
        { _type: 'textfield', label: 'Other', value: '' },
      ],
    });
    await page.getByLabel('Title').pressSequentially('Hello', { delay: 5 });
    await page.getByLabel('Other').focus();
    await until('the run', () => runs.length > 0);
    expect(runs.map(({ code, event }) => ({ code, event }))).toEqual([{ code: 'rename', event: { value: 'Hello' } }]);
  });

  it('is kept, and the reason said at the field, when the run fails', async () => {
    const { page } = await renderTree(
      { _type: 'textfield', label: 'Title', value: '', onChanged: listener('rename') },
      { onRun: () => ({ status: 'dead', error: { code: 'listener_failed', message: 'The title is taken.' } }) },
    );
    const input = page.getByLabel('Title');
    await input.fill('Taken');
    await page.getByText('The title is taken.').waitFor();
    expect(await input.inputValue()).toBe('Taken');
    expect(await input.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('a form', () => {
  it('sends what was typed under the names of its fields, dots nesting, when Enter is pressed', async () => {
    const children = [
      field('number', { value: '1042' }),
      { _type: 'number_field', label: 'Total', name: 'total', value: null },
      field('customer.email', { value: 'jane@example.com' }),
      { _type: 'checkbox', label: 'Gift', name: 'gift', value: false },
      { _type: 'hidden', name: 'source', value: { page: 'orders' } },
      field('note', { value: '', whenEmpty: 'omit' }),
    ];
    const { page, runs } = await renderTree(form(children));
    await page.getByLabel('Total').pressSequentially('12,5');
    await page.getByLabel('Gift').check();
    await page.getByLabel('number').fill('1043');
    await page.getByLabel('number').press('Enter');
    await until('the run', () => runs.length === 1);
    expect(runs[0]!.event).toEqual({
      value: {
        number: '1043',
        total: 12.5,
        customer: { email: 'jane@example.com' },
        gift: true,
        source: { page: 'orders' },
      },
    });
  });

  it('is not sent with a fault: the first field at fault has the focus, and says what is wrong', async () => {
    const { page, runs, axe } = await renderTree(
      form([
        field('title', { value: 'x' }),
        field('email', { format: 'email', required: true }),
        field('b', { required: true }),
      ]),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    const email = page.getByRole('textbox', { name: 'email' });
    await until('the focus', () => email.evaluate((element) => element === document.activeElement));
    const id = await email.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${id}"]`).innerText()).toBe('This is needed.');
    await email.fill('jane');
    await email.press('Enter');
    await page.getByText('Expected an e-mail address').waitFor();
    expect(await axe()).toEqual([]);
    expect(runs).toEqual([]);
  });

  it('is busy while its run goes on, is not sent twice, and keeps what was typed when the run fails', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { page, runs, faults } = await renderTree(form([field('title', { value: '' })]), {
      onRun: async () => {
        await ended;
        return { status: 'dead', error: { code: 'listener_failed', message: 'The shop is closed.' } };
      },
    });
    await page.getByLabel('title').fill('Mine');
    const button = page.getByRole('button', { name: 'Save' });
    await button.click();
    await page.locator('button[aria-busy=true]').waitFor();
    await button.click({ force: true });
    await page.getByLabel('title').press('Enter');
    end();
    await page.getByRole('alert').getByText('The shop is closed.').waitFor();
    expect(runs.length).toBe(1);
    expect(await page.getByLabel('title').inputValue()).toBe('Mine');
    expect(faults).toEqual([]);
  });

  it('shows at the fields what its listener gives back as errors', async () => {
    const { page } = await renderTree(form([field('number'), field('total')]), {
      onRun: () => ({ status: 'succeeded', result: { errors: { total: 'Expected at least 0.' } } }),
    });
    await page.getByLabel('total').fill('-1');
    await page.getByLabel('number').press('Enter');
    await page.getByText('Expected at least 0.').waitFor();
    const total = page.getByLabel('total');
    await until('the focus', () => total.evaluate((element) => element === document.activeElement));
    expect(await total.inputValue()).toBe('-1');
    await total.fill('1');
    await until('it to be gone', async () => (await page.getByText('Expected at least 0.').count()) === 0);
  });

  it('shows the errors of its tree, and is empty again after success where that is wanted', async () => {
    const children = [field('title')];
    const { page, update, runs } = await renderTree(form(children, { clearOnSuccess: true }));
    await page.getByLabel('title').fill('Mine');
    await page.getByLabel('title').press('Enter');
    await until('the run', () => runs.length === 1);
    await until('it to be empty', async () => (await page.getByLabel('title').inputValue()) === '');
    await update(form(children, { clearOnSuccess: true, errors: { title: 'There is one already.' } }));
    await page.getByText('There is one already.').waitFor();
    expect(await page.getByLabel('title').getAttribute('aria-invalid')).toBe('true');
  });

  it('asks before it is sent where its button says so', async () => {
    const button = { ...save, confirm: { title: 'Really?' } };
    const { page, runs } = await renderTree({
      _type: 'form',
      children: [field('title', { value: 'x' }), button],
      onSubmit: listener('save'),
    });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await until('the run', () => runs.length === 1);
    expect(runs[0]).toMatchObject({ code: 'save', event: { value: { title: 'x' } } });
  });
});

describe('a form whose inputs are still being loaded', () => {
  const total = { _type: 'number_field', label: 'Total', name: 'total', value: 12 };
  const tree = form([field('title', { value: 'Mine' }), total]);

  it('waits for them before it is sent, and then sends them all', async () => {
    const { page, runs, update } = await renderTree({ _type: 'text', value: 'not yet' });
    let load: () => void = () => undefined;
    const loaded = new Promise<void>((resolve) => (load = resolve));
    await page.route('**/assets/NumberField*', async (route) => {
      await loaded;
      await route.continue();
    });
    await update(tree);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('form[aria-busy=true]').waitFor();
    await page.getByLabel('title').press('Enter');
    expect(runs).toEqual([]);
    load();
    await until('the run', () => runs.length > 0);
    expect(runs.map(({ event }) => event)).toEqual([{ value: { title: 'Mine', total: 12 } }]);
  });

  it('is not sent without one that cannot be loaded, and is once it could be', async () => {
    const { page, runs, update } = await renderTree({ _type: 'text', value: 'not yet' });
    await page.route('**/assets/NumberField*', (route) => route.abort());
    await update(tree);
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('it was not sent').waitFor();
    expect(runs).toEqual([]);
    await page.unroute('**/assets/NumberField*');
    await until('the input', async () => {
      if ((await again.count()) > 0) await again.click();
      return (await page.getByLabel('Total').count()) > 0;
    });
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the run', () => runs.length > 0);
    expect(runs.map(({ event }) => event)).toEqual([{ value: { title: 'Mine', total: 12 } }]);
  });
});
