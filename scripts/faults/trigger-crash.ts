/**
 * Nothing acknowledged is lost: triggers at full speed, kill -9 at a random moment, restart, two hundred times over.
 * At the end every run that was answered with 202 must have succeeded. Exits with 1 when one did not.
 *
 *   node --import tsx scripts/faults/trigger-crash.ts [rounds]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startEarshot, type Earshot } from '../support/earshot.ts';

const CONNECTIONS = 20;
const MAX_ROUND_MS = 500;

export interface CrashReport {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Acknowledged runs that did not end as succeeded, with what became of them. */
  readonly failed: readonly string[];
  /** Runs that exist without an acknowledgement: the answer died on its way. Allowed, and worth knowing. */
  readonly unacknowledged: number;
}

export async function crashRounds(rounds: number, report: (line: string) => void): Promise<CrashReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'earshot-crash-'));
  const port = await freePort();
  const acknowledged = new Set<string>();
  const start = (): Promise<Earshot> => startEarshot({ dataDir, port, env: { LOG_LEVEL: 'error' } });
  try {
    let earshot = await start();
    const { body: webhook } = await earshot.api('POST', '/app/webhooks', {
      action: 'exampleListener',
      props: { userId: 1 },
    });
    for (let round = 1; round <= rounds; round++) {
      const isOver = { value: false };
      const before = acknowledged.size;
      const clients = Array.from({ length: CONNECTIONS }, () => triggerUntil(isOver, webhook.url, acknowledged));
      await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * MAX_ROUND_MS));
      await earshot.kill();
      isOver.value = true;
      await Promise.all(clients);
      earshot = await start();
      if (round % 20 === 0 || round === rounds) {
        report(`round ${round}: ${acknowledged.size - before} acknowledged in it, ${acknowledged.size} in all`);
      }
    }
    const states = await settle(earshot, report);
    const failed = [...acknowledged]
      .filter((id) => states.get(id) !== 'succeeded')
      .map((id) => `${id} ${states.get(id) ?? 'missing'}`);
    await earshot.stop();
    return { rounds, acknowledged: acknowledged.size, failed, unacknowledged: states.size - acknowledged.size };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function triggerUntil(
  isOver: { readonly value: boolean },
  url: string,
  acknowledged: Set<string>,
): Promise<void> {
  while (!isOver.value) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ triggerData: 'someData', at: Date.now() }),
      });
      if (response.status === 202) acknowledged.add(((await response.json()) as { run: string }).run);
    } catch {
      return; // the server is dead; the next round has clients of its own
    }
  }
}

/** Waits until nothing is queued or running, then reads every run's state. */
async function settle(earshot: Earshot, report: (line: string) => void): Promise<Map<string, string>> {
  for (const status of ['queued', 'running']) {
    for (;;) {
      const { body } = await earshot.api('GET', `/app/runs?status=${status}&limit=1`);
      if (body.data.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const states = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const { body } = await earshot.api(
      'GET',
      `/app/runs?limit=250${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const run of body.data) states.set(run.id, run.status);
    cursor = body.next_cursor;
  } while (cursor !== null);
  report(`${states.size} runs in the database`);
  return states;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const result = await crashRounds(Number(process.argv[2] ?? 200), (line) => void process.stdout.write(`${line}\n`));
  const { failed, ...rest } = result;
  process.stdout.write(`${JSON.stringify({ ...rest, failed: failed.length })}\n`);
  for (const line of failed.slice(0, 20)) process.stdout.write(`  ${line}\n`);
  process.exit(failed.length === 0 ? 0 : 1);
}
