/**
 * How many runs a second pass through the runner pool, and what each costs the server's process. A no-op listener, a
 * 1 KB event, one runner process. `npx tsx scripts/bench/runners.ts [runs]`
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createListenerRegistry } from '../../server/listeners/registry.ts';
import { createRunnerPool } from '../../server/listeners/pool.ts';
import { type RunTask } from '../../server/listeners/task.ts';

const runs = Number(process.argv[2] ?? 50_000);
const root = mkdtempSync(join(tmpdir(), 'earshot-bench-'));
const dir = join(root, 'listeners');

async function main(): Promise<void> {
  mkdirSync(dir);
  writeFileSync(join(dir, 'noop.ts'), 'export default function () {}\n');
  const registry = createListenerRegistry({ dir, dataDir: null });
  await registry.start();
  const pool = createRunnerPool({ locate: registry.locate, dir, dataDir: null, runners: 1 });
  await pool.start();
  const measure = async (count: number, atOnce: number): Promise<string> => {
    const cpu = process.cpuUsage();
    const began = performance.now();
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const { status } = await pool.execute(task, { api: () => Promise.resolve(null) });
        if (status !== 'succeeded') throw new Error(`a run ended as ${status}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const { user, system } = process.cpuUsage(cpu);
    const perSecond = Math.round((count / (performance.now() - began)) * 1000);
    return `${atOnce} at once: ${perSecond} runs/s, ${((user + system) / count).toFixed(1)} µs of the server's processor each`;
  };
  await measure(Math.min(runs, 10_000), 50);
  for (const atOnce of [1, 50, 200]) console.log(await measure(atOnce === 1 ? runs / 10 : runs, atOnce));
  await pool.stop(0);
  await registry.stop();
}

const task: RunTask = {
  runId: 'run_1',
  attempt: 1,
  listener: 'noop',
  timeoutMs: 30_000,
  memoryMb: 128,
  propsJson: '{"userId":1}',
  event: { kind: 'json', body: Buffer.from(JSON.stringify({ text: 'x'.repeat(1000) })) },
  request: {
    method: 'POST',
    path: '/apps/a/webhooks/b',
    headers: { 'content-type': 'application/json', 'user-agent': 'bench', host: 'localhost' },
    query: {},
    content_type: 'application/json',
    remote_address: '127.0.0.1',
  },
  trigger: { type: 'manual' },
  environment: { id: 1, name: 'production' },
  user: null,
};

await main().finally(() => {
  rmSync(root, { recursive: true, force: true });
});
