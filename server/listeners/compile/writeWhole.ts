/** A file that is either there whole or not there: two servers may start on the same cache, and either may die halfway. */
import { rename, writeFile } from 'node:fs/promises';

let count = 0;

export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.${++count}`;
  await writeFile(draft, text);
  await rename(draft, path);
}
