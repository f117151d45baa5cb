/**
 * What a first visit loads, in kB as gzip sends it, against what it may: script 260, style 40; each part that is loaded
 * later 140. Prints a table; exits with 1 when something is over. Builds into a folder of its own, so that it says the
 * same whatever was built last.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildClient } from './build.mjs';

const FIRST_SCRIPT_KB = 260;
const FIRST_STYLE_KB = 40;
const LATER_KB = 140;

const dir = await mkdtemp(join(tmpdir(), 'earshot-budget-'));
try {
  await buildClient({ outDir: dir, isCompressed: false });
  const rows = await weigh(JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')));
  for (const { what, kb, limit } of rows) {
    console.log(`${kb > limit ? '✗' : '✓'} ${what.padEnd(44)} ${kb.toFixed(1).padStart(7)} kB of ${limit}`);
  }
  if (rows.some(({ kb, limit }) => kb > limit)) process.exitCode = 1;
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function weigh(manifest) {
  const first = closure(manifest, ['index.html']);
  const firstFiles = filesOf(manifest, first);
  const later = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && !first.has(key));
  const parts = await Promise.all(
    later.map(async (key) => {
      const files = filesOf(manifest, closure(manifest, [key])).filter((file) => !firstFiles.includes(file));
      return { what: `later: ${manifest[key].name ?? key}`, kb: await sizeOf(files), limit: LATER_KB };
    }),
  );
  return [
    { what: 'first load: script', kb: await sizeOf(firstFiles, '.js'), limit: FIRST_SCRIPT_KB },
    { what: 'first load: style', kb: await sizeOf(firstFiles, '.css'), limit: FIRST_STYLE_KB },
    ...parts.sort((a, b) => b.kb - a.kb),
    { what: 'sdk.js', kb: await sizeOf(['sdk.js']), limit: LATER_KB },
  ];
}

/** What is loaded with these: all that they import, not what they may import later. */
function closure(manifest, keys, seen = new Set()) {
  for (const key of keys.filter((each) => !seen.has(each))) {
    seen.add(key);
    closure(manifest, manifest[key].imports ?? [], seen);
  }
  return seen;
}

function filesOf(manifest, keys) {
  return [...new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]))];
}

async function sizeOf(files, ending = '') {
  const wanted = files.filter((file) => file.endsWith(ending));
  const sizes = await Promise.all(
    wanted.map(async (file) => gzipSync(await readFile(join(dir, file)), { level: 9 }).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1_000;
}
