/**
 * Several server processes on one database: what is promised of ticks and limits holds for all of them together. The
 * database is the embedded engine, reached over its socket as MongoDB would be; or MONGODB_URL where that is set.
 */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded, type Embedded } from '../../server/db/embedded/start.ts';
import { asJson, send } from '../support/http.ts';
import { newFolder, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const SLOW_MS = 120_000;
const folders: string[] = [];
let engine: Embedded | undefined;
let servers: TestServer[] = [];

beforeAll(async () => {
  const [data, engineData] = [await newFolder(), await newFolder()];
  folders.push(data, engineData);
  let url = process.env.MONGODB_URL;
  url ??= (engine = await startEmbedded({ dataDir: engineData })).url;
  const env = { MONGODB_URL: url };
  const first = await startServer({ dataDir: data, env });
  servers = [first, ...(await Promise.all([1, 2].map(() => startServer({ dataDir: data, env }))))];
}, SLOW_MS);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await engine?.stop();
  await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
});

const at = (n: number): TestServer => servers[n % servers.length]!;

async function enqueueEverywhere(listener: string, events: readonly object[]): Promise<void> {
  const answers = await Promise.all(
    events.map((event, n) => at(n).api('POST', '/app/jobs', { listener_name: listener, event })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
}

/** The runs of a listener once there are so many and all have succeeded. */
async function runsOf(listener: string, count: number, timeoutMs?: number): Promise<any[]> {
  return until(
    `${String(count)} runs of ${listener}`,
    async () => {
      const { data } = (await at(0).api('GET', `/app/runs?action=${listener}&limit=250`)).body;
      return data.length === count && data.every(({ status }: any) => status === 'succeeded') && data;
    },
    timeoutMs,
  );
}

async function resultsOf(runs: readonly any[]): Promise<any[]> {
  return Promise.all(runs.map(async ({ id }, n) => (await at(n).getRun(id as string)).result));
}

describe('several processes on one database', () => {
  it(
    'run each tick of a cron once, and see each other’s changes of it',
    async () => {
      const cron = { name: 'shared', listener_name: 'echo', schedule: '* * * * * *', overlap: 'allow', missed: 'all' };
      expect((await at(1).api('POST', '/app/crons', cron)).status).toBe(201);
      const ticks = async (): Promise<any[]> => (await at(2).api('GET', '/app/crons/shared/runs?limit=250')).body.data;
      await until('six ticks', async () => (await ticks()).length >= 6);
      expect((await at(2).api('PATCH', '/app/crons/shared', { state: 'paused' })).body.next_runs).toEqual([]);
      const runs = await until('all to have ended', async () => {
        const found = await ticks();
        return found.every(({ status }) => status === 'succeeded') && found;
      });
      const seconds = runs.map(({ trigger }) => Date.parse(trigger.scheduled_at as string) / 1_000).reverse();
      expect(seconds).toEqual(seconds.map((_, index) => seconds[0]! + index));
      expect(new Set(runs.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    },
    SLOW_MS,
  );

  it(
    'let one run for each customer be at work at a time, among all of them',
    async () => {
      const events = Array.from({ length: 36 }, (_, n) => ({ customer: `c${String(n % 4)}`, n }));
      await enqueueEverywhere('oneByCustomer', events);
      expect(await resultsOf(await runsOf('oneByCustomer', 36, 60_000))).toEqual(events.map(() => 1));
    },
    SLOW_MS,
  );

  it(
    'let so many begin within a second, among all of them',
    async () => {
      await enqueueEverywhere(
        'threeASecond',
        Array.from({ length: 9 }, (_, n) => ({ n })),
      );
      const times = (await resultsOf(await runsOf('threeASecond', 9))).sort((a: number, b: number) => a - b);
      for (const [index, time] of times.entries()) if (index >= 3) expect(time - times[index - 3]).toBeGreaterThan(300);
      expect(times[8] - times[0]).toBeGreaterThan(1_500);
    },
    SLOW_MS,
  );

  it(
    'gather calls of a listener together, and none of them twice',
    async () => {
      const hook = await at(0).hook('batched');
      const path = new URL(hook.url as string).pathname;
      const trigger = (n: number) => send(at(n).url + path, asJson({ n }, { 'idempotency-key': `p-${String(n)}` }));
      const numbers = Array.from({ length: 23 }, (_, n) => n);
      const answers = await Promise.all([...numbers, ...numbers.slice(0, 7)].map(trigger));
      expect(answers.filter(({ body }) => body.duplicate === true)).toHaveLength(7);
      const lists = await until('all to have been gathered', async () => {
        const { data } = (await at(0).api('GET', '/app/runs?action=batched&limit=250')).body;
        const found = data.every(({ status }: any) => status === 'succeeded') ? await resultsOf(data as any[]) : [];
        return found.flat().length >= 23 && (found as number[][]);
      });
      expect(lists.flat().sort((a, b) => a - b)).toEqual(numbers);
      expect(Math.max(...lists.map((list) => list.length))).toBeLessThanOrEqual(5);
    },
    SLOW_MS,
  );

  it(
    'finish what those leave behind that die, and let nobody in before',
    async () => {
      const events = Array.from({ length: 16 }, (_, n) => ({ customer: `k${String(n % 8)}`, n }));
      await enqueueEverywhere('oneByCustomerSlowly', events);
      await until('eight to be at work', async () => {
        const { data } = (await at(0).api('GET', '/app/runs?action=oneByCustomerSlowly&status=running')).body;
        return data.length === 8;
      });
      await Promise.all(servers.splice(1).map((server) => server.kill()));
      const runs = await runsOf('oneByCustomerSlowly', 16, 100_000);
      expect(await resultsOf(runs)).toEqual(events.map(() => 1));
      expect(runs.some(({ attempt }) => attempt === 2)).toBe(true); // else none of those killed was at work on any
    },
    SLOW_MS,
  );
});
