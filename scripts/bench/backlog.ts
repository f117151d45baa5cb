/**
 * What a million waiting runs cost: resident memory of the server, and how fast triggers are answered, with none
 * waiting and with all of them. A listener that sleeps keeps them waiting.
 *
 *   node --import tsx scripts/bench/backlog.ts [runs]
 */
import { fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEarshot, type Earshot } from '../support/earshot.ts';
import type { LoadOrder, LoadReport } from './load.ts';

const wanted = Number(process.argv[2] ?? 1_000_000);
const BODY = JSON.stringify({ triggerData: 'x'.repeat(980), n: 1 });
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-backlog-'));
  const listeners = join(folder, 'listeners');
  await mkdir(listeners);
  await writeFile(
    join(listeners, 'sleep.ts'),
    'export default () => new Promise((resolve) => setTimeout(resolve, 25_000));\n',
  );
  const earshot = await startEarshot({
    dataDir: join(folder, 'data'),
    env: { LISTENERS_DIR: listeners, LOG_LEVEL: 'error', QUEUE_LIMIT: '100000000' },
  });
  try {
    const { body: webhook } = await earshot.api('POST', '/app/webhooks', { action: 'sleep' });
    const path = new URL(webhook.url).pathname;
    await measure(earshot, path, 3_000);
    print(`with none waiting:      ${await figures(earshot, await measure(earshot, path, 5_000))}`);
    let stored = 0;
    let most = 0;
    while (stored < wanted) {
      stored += (await measure(earshot, path, 10_000)).requests;
      most = Math.max(most, await residentMb(earshot.pid));
    }
    print(`with ${stored} waiting: ${await figures(earshot, await measure(earshot, path, 5_000))}`);
    print(`most memory while they came in: ${most.toFixed(0)} MB`);
  } finally {
    await earshot.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function figures(earshot: Earshot, report: LoadReport): Promise<string> {
  const memory = (await residentMb(earshot.pid)).toFixed(0);
  return `${report.perS.toFixed(0)} triggers/s, p50 ${report.p50Ms.toFixed(1)} ms, p99 ${report.p99Ms.toFixed(1)} ms, server ${memory} MB`;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

function measure(earshot: Earshot, path: string, durationMs: number): Promise<LoadReport> {
  const order: LoadOrder = { port: earshot.port, path, body: BODY, connections: 50, durationMs };
  const child = fork(new URL('load.ts', import.meta.url).pathname, { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as LoadReport));
    child.once('exit', (code) => reject(new Error(`the load generator ended with code ${String(code)}`)));
    child.send(order);
  });
}

await main();
