/**
 * `npm run check`: types, lint, format, floors and unused code, two at a time. Says which passed and which did not, and
 * shows the output of those that did not. `npm run check -- types lint` runs some of them.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureDependencies, root } from '../setup.mjs';

/** The longest first, so that the two lanes end together. */
const checks = {
  lint: ['eslint/bin/eslint.js', '-c', 'scripts/check/eslint.config.mjs', '--max-warnings=0', '.'],
  types: ['typescript/bin/tsc', '-p', 'tsconfig.json'],
  client: ['typescript/bin/tsc', '-p', 'test/client/tsconfig.json'],
  floors: [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    ...['--config', 'scripts/check/floors.cjs', '--output-type', 'err-long'],
    ...['server', 'listeners', 'views'],
  ],
  unused: ['knip/bin/knip.js', '-c', 'scripts/check/knip.json', '--no-progress'],
  budget: ['../scripts/client/budget.mjs'],
  format: ['prettier/bin/prettier.cjs', '--check', '.'],
};
const LANES = 2;

await ensureDependencies();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`There is no check called ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`);
  process.exit(1);
}

const waiting = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const failed = [];
await Promise.all(Array.from({ length: LANES }, runLane));
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runLane() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, [bin, ...args]] = next;
    const startedAt = Date.now();
    const { code, output } = await outcomeOf(bin, args);
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(8)} ${seconds.padStart(6)} s`);
    if (code === 0) continue;
    failed.push(name);
    console.log(output.trim().replace(/^/gm, '    '));
  }
}

function outcomeOf(bin, args) {
  const child = spawn(process.execPath, [join(root, 'node_modules', bin), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
