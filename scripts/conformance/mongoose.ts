/**
 * Runs Mongoose's own test suite, unmodified, against the embedded engine: one mocha process for each file, two at a time.
 *   MONGOOSE_DIR=<checkout> node --import tsx scripts/conformance/mongoose.ts [part of a file name …]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { startEngine } from './engine.ts';
import { readExpected, report, type Result } from './results.ts';

const FILE_TIMEOUT_MS = 300_000;
const PARALLEL = 2;

interface MochaTest {
  readonly fullTitle: string;
  readonly err: { readonly message?: string };
}
interface MochaReport {
  readonly passes: readonly MochaTest[];
  readonly failures: readonly MochaTest[];
  readonly pending: readonly MochaTest[];
}

const dir = process.env.MONGOOSE_DIR;
if (dir === undefined) {
  console.error(
    'MONGOOSE_DIR must name a checkout of Mongoose with its dependencies; see scripts/conformance/README.md.',
  );
  process.exit(2);
}

async function main(checkout: string, wanted: readonly string[]): Promise<number> {
  const files = testFiles(join(checkout, 'test')).filter(
    (file) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
  );
  const scratch = mkdtempSync(join(tmpdir(), 'conformance-'));
  const results: Result[] = [];
  let next = 0;
  /** The files share the names of their databases, so those that run at the same time need engines of their own. */
  const work = async (lane: number): Promise<void> => {
    const engine = await startEngine(join(scratch, `data-${lane}`), 'standalone');
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const found = await runFile(checkout, file, engine.urlOf('mongoose_test'), join(scratch, `report-${lane}.json`));
      const of = (outcome: string): number => found.filter((result) => result.outcome === outcome).length;
      console.log(
        `${relative(checkout, file).padEnd(60)} passed ${of('passed')}, failed ${of('failed')}, skipped ${of('skipped')}`,
      );
      results.push(...found);
    }
    await engine.stop();
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, (_, lane) => work(lane)));
    return report(results, readExpected(new URL('mongoose.expected.json', import.meta.url)), wanted.length === 0);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Client-side encryption needs a helper process of MongoDB's own, and is left out. */
function testFiles(testDir: string): string[] {
  return readdirSync(testDir, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        name.endsWith('.test.js') && !name.split(sep).some((part) => part === 'encryption' || part === 'node_modules'),
    )
    .sort()
    .map((name) => join(testDir, name));
}

async function runFile(checkout: string, file: string, uri: string, reportPath: string): Promise<Result[]> {
  const name = relative(checkout, file).split(sep).join('/');
  const args = [
    'node_modules/mocha/bin/mocha.js',
    '--exit',
    // The suite is made for one process, where some other file has always loaded all of Mongoose.
    '--require',
    './index.js',
    '--timeout',
    '20000',
    '--reporter',
    'json',
    '--reporter-option',
    `output=${reportPath}`,
    file,
  ];
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    env: { ...process.env, MONGOOSE_TEST_URI: uri },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));
  const timer = setTimeout(() => child.kill('SIGKILL'), FILE_TIMEOUT_MS);
  rmSync(reportPath, { force: true });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  try {
    const { passes, failures, pending } = JSON.parse(readFileSync(reportPath, 'utf8')) as MochaReport;
    const as = (outcome: Result['outcome']) => (test: MochaTest) =>
      ({
        id: `${name} > ${test.fullTitle}`,
        outcome,
        ...(test.err.message === undefined ? {} : { message: firstLine(test.err.message) }),
      }) satisfies Result;
    return [...passes.map(as('passed')), ...failures.map(as('failed')), ...pending.map(as('skipped'))];
  } catch {
    return [
      {
        id: `${name} > (the file as a whole)`,
        outcome: 'failed',
        message: `mocha left no report (exit code ${String(code)}): ${firstLine(complaint)}`,
      },
    ];
  }
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 300);
}

process.exitCode = await main(dir, process.argv.slice(2));
