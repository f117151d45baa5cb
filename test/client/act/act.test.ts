/** What is pressed, in a real browser: with the mouse, with keys, and once only. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { listener, renderTree } from '../harness.ts';

describe('a button', () => {
  it('runs its listener once while it is busy, and keeps the focus', async () => {
    let end: () => void = () => undefined;
    const { page, runs, faults } = await renderTree(
      { _type: 'button', text: 'Ship', onPressed: listener('ship') },
      {
        onRun: async () => {
          await new Promise<void>((resolve) => (end = resolve));
          return { status: 'succeeded' };
        },
      },
    );
    const button = page.getByRole('button', { name: 'Ship' });
    await button.focus();
    await button.press('Enter');
    await page.locator('button[aria-busy=true]').waitFor();
    await button.press('Enter');
    await button.press(' ');
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await until('the run', () => runs.length === 1);
    end();
    await until('the end', async () => (await page.locator('button[aria-busy=true]').count()) === 0);
    expect(runs.map(({ code, event }) => ({ code, event }))).toEqual([{ code: 'ship', event: {} }]);
    expect(faults).toEqual([]);
  });

  it('wants the name typed before what cannot be undone', async () => {
    const { page, runs, axe, faults } = await renderTree({
      _type: 'button',
      text: 'Delete',
      tone: 'error',
      confirm: { title: 'Delete octo/hello?', typeToConfirm: 'octo/hello' },
      onPressed: listener('remove'),
    });
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete octo/hello?' });
    await dialog.getByRole('button', { name: 'Delete' }).click({ force: true });
    expect(await axe()).toEqual([]);
    expect(runs).toEqual([]);
    await dialog.getByLabel('Type octo/hello to go on').fill('octo/hello');
    await dialog.getByLabel('Type octo/hello to go on').press('Enter');
    await until('the run', () => runs.length === 1);
    await dialog.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  it('does nothing when the question is closed with Escape', async () => {
    const { page, runs } = await renderTree({
      _type: 'button',
      text: 'Cancel order',
      confirm: { title: 'Cancel order?' },
      onPressed: listener('cancel'),
    });
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(runs).toEqual([]);
  });

  it('is pressed by its key; a single key does nothing while a person types', async () => {
    const { page, runs } = await renderTree({
      _type: 'column',
      children: [
        { _type: 'button', text: 'Save', hotkey: 'mod+s', onPressed: listener('save') },
        { _type: 'command', text: 'Retry', hotkey: 'r', onPressed: listener('retry') },
        { _type: 'textfield', label: 'Title', value: '' },
      ],
    });
    await page.getByLabel('Title').pressSequentially('rr');
    await page.keyboard.press('Control+s');
    await until('the button', () => runs.length === 1);
    await page.getByLabel('Title').blur();
    await page.keyboard.press('r');
    await until('the command', () => runs.length === 2);
    expect(runs.map(({ code }) => code)).toEqual(['save', 'retry']);
  });

  it('cannot be pressed while the server is away, and says so', async () => {
    const { page, server, runs } = await renderTree({ _type: 'button', text: 'Ship', onPressed: listener('ship') });
    server.setDown(true);
    const button = page.getByRole('button', { name: 'Ship' });
    await until('it to be off', async () => (await button.getAttribute('aria-disabled')) === 'true');
    expect(await button.getAttribute('title')).toContain('Not connected');
    await button.click({ force: true });
    server.setDown(false);
    await until('it to be on', async () => (await button.getAttribute('aria-disabled')) === null);
    await button.click();
    await until('the run', () => runs.length === 1);
  });
});

describe('a menu', () => {
  const children = [
    { _type: 'menuItem', text: 'Send again', icon: 'send', onPressed: listener('send') },
    { _type: 'menuItem', text: 'Archive', confirm: { title: 'Archive it?' }, onPressed: listener('archive') },
    { _type: 'menuItem', text: 'Not now', disabled: true, onPressed: listener('never') },
  ];

  it('opens with a key below its button, and its items ask as buttons do', async () => {
    const { page, runs, axe, faults } = await renderTree({
      _type: 'dropdownButton',
      text: 'Order',
      child: { _type: 'menu', children },
    });
    await page.getByRole('button', { name: 'Order' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Archive' }).waitFor();
    expect(await axe()).toEqual([]);
    await until('the first item', () => page.evaluate(() => document.activeElement?.textContent === 'Send again'));
    await page.keyboard.press('Enter');
    await until('the run', () => runs.length === 1);
    await page.getByRole('button', { name: 'Order' }).click();
    await page.getByRole('menuitem', { name: 'Not now' }).click({ force: true });
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await page.getByRole('dialog', { name: 'Archive it?' }).getByRole('button', { name: 'Archive' }).click();
    await until('the second run', () => runs.length === 2);
    expect(runs.map(({ code }) => code)).toEqual(['send', 'archive']);
    expect(faults).toEqual([]);
  });

  it('stands open by itself', async () => {
    const { page, runs } = await renderTree({ _type: 'menu', label: 'Order', children });
    await page.getByRole('group', { name: 'Order' }).getByRole('button', { name: 'Send again' }).press('Enter');
    await until('the run', () => runs.length === 1);
  });
});

describe('what is actionable', () => {
  const tree = (more: object) => ({ _type: 'actionable', child: 'octo/hello', onPressed: listener('open'), ...more });

  it('is pressed with the mouse, with Enter and with the space bar', async () => {
    const { page, runs } = await renderTree(tree({}));
    const target = page.getByRole('button', { name: 'octo/hello' });
    await target.click();
    const idle = () => until('the end', async () => (await target.getAttribute('aria-busy')) === null);
    await until('the click', () => runs.length === 1);
    await idle();
    await target.press('Enter');
    await until('Enter', () => runs.length === 2);
    await idle();
    await target.press(' ');
    await until('the space bar', () => runs.length === 3);
  });

  it('tells one press from two, and from a long one', async () => {
    const { page, runs } = await renderTree(
      tree({ onDoublePressed: listener('edit'), onLongPressed: listener('pin') }),
    );
    const target = page.getByRole('button', { name: 'octo/hello' });
    await target.dblclick();
    await until('the double press', () => runs.length === 1);
    await target.hover();
    await page.mouse.down();
    await until('the long press', () => runs.length === 2);
    await page.mouse.up();
    await until('the end', async () => (await target.getAttribute('aria-busy')) === null);
    await target.press('Shift+Enter');
    await until('the keys', () => runs.length === 3);
    await target.click();
    await until('the press', () => runs.length === 4);
    expect(runs.map(({ code }) => code)).toEqual(['edit', 'pin', 'edit', 'open']);
  });
});
