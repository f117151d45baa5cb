/** Builds the browser program to dist/client, with copies of its files compressed as well as can be. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';
import { appConfig, sdkConfig } from './vite.config.mjs';

export const clientDir = fileURLToPath(new URL('../../dist/client', import.meta.url));

/** What text is made of shrinks to a third or less; below this it does not pay. */
const COMPRESSED = new Set(['.js', '.css', '.svg']);
const SMALLEST_BYTES = 1_024;

export async function buildClient({ outDir = clientDir, minify = true, isCompressed = minify } = {}) {
  await build(appConfig({ outDir, minify }));
  await build(sdkConfig({ outDir, minify }));
  if (isCompressed) await compressAll(outDir);
}

async function compressAll(outDir) {
  const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && COMPRESSED.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  await Promise.all(paths.map(compress));
}

async function compress(path) {
  const bytes = await readFile(path);
  if (bytes.length < SMALLEST_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await Promise.all([
    promisify(brotliCompress)(bytes, { params }).then((small) => writeFile(`${path}.br`, small)),
    promisify(gzip)(bytes, { level: 9 }).then((small) => writeFile(`${path}.gz`, small)),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildClient();
