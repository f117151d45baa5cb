/** Schedules, jobs and limits of the built server, on the machine's own clock. */
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asJson, send } from '../support/http.ts';
import { newFolder, remove, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const SLOW_MS = 120_000;
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await remove(server);
});

/** The results of so many runs of a listener once all have succeeded, in the order in which the runs were made. */
async function results(listener: string, count: number): Promise<any[]> {
  const list = async (): Promise<any[]> =>
    (await server.api('GET', `/app/runs?action=${listener}&limit=250`)).body.data as any[];
  const runs = await until(`${String(count)} runs of ${listener}`, async () => {
    const found = await list();
    return found.length === count && found.every(({ status }) => status === 'succeeded') && found;
  });
  return Promise.all(runs.reverse().map(async ({ id }) => (await server.getRun(id as string)).result));
}

describe('a cron that ticks every second', () => {
  const folders: string[] = [];
  const alive: TestServer[] = [];
  afterEach(async () => {
    await Promise.all(alive.splice(0).map((each) => each.kill()));
    await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
  });

  it(
    'has one run for each second of ten and more, though the server is killed in their midst',
    async () => {
      const dataDir = await newFolder();
      folders.push(dataDir);
      const first = await startServer({ dataDir });
      alive.push(first);
      const cron = { name: 'seconds', listener_name: 'echo', schedule: '* * * * * *', overlap: 'allow', missed: 'all' };
      expect((await first.api('POST', '/app/crons', cron)).status).toBe(201);
      const ticksOf = async (at: TestServer): Promise<any[]> =>
        (await at.api('GET', '/app/crons/seconds/runs?limit=250')).body.data as any[];
      await until('four ticks', async () => (await ticksOf(first)).length >= 4);
      await first.kill();
      const killedMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 2_500)); // a downtime

      const second = await startServer({ dataDir });
      alive.push(second);
      const isWhole = (runs: any[]) => runs.length >= 10 && runs.every(({ status }) => status === 'succeeded');
      await until('ten ticks', async () => (await ticksOf(second)).length >= 10);
      await second.api('PATCH', '/app/crons/seconds', { state: 'paused' });
      const runs = await until('all of them to have ended', async () => {
        const found = await ticksOf(second);
        return isWhole(found) && found;
      });
      const seconds = runs.map(({ trigger }) => Date.parse(trigger.scheduled_at as string) / 1_000).reverse();
      expect(seconds).toEqual(seconds.map((_, index) => seconds[0]! + index));
      // Some fell into the downtime, and were made up for.
      expect(seconds.filter((at) => at * 1_000 > killedMs && at * 1_000 < killedMs + 2_500).length).toBeGreaterThan(1);
    },
    SLOW_MS,
  );
});

describe('limits of a listener', () => {
  const enqueue = async (listener: string, event: object, more: object = {}) =>
    (await server.api('POST', '/app/jobs', { listener_name: listener, event, ...more })).body.run as string;

  it('let one run for each customer be at work at a time', async () => {
    const events = Array.from({ length: 24 }, (_, n) => ({ customer: `c${String(n % 3)}`, n }));
    await Promise.all(events.map((event) => enqueue('oneByCustomer', event)));
    expect(await results('oneByCustomer', 24)).toEqual(events.map(() => 1));
  });

  it('hold for attempts that are made again, too', async () => {
    await Promise.all([1, 2, 3, 4].map((n) => enqueue('oneByCustomerRetried', { customer: 'c', n })));
    expect(await results('oneByCustomerRetried', 4)).toEqual([1, 1, 1, 1]);
  });

  it('let so many begin within a second', async () => {
    await Promise.all(Array.from({ length: 9 }, (_, n) => enqueue('threeASecond', { n })));
    const times = (await results('threeASecond', 9)).sort((a: number, b: number) => a - b) as number[];
    // Between a promotion and the listener's own clock lie a claim and a message, so a little less than a second may show.
    for (const [index, at] of times.entries()) {
      if (index >= 3) expect(at - times[index - 3]!).toBeGreaterThan(500);
    }
    expect(times[8]! - times[0]!).toBeGreaterThan(1_500);
  });

  it('make one run of many triggers of a webhook, with the newest event, for each order', async () => {
    const hook = await server.hook('debounced');
    const trigger = (order: string, n: number) => send(hook.url as string, asJson({ order, n }));
    const answers = [];
    for (const n of [1, 2, 3]) answers.push(await trigger('a', n), await trigger('b', n * 10));
    expect(new Set(answers.map(({ body }) => body.run)).size).toBe(2);
    expect((await results('debounced', 2)).sort()).toEqual([3, 30]);
  });

  it('gather what a webhook brings into lists, and count a repeated delivery once', async () => {
    const hook = await server.hook('batched');
    const trigger = (n: number) => send(hook.url as string, asJson({ n }, { 'idempotency-key': `batch-${String(n)}` }));
    for (const n of [1, 2, 3, 4]) expect((await trigger(n)).status).toBe(202);
    expect((await trigger(4)).body).toMatchObject({ duplicate: true });
    for (const n of [5, 6, 7]) await trigger(n);
    expect(await results('batched', 2)).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7],
    ]);
    const { data } = (await server.api('GET', '/app/runs?action=batched')).body;
    expect((await server.getRun(data[0].id as string)).event).toEqual([{ n: 6 }, { n: 7 }]);
  });

  it('are shown with the listeners', async () => {
    const { data } = (await server.api('GET', '/app/listeners')).body;
    const named = (name: string) => data.find((each: any) => each.name === name);
    expect(named('oneByCustomer').concurrency).toEqual({ limit: 1, by: 'event.customer' });
    expect(named('threeASecond').rate).toEqual({ limit: 3, per_ms: 1_000, by: null });
    expect(named('debounced').debounce).toEqual({ wait_ms: 400, max_wait_ms: 5_000, by: 'event.order' });
    expect(named('batched').batch).toEqual({ size: 5, wait_ms: 600, by: null });
  });
});

describe('api.crons', () => {
  it('does what the management API does', async () => {
    const { status, result, error } = await server.run('usesCrons');
    expect({ status, error }).toEqual({ status: 'succeeded', error: null });
    expect(result).toMatchObject({
      made: { name: 'by-a-listener', schedule: '@yearly', timezone: 'UTC', state: 'active' },
      moved: { timezone: 'Asia/Tokyo', description: 'At 09:00, only on Monday' },
      listed: ['by-a-listener'],
      upcoming: [{ at: result.moved.next_runs[0], name: 'by-a-listener', timezone: 'Asia/Tokyo' }],
      history: [result.run],
      refused: 'invalid_input',
      gone: 'not_found',
    });
    const run = await server.runAtEnd(result.run as string);
    expect(run).toMatchObject({ status: 'succeeded', trigger: { type: 'cron', name: 'by-a-listener' } });
  });
});

describe('api.jobs', () => {
  it('does what the management API does', async () => {
    const { status, result, error } = await server.run('usesJobs');
    expect({ status, error }).toEqual({ status: 'succeeded', error: null });
    expect(result).toMatchObject({
      first: { duplicate: false },
      second: { run: result.first.run, duplicate: true },
      seen: { status: 'queued', due_at: result.at, priority: 'high', props: { a: 1 }, event: { n: 1 } },
      listed: [result.first.run],
      canceled: 'canceled',
      both: 'invalid_input',
      noJob: 'not_found',
    });
  });
});
