/**
 * From a webhook's request to the patch in the browser: how long it takes with 100 and 1,000 connected clients at 10 and
 * 100 changes a second, what a change weighs on the wire, and what it costs the server, beside Socket.io alone that
 * broadcasts the same bytes as often. A change is a trigger, a run of a listener, a write with its event, a read, a render
 * and a patch; so the cost of showing it is what the server needs with clients less what it needs with none.
 *
 *   npm run bench:live [-- seconds for each figure]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { startEarshot, type Earshot } from '../support/earshot.ts';
import type { ClientsOrder, ClientsReport } from './live/clients.ts';

const seconds = Number(process.argv[2] ?? 10);
const ROWS = 100;
const RATES = [10, 100];
const CLIENTS = [100, 1_000];
/** What Earshot gathers before it reads again; the broadcast beside it sends as many frames with as many changes each. */
const GATHER_MS = 100;
const APP = new URL('./live/app', import.meta.url).pathname;
const TICKS_PER_S = 100;
/** A process that has just started costs several times what it costs later. */
const PRACTICE_MS = 15_000;

const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const nowMs = (): number => performance.timeOrigin + performance.now();
const rowId = (n: number): string => `row${String(n % ROWS).padStart(3, '0')}`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Figure {
  readonly p50: number;
  readonly p99: number;
  readonly arrived: number;
  readonly bytesPerChange: number;
  readonly cpuPercent: number;
}

async function main(): Promise<void> {
  print(`${String(cpus().length)} cores, Node ${process.version}, ${String(seconds)} s for each figure\n`);
  const earshot = await startEarshot({ env: { LISTENERS_DIR: `${APP}/listeners`, VIEWS_DIR: `${APP}/views` } });
  const bare = fork(new URL('./live/bare.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const [, { port }] = [bare, (await messageOf(bare)) as { port: number }];
  try {
    const { status } = await earshot.api('POST', '/app/colls/board/insertMany', {
      documents: Array.from({ length: ROWS }, (_, n) => ({ _id: rowId(n), name: `Row ${String(n)}`, at: 0 })),
    });
    if (status >= 300) throw new Error(`The rows could not be made: ${String(status)}`);
    const hook = (await earshot.api('POST', '/app/webhooks', { action: 'tick' })).body as { url: string };
    await change(hook.url, 100, PRACTICE_MS);
    line(['', 'p50 ms', 'p99 ms', 'arrived', 'B/change', 'CPU %', 'bare CPU %', 'ratio', 'MB/client']);
    for (const clients of CLIENTS) {
      for (const rate of RATES) await compare({ earshot, bare, port, hookUrl: hook.url, clients, rate });
    }
    print(
      '\nCPU % is of one core: the server and its processes with clients, less with none at the same rate right before.',
    );
  } finally {
    bare.kill();
    await earshot.stop();
    await earshot.removeData();
  }
}

interface Subject {
  readonly earshot: Earshot;
  readonly bare: ChildProcess;
  readonly port: number;
  readonly hookUrl: string;
  readonly clients: number;
  readonly rate: number;
}

async function compare({ earshot, bare, port, hookUrl, clients, rate }: Subject): Promise<void> {
  const idle = await cpuDuring([earshot.pid], () => change(hookUrl, rate, seconds * 1000));
  const before = rssMb(earshot.pid);
  const live = await measure(
    { url: earshot.url, token: earshot.tokens.sandbox, path: '/board', count: clients },
    [earshot.pid],
    () => change(hookUrl, rate, seconds * 1000),
    () => (rssMb(earshot.pid) - before) / clients,
  );
  const alone = await measure(
    { url: `http://127.0.0.1:${String(port)}`, count: clients },
    [bare.pid ?? 0],
    () => broadcast(bare, rate, seconds * 1000),
    () => 0,
  );
  const shown = Math.max(0, live.figure.cpuPercent - idle);
  line([
    `${String(clients)} clients, ${String(rate)} changes/s`,
    live.figure.p50.toFixed(1),
    live.figure.p99.toFixed(1),
    `${(live.figure.arrived * 100).toFixed(1)} %`,
    live.figure.bytesPerChange.toFixed(0),
    shown.toFixed(0),
    alone.figure.cpuPercent.toFixed(0),
    (shown / alone.figure.cpuPercent).toFixed(2),
    live.extra.toFixed(2),
  ]);
  line([
    '  Socket.io alone',
    alone.figure.p50.toFixed(1),
    alone.figure.p99.toFixed(1),
    `${(alone.figure.arrived * 100).toFixed(1)} %`,
    alone.figure.bytesPerChange.toFixed(0),
  ]);
}

async function measure(
  to: Omit<Extract<ClientsOrder, { type: 'connect' }>, 'type'>,
  pids: readonly number[],
  work: () => Promise<number>,
  after: () => number,
): Promise<{ readonly figure: Figure; readonly extra: number }> {
  const clients = fork(new URL('./live/clients.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const ask = async <T>(order: ClientsOrder): Promise<T> => {
    const answered = messageOf(clients);
    clients.send(order);
    const answer = (await answered) as T & { type: string; message?: string };
    if (answer.type === 'failed') throw new Error(answer.message);
    return answer;
  };
  try {
    await ask({ type: 'connect', ...to });
    await pause(2_000); // what connecting left to do
    await ask({ type: 'reset' });
    let changes = 0;
    const cpuPercent = await cpuDuring(pids, async () => (changes = await work()));
    await pause(1_000);
    const extra = after();
    const { delaysMs, bytes } = await ask<ClientsReport>({ type: 'report' });
    const sorted = delaysMs.toSorted((a, b) => a - b);
    const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
    const figure = {
      p50: at(0.5),
      p99: at(0.99),
      arrived: sorted.length / (changes * to.count),
      bytesPerChange: bytes / changes,
      cpuPercent,
    };
    await ask({ type: 'disconnect' });
    return { figure, extra };
  } finally {
    clients.kill();
  }
}

/** Asks for changes through the webhook, evenly; gives how many. */
async function change(url: string, perS: number, durationMs: number): Promise<number> {
  const body = (n: number): string => JSON.stringify({ row: rowId(n), at: nowMs() });
  const under: Promise<unknown>[] = [];
  const made = await evenly(perS, durationMs, (n) => {
    under.push(
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(n) }).then((res) =>
        res.arrayBuffer(),
      ),
    );
  });
  await Promise.all(under);
  return made;
}

/** Sends the same changes through Socket.io alone, gathered as Earshot gathers them. */
async function broadcast(bare: ChildProcess, perS: number, durationMs: number): Promise<number> {
  let ops: object[] = [];
  let revision = 1_000_000_000_000;
  const gathered = setInterval(() => {
    if (ops.length === 0) return;
    bare.send({ patch: { route: 'json:/board', base: revision, revision: ++revision, ops } });
    ops = [];
  }, GATHER_MS);
  const made = await evenly(perS, durationMs, (n) =>
    ops.push({ op: 'replace', path: `/rows/${rowId(n)}/at`, value: nowMs() }),
  );
  await pause(2 * GATHER_MS);
  clearInterval(gathered);
  return made;
}

async function evenly(perS: number, durationMs: number, act: (n: number) => void): Promise<number> {
  const began = performance.now();
  const count = Math.round((perS * durationMs) / 1000);
  for (let n = 0; n < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * perS) + 1);
    while (n < due) act(n++);
    await pause(1000 / TICKS_PER_S);
  }
  return count;
}

/** Percent of one core that the processes and those they started used meanwhile. */
async function cpuDuring(pids: readonly number[], work: () => Promise<unknown>): Promise<number> {
  const used = (): number => pids.flatMap(withChildren).reduce((sum, pid) => sum + cpuMs(pid), 0);
  const [before, began] = [used(), performance.now()];
  await work();
  return ((used() - before) / (performance.now() - began)) * 100;
}

function withChildren(pid: number): number[] {
  const children = readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [pid, ...children.flatMap(withChildren)];
}

/** utime and stime of /proc/<pid>/stat are hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .split(') ')[1]!
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))![1]) / 1024;
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`A process ended with code ${String(code)}`)));
  });
}

function line([name = '', ...cells]: readonly string[]): void {
  print(name.padEnd(30) + cells.map((cell) => cell.padStart(11)).join(''));
}

await main();
