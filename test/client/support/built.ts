/**
 * The built browser program for tests: as it is delivered, but not minified. Built once for each state of its sources, and
 * shared by all test files and processes; who comes second waits for who came first.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const CACHE = join(root, 'node_modules/.cache/earshot-client');
const KEPT_MS = 3_600_000;
const BUILD_MS = 120_000;

let built: Promise<string> | undefined;

/** The folder of the build of the sources as they were when first asked: all tests of a file are of one build. */
export function builtClient(): Promise<string> {
  built ??= findOrBuild();
  return built;
}

async function findOrBuild(): Promise<string> {
  const dir = join(CACHE, await fingerprint());
  const done = join(dir, '.done');
  for (;;) {
    if (await isThere(done)) return dir;
    if (await claim(dir)) {
      try {
        await build(dir);
        await writeFile(done, '');
        await removeOld(dir);
      } catch (error) {
        await rm(dir, { recursive: true, force: true });
        throw error;
      }
    } else await until('the build of another', async () => (await isThere(done)) || !(await isThere(dir)), BUILD_MS);
  }
}

async function build(outDir: string): Promise<void> {
  // Plain Node, without types.
  const path = new URL('../../../scripts/client/build.mjs', import.meta.url).href;
  const { buildClient } = (await import(path)) as {
    buildClient: (options: { outDir: string; minify: boolean }) => Promise<void>;
  };
  await buildClient({ outDir: join(outDir, 'client'), minify: false });
}

/** True for exactly one. */
async function claim(dir: string): Promise<boolean> {
  await mkdir(CACHE, { recursive: true });
  return mkdir(dir).then(
    () => true,
    () => false,
  );
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['server/client', 'scripts/client']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const path of paths.sort()) hash.update(path).update(await readFile(path));
  }
  hash.update(await readFile(join(root, 'package-lock.json')));
  return hash.digest('hex').slice(0, 24);
}

async function removeOld(present: string): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const dir = join(CACHE, name);
    const { mtimeMs } = await stat(dir);
    if (dir !== present && Date.now() - mtimeMs > KEPT_MS) await rm(dir, { recursive: true, force: true });
  }
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
