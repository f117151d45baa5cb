/** Draws all examples of a group at once, as people with a large or a small screen, by day or by night, meet them. */
import { describe, expect, it } from 'vitest';
import type { ComponentSpec } from '../../../server/schemas/components/base.ts';
import { until } from '../../support/until.ts';
import { renderTree } from '../harness.ts';

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

  describe.each(looks)(`the examples of ${group}, $width px, $colorScheme`, (look) => {
    it('are drawn whole, accessible, without a fault, and never wider than the window', async () => {
      const { page, axe, faults } = await renderTree({ _type: 'column', children }, look);
      await page.getByRole('heading', { name: specs.at(-1)!.type, exact: true }).waitFor();
      // Pictures are loaded when they come near, and what cannot be loaded is told then.
      const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
      for (let y = 0; y < height; y += 800) await page.evaluate(`scrollTo(0, ${y})`);
      await until('the pictures', () => page.evaluate('[...document.images].every((image) => image.complete)'));
      expect(await page.locator('[data-broken]').allInnerTexts()).toEqual([]);
      expect(await axe()).toEqual([]);
      expect(faults).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width);
    }, 90_000);
  });
}
