/** Finds the files of a listeners folder, without reading them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isListenerFile } from './names.ts';

/** Paths relative to the folder, with `/`, sorted. A folder that does not exist has no listeners. */
export async function scanListeners(dir: string): Promise<string[]> {
  const found: string[] = [];
  await walk(dir, '', found);
  return found.sort();
}

async function walk(dir: string, below: string, found: string[]): Promise<void> {
  const entries = await readdir(join(dir, below), { withFileTypes: true }).catch((error: unknown) => {
    if (below === '' && isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!/^[._]/.test(entry.name) && entry.name !== 'node_modules') await walk(dir, path, found);
    } else if (isListenerFile(path)) found.push(path);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
