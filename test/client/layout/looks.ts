/**
 * Draws all examples of a group at once, as people with a large or a small screen, by day or by night, meet them: all
 * four looks on one page, for opening it costs more than drawing.
 */
import { expect, it } from 'vitest';
import type { ComponentSpec } from '../../../server/schemas/components/base.ts';
import { until } from '../../support/until.ts';
import { changeLook, renderTree } from '../harness.ts';

const looks = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

export function describeLooks(group: string, specs: readonly ComponentSpec[]): void {
  const children = specs.flatMap(({ type, examples }) => [
    { _type: 'heading', value: type },
    ...examples.map(({ tree }) => tree),
  ]);

  it(`the examples of ${group} are drawn whole, accessible, without a fault, and never wider than the window`, async () => {
    const tree = { _type: 'column', children };
    const { page, update, axe, faults } = await renderTree(null);
    for (const { width, colorScheme } of looks) {
      const look = `${width} px, ${colorScheme}`;
      // Nothing is there when the look changes: each component begins in it, as on a page that was opened so.
      await update(null);
      await changeLook(page, { width, colorScheme });
      await update(tree);
      await page.getByRole('heading', { name: specs.at(-1)!.type, exact: true }).waitFor();
      // Pictures are loaded when they come near, and what cannot be loaded is told then.
      const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
      for (let y = 0; y < height; y += 800) await page.evaluate(`scrollTo(0, ${y})`);
      await until('the pictures', () => page.evaluate('[...document.images].every((image) => image.complete)'));
      expect(await page.locator('[data-broken]').allInnerTexts(), look).toEqual([]);
      expect(await axe(), look).toEqual([]);
      expect(faults, look).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth'), look).toBeLessThanOrEqual(width);
    }
  }, 180_000);
}
