/** The documentation of components says what their schemas say, and has a picture of each. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { componentsPath, componentsText, pictured } from '../../scripts/components.ts';

const pictures = join(dirname(componentsPath), 'pictures');

it('is what `npm run docs:components` would write', async () => {
  expect(await readFile(componentsPath, 'utf8'), 'run `npm run docs:components`').toBe(await componentsText());
});

it('has one picture for each component that can be seen, none of them large', async () => {
  const names = await readdir(pictures);
  expect(names.sort()).toEqual(pictured.map((type) => `${type}.jpg`).sort());
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(pictures, name))).size));
  expect(Math.max(...sizes)).toBeLessThan(25_000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000);
});
