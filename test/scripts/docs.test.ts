import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readmePath, withBlocks } from '../../scripts/docs.ts';
import { settings } from '../../server/config.ts';

describe('README.md', () => {
  it('is what `npm run docs` would write', async () => {
    const page = await readFile(readmePath, 'utf8');
    expect(page, 'run `npm run docs`').toBe(await withBlocks(page));
  });

  it('lists each setting', async () => {
    const page = await readFile(readmePath, 'utf8');
    for (const { name } of Object.values(settings)) expect(page).toContain(`| \`${name}\``);
  });

  it('is not written when a block is missing', async () => {
    await expect(withBlocks('# Nothing')).rejects.toThrow('<!-- settings -->');
  });
});
