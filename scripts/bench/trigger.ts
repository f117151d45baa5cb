/**
 * How many triggers a second Earshot stores and answers, beside bare Express 5 and Express 5 with one SQLite commit per
 * request, all in one run: 50 connections, 1 KB bodies, rounds in turn so that a change of the machine's speed hits all
 * alike. Then, at a fixed rate, how many runs finish per second and whether a backlog grows.
 *
 *   npm run bench:trigger [-- rounds seconds]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEarshot, type Earshot } from '../support/earshot.ts';
import type { LoadOrder, LoadReport } from './load.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 4);
const CONNECTIONS = 50;
const BODY = JSON.stringify({ triggerData: 'x'.repeat(980), n: 1 });
const RATES = [1_500, 2_000, 2_500, 3_000];
const PACED_SECONDS = 10;

const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const here = (name: string): string => new URL(name, import.meta.url).pathname;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-bench-'));
  const listeners = join(folder, 'listeners');
  await mkdir(listeners);
  await writeFile(join(listeners, 'noop.ts'), 'export default async function () {}\n');
  const bare = await subject('bare');
  const commit = await subject('commit', join(folder, 'commit.db'));
  const earshot = await startEarshot({
    dataDir: join(folder, 'data'),
    env: { LISTENERS_DIR: listeners, LOG_LEVEL: 'error', QUEUE_LIMIT: '100000000' },
  });
  try {
    const { body: webhook } = await earshot.api('POST', '/app/webhooks', { action: 'noop' });
    const triggerPath = new URL(webhook.url).pathname;
    await compare([
      { name: 'Express 5, express.json(), keeps nothing', port: bare.port, path: '/hook' },
      { name: 'Express 5, one SQLite commit a request', port: commit.port, path: '/hook' },
      { name: 'Earshot trigger, stored before the 202', port: earshot.port, path: triggerPath },
    ]);
    await drain(earshot);
    await sustain(earshot, triggerPath);
  } finally {
    bare.process.kill();
    commit.process.kill();
    await earshot.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly path: string;
}

async function compare(subjects: readonly Subject[]): Promise<void> {
  print(
    `${cpus().length} cores, Node ${process.version}, ${CONNECTIONS} connections, ${BODY.length} byte bodies, ${rounds} rounds of ${seconds} s\n`,
  );
  const reports = new Map<string, LoadReport[]>(subjects.map(({ name }) => [name, []]));
  for (const { port, path } of subjects) await load({ ...order(port, path), durationMs: 1_000 });
  for (let round = 0; round < rounds; round++) {
    for (const { name, port, path } of subjects) {
      const report = await load(order(port, path));
      if (Object.keys(report.statuses).some((status) => status !== '202'))
        throw new Error(`${name}: ${JSON.stringify(report.statuses)}`);
      reports.get(name)?.push(report);
    }
  }
  const base = median((reports.get(subjects[0]?.name ?? '') ?? []).map(({ perS }) => perS));
  print(
    `${'median of the rounds'.padEnd(44)} ${'per second'.padStart(10)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'of bare'.padStart(8)}`,
  );
  for (const [name, each] of reports) {
    const perS = median(each.map((report) => report.perS));
    const p50 = median(each.map(({ p50Ms }) => p50Ms));
    const p99 = median(each.map(({ p99Ms }) => p99Ms));
    print(
      `${name.padEnd(44)} ${perS.toFixed(0).padStart(10)} ${p50.toFixed(1).padStart(8)} ${p99.toFixed(1).padStart(8)} ${(perS / base).toFixed(2).padStart(8)}`,
    );
  }
}

/** Runs finished per second while triggers come in at a fixed rate; a backlog that grows ends the series. */
async function sustain(earshot: Earshot, path: string): Promise<void> {
  print(`\nAt a fixed rate for ${PACED_SECONDS} s, every run executed by a no-op listener:`);
  for (const ratePerS of RATES) {
    const before = await succeeded(earshot);
    const report = await load({ ...order(earshot.port, path), durationMs: PACED_SECONDS * 1_000, ratePerS });
    const finished = (await succeeded(earshot)) - before;
    const backlog = report.requests - finished;
    print(
      `${String(ratePerS).padStart(6)}/s offered: ${report.perS.toFixed(0)} triggers/s answered (p99 ${report.p99Ms.toFixed(1)} ms), ` +
        `${(finished / PACED_SECONDS).toFixed(0)} runs/s finished, backlog at the end ${backlog}`,
    );
    await drain(earshot);
    if (backlog > ratePerS) break;
  }
}

async function succeeded(earshot: Earshot): Promise<number> {
  const text = String((await earshot.api('GET', '/metrics')).body);
  let count = 0;
  for (const match of text.matchAll(/^earshot_runs_total\{[^}]*status="succeeded"[^}]*\} (\d+)/gm))
    count += Number(match[1]);
  return count;
}

async function drain(earshot: Earshot): Promise<void> {
  for (;;) {
    const lists = await Promise.all(
      ['queued', 'running'].map((status) => earshot.api('GET', `/app/runs?status=${status}&limit=1`)),
    );
    if (lists.every(({ body }) => body.data.length === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const order = (port: number, path: string): LoadOrder => ({
  port,
  path,
  body: BODY,
  connections: CONNECTIONS,
  durationMs: seconds * 1_000,
});

function load(what: LoadOrder): Promise<LoadReport> {
  const child = fork(here('load.ts'), { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as LoadReport));
    child.once('exit', (code) => reject(new Error(`the load generator ended with code ${String(code)}`)));
    child.send(what);
  });
}

async function subject(...args: readonly string[]): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const child = fork(here('subjects.ts'), args, { execArgv: ['--import', 'tsx'] });
  const { port } = await new Promise<{ port: number }>((resolve) =>
    child.once('message', (message) => resolve(message as { port: number })),
  );
  return { process: child, port };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

await main();
