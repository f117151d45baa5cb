/**
 * What a million jobs that are due over the next day cost: how fast jobs are enqueued with none waiting and with all of
 * them, the server's memory and the time of its next start, and how late jobs begin meanwhile.
 *
 *   npm run bench:jobs [-- jobs]
 */
import { fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEarshot, type Earshot } from '../support/earshot.ts';
import type { EnqueueOrder, EnqueueReport } from './jobs/enqueue.ts';

const wanted = Number(process.argv[2] ?? 1_000_000);
const DAY_MS = 86_400_000;
const CONNECTIONS = 50;
/** As many a second as a million a day, so many seconds long, beginning so long from now. */
const TRICKLE = { jobs: 700, forMs: 60_000, fromMs: 15_000 };
const BURST = { jobs: 1_000, fromMs: 20_000 };
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-jobs-'));
  const listeners = join(folder, 'listeners');
  await mkdir(listeners);
  await writeFile(join(listeners, 'late.ts'), 'export default (_props, event) => Date.now() - Date.parse(event.at);\n');
  const options = {
    dataDir: join(folder, 'data'),
    env: { LISTENERS_DIR: listeners, VIEWS_DIR: join(folder, 'no-views'), LOG_LEVEL: 'error' },
  };
  let earshot = await startEarshot(options);
  try {
    const overTheDay = { fromMs: 900_000, toMs: DAY_MS };
    await enqueue(earshot, { ...overTheDay, durationMs: 3_000 });
    print(`with none waiting: ${figures(await enqueue(earshot, { ...overTheDay, durationMs: 10_000 }))}`);
    print(`  server: ${await residentMb(earshot.pid)} MB`);
    await punctuality(earshot, 'with few waiting');

    let stored = 0;
    let most = 0;
    while (stored < wanted) {
      const { jobs, faults } = await enqueue(earshot, { ...overTheDay, jobs: wanted - stored, durationMs: 10_000 });
      if (faults > 0) throw new Error(`${String(faults)} jobs were refused`);
      stored += jobs;
      most = Math.max(most, await residentMb(earshot.pid));
    }
    print(`with ${String(stored)} waiting: ${figures(await enqueue(earshot, { ...overTheDay, durationMs: 10_000 }))}`);
    print(`  server: ${await residentMb(earshot.pid)} MB, at most ${most} MB while they came in`);
    for (const path of ['/app/jobs', '/app/jobs?status=queued', '/app/runs?status=dead', '/metrics']) {
      print(`  GET ${path} takes ${await timeOf(earshot, path)} ms`);
    }
    await punctuality(earshot, `with ${String(stored)} waiting`);
    print(`  server: ${await residentMb(earshot.pid)} MB`);

    await earshot.stop();
    const beganMs = Date.now();
    earshot = await startEarshot(options);
    print(`started again on them in ${String(Date.now() - beganMs)} ms; server: ${await residentMb(earshot.pid)} MB`);
  } finally {
    await earshot.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeOf(earshot: Earshot, path: string): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const beganMs = performance.now();
    await earshot.api('GET', path);
    times.push(performance.now() - beganMs);
  }
  return (times.sort((a, b) => a - b)[2] ?? 0).toFixed(0);
}

async function punctuality(earshot: Earshot, when: string): Promise<void> {
  const trickle = await enqueue(earshot, {
    jobs: TRICKLE.jobs,
    fromMs: TRICKLE.fromMs,
    toMs: TRICKLE.fromMs + TRICKLE.forMs,
  });
  print(`${when}, 12 due a second: ${lateness(await latenesses(earshot, trickle.ids))}`);
  const burst = await enqueue(earshot, { jobs: BURST.jobs, fromMs: BURST.fromMs, toMs: BURST.fromMs + 1_000 });
  print(`${when}, 1,000 due in one second: ${lateness(await latenesses(earshot, burst.ids))}`);
}

/** What each run returned, once it has ended: how many milliseconds after its time it began. */
async function latenesses(earshot: Earshot, ids: readonly string[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const id of ids) {
    for (;;) {
      const { body } = await earshot.api('GET', `/app/jobs/${id}`);
      if (body.status === 'succeeded') {
        found.push(body.result as number);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  return found.sort((a, b) => a - b);
}

function lateness(sorted: readonly number[]): string {
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return `began p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, at worst ${at(1)} ms after their time`;
}

function figures({ perS, p50Ms, p99Ms }: EnqueueReport): string {
  return `${perS.toFixed(0)} jobs enqueued a second, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function enqueue(earshot: Earshot, order: Pick<EnqueueOrder, 'fromMs' | 'toMs'> & Partial<EnqueueOrder>) {
  const whole: EnqueueOrder = {
    port: earshot.port,
    token: earshot.tokens.sandbox,
    connections: CONNECTIONS,
    jobs: Infinity,
    durationMs: 600_000,
    ...order,
  };
  const child = fork(new URL('jobs/enqueue.ts', import.meta.url).pathname, {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  return new Promise<EnqueueReport>((resolve, reject) => {
    child.once('message', (report) => resolve(report as EnqueueReport));
    child.once('exit', (code) => reject(new Error(`the load generator ended with code ${String(code)}`)));
    child.send(whole);
  });
}

await main();
