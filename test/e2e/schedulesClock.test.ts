/** Schedules on a clock that the test moves: the whole server, from the cron to the run's end. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClocked, testClock, type ClockedApp, type TestClock } from '../support/app.ts';
import { newFolder } from '../support/server.ts';
import { until } from '../support/until.ts';

const SAMPLE = new URL('../../listeners', import.meta.url).pathname;
const SLOW_MS = 60_000;
const folders: string[] = [];
const running: ClockedApp[] = [];

async function start(clock: TestClock, dataDir: string, listenersDir?: string): Promise<ClockedApp> {
  const app = await startClocked({ clock, dataDir, ...(listenersDir !== undefined && { listenersDir }) });
  running.push(app);
  return app;
}

async function folder(): Promise<string> {
  const made = await newFolder();
  folders.push(made);
  return made;
}

/** The tests that need no server of their own share one, whose time goes on from one to the next. */
const clock = testClock('2026-03-01T00:00:00Z');
let app: ClockedApp;

beforeAll(async () => {
  app = await start(clock, await folder());
});

afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()));
  await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
});

async function cron(app: ClockedApp, settings: object): Promise<any> {
  const { status, body } = await app.api('POST', '/app/crons', { listener_name: 'echo', ...settings });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** The ticks of which there are runs that have succeeded, oldest first, once there are as many as expected. */
async function ticks(app: ClockedApp, name: string, count: number): Promise<string[]> {
  const list = async (): Promise<any[]> => (await app.api('GET', `/app/crons/${name}/runs?limit=250`)).body.data;
  const done = async () => (await list()).filter(({ status }) => status === 'succeeded');
  await until(`${String(count)} runs of ${name}`, async () => (await done()).length >= count);
  return (await list()).map(({ trigger }) => trigger.scheduled_at as string).reverse();
}

/** Moves the clock to each time and waits for what was to happen until then. */
async function pass(app: ClockedApp, clock: TestClock, name: string, times: readonly string[]): Promise<void> {
  for (const [index, at] of times.entries()) {
    clock.set(at);
    await ticks(app, name, index + 1);
  }
}

describe('a cron on the wall clock of its zone', () => {
  it(
    'ticks at the same hour before and after a change of clocks, and says what is next',
    async () => {
      clock.set('2026-03-27T12:00:00Z');
      const made = await cron(app, {
        name: 'early',
        schedule: '30 2 * * *',
        timezone: 'Europe/Paris',
        props: { a: 1 },
      });
      // On the 29th there is no half past two: it runs when the clocks change.
      const expected = [
        '2026-03-28T01:30:00.000Z',
        '2026-03-29T01:00:00.000Z',
        '2026-03-30T00:30:00.000Z',
        '2026-03-31T00:30:00.000Z',
        '2026-04-01T00:30:00.000Z',
      ];
      expect(made).toMatchObject({ next_runs: expected, description: 'At 02:30, every day', last_run: null });
      await pass(app, clock, 'early', expected.slice(0, 3));
      expect(await ticks(app, 'early', 3)).toEqual(expected.slice(0, 3));
      const { body } = await app.api('GET', '/app/crons/early');
      expect(body).toMatchObject({
        next_runs: expect.arrayContaining(expected.slice(3)),
        last_run: { status: 'succeeded' },
      });
      const { body: run } = await app.api('GET', `/app/runs/${body.last_run.run}`);
      expect(run).toMatchObject({ props: { a: 1 }, event: {}, trigger: { type: 'cron', name: 'early' } });
      await app.api('DELETE', '/app/crons/early');
    },
    SLOW_MS,
  );

  it(
    'ticks in a repeated hour once where it names the hour, and twice where it does not',
    async () => {
      clock.set('2026-10-24T20:00:00Z');
      await cron(app, { name: 'named', schedule: '30 2 * * *', timezone: 'Europe/Paris' });
      await cron(app, { name: 'hourly', schedule: '30 * * * *', timezone: 'Europe/Paris', missed: 'all' });
      for (const [index, hour] of ['20', '21', '22', '23'].entries()) {
        clock.set(`2026-10-24T${hour}:30:00Z`);
        await ticks(app, 'hourly', index + 1);
      }
      for (const [index, hour] of ['00', '01', '02'].entries()) {
        clock.set(`2026-10-25T${hour}:30:00Z`);
        await ticks(app, 'hourly', index + 5);
      }
      expect((await ticks(app, 'hourly', 7)).slice(-3)).toEqual([
        '2026-10-25T00:30:00.000Z',
        '2026-10-25T01:30:00.000Z',
        '2026-10-25T02:30:00.000Z',
      ]);
      expect(await ticks(app, 'named', 1)).toEqual(['2026-10-25T00:30:00.000Z']);
      for (const name of ['named', 'hourly']) await app.api('DELETE', `/app/crons/${name}`);
    },
    SLOW_MS,
  );
});

describe('ticks that nobody was there for', () => {
  it(
    'are made up for as the cron says, once',
    async () => {
      const clock = testClock('2026-06-01T00:10:00Z');
      const dataDir = await folder();
      const first = await start(clock, dataDir);
      for (const missed of ['skip', 'once', 'all']) {
        await cron(first, { name: missed, schedule: '0 * * * *', missed });
      }
      await first.stop();

      clock.set('2026-06-01T05:30:00Z');
      const second = await start(clock, dataDir);
      const hours = ['01', '02', '03', '04', '05'].map((hour) => `2026-06-01T${hour}:00:00.000Z`);
      expect(await ticks(second, 'all', 5)).toEqual(hours);
      expect(await ticks(second, 'once', 1)).toEqual(hours.slice(-1));
      await until('the skipped ticks to be told of', async () => {
        const { body } = await second.api('GET', '/app/crons/skip');
        return body.last_skipped?.count === 5;
      });
      await second.stop();

      const third = await start(clock, dataDir);
      clock.set('2026-06-01T06:00:01Z');
      expect(await ticks(third, 'all', 6)).toEqual([...hours, '2026-06-01T06:00:00.000Z']);
      expect(await ticks(third, 'once', 2)).toEqual([hours[4], '2026-06-01T06:00:00.000Z']);
      expect(await ticks(third, 'skip', 1)).toEqual(['2026-06-01T06:00:00.000Z']);
    },
    SLOW_MS,
  );

  it(
    'are not made up for after a pause, and a clock that was set back repeats nothing',
    async () => {
      clock.set('2027-06-01T00:10:00Z');
      await cron(app, { name: 'hourly', schedule: '0 * * * *', missed: 'all' });
      await app.api('PATCH', '/app/crons/hourly', { state: 'paused' });
      clock.set('2027-06-01T04:30:00Z');
      expect((await app.api('PATCH', '/app/crons/hourly', { state: 'active' })).body.next_runs[0]).toBe(
        '2027-06-01T05:00:00.000Z',
      );
      await pass(app, clock, 'hourly', ['2027-06-01T05:00:00Z', '2027-06-01T06:00:02Z']);
      clock.set('2027-06-01T04:59:59Z');
      const { body: hand } = await app.api('POST', '/app/crons/hourly/run');
      clock.set('2027-06-01T07:00:00Z');
      const runs = await ticks(app, 'hourly', 4);
      expect(runs.filter((at) => at.endsWith(':00:00.000Z'))).toEqual([
        '2027-06-01T05:00:00.000Z',
        '2027-06-01T06:00:00.000Z',
        '2027-06-01T07:00:00.000Z',
      ]);
      await app.api('DELETE', '/app/crons/hourly');
      expect(hand).toMatchObject({ run: expect.stringMatching(/^run_/), status: 'queued' });
    },
    SLOW_MS,
  );
});

describe('jobs', () => {
  it(
    'begin when they are due, the urgent ones first, and one for each key that waits',
    async () => {
      clock.set('2028-06-01T00:00:00Z');
      const enqueue = async (job: object) =>
        (await app.api('POST', '/app/jobs', { listener_name: 'echo', ...job })).body as {
          run: string;
          duplicate: boolean;
        };
      const later = await enqueue({ at: '2028-06-03T00:00:00Z', key: 'report', event: { n: 1 } });
      expect(await enqueue({ delay_ms: 5, key: 'report', event: { n: 2 } })).toEqual({ ...later, duplicate: true });
      const other = await enqueue({ delay_ms: 3_600_000, priority: 'low' });
      const canceled = await enqueue({ delay_ms: 3_600_000, priority: 'high' });
      const statusOf = async ({ run }: { run: string }) =>
        (await app.api('GET', `/app/jobs/${run}`)).body.status as string;
      expect((await app.api('POST', `/app/jobs/${canceled.run}/cancel`)).body.status).toBe('canceled');
      clock.set('2028-06-01T01:00:01Z');
      await until('the job of one o’clock', async () => (await statusOf(other)) === 'succeeded');
      expect(await statusOf(later)).toBe('queued');
      clock.set('2028-06-03T00:00:00Z');
      await until('the job of the third day', async () => (await statusOf(later)) === 'succeeded');
      expect((await app.api('GET', `/app/jobs/${later.run}`)).body.event).toEqual({ n: 1 });
      expect(await statusOf(canceled)).toBe('canceled');
      expect((await app.api('GET', '/app/jobs?status=canceled')).body.data).toMatchObject([{ id: canceled.run }]);
      expect((await enqueue({ key: 'report' })).duplicate).toBe(false);
    },
    SLOW_MS,
  );
});

describe('the sample’s nightly summary', () => {
  it(
    'sums up the day of the reader’s zone at its midnight, and tells of it once',
    async () => {
      const clock = testClock('2026-10-24T12:00:00Z');
      const app = await start(clock, await folder(), SAMPLE);
      await until('the cron', async () => (await app.api('GET', '/app/crons/nightly-orders')).status === 200);
      const { body: moved } = await app.api('PATCH', '/app/crons/nightly-orders', {
        timezone: 'Europe/Paris',
        props: { timezone: 'Europe/Paris' },
      });
      // The 25th has 25 hours there.
      expect(moved.next_runs.slice(0, 2)).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
      const orders: [string, object][] = [
        ['before', { created_at: '2026-10-24T21:59:59.999Z', status: 'paid', amount: 1, currency: 'EUR' }],
        ['first', { created_at: '2026-10-24T22:00:00.000Z', status: 'paid', amount: 1_000, currency: 'EUR' }],
        ['second', { created_at: '2026-10-25T22:59:59.000Z', status: 'shipped', amount: 500, currency: 'EUR' }],
        ['third', { created_at: '2026-10-25T10:00:00.000Z', status: 'pending', amount: 7, currency: 'USD' }],
        ['after', { created_at: '2026-10-25T23:00:00.000Z', status: 'paid', amount: 1, currency: 'EUR' }],
      ];
      for (const [_id, order] of orders) {
        expect((await app.api('POST', '/app/colls/orders/docs', { _id, ...order })).status).toBe(201);
      }
      await pass(app, clock, 'nightly-orders', ['2026-10-24T22:00:01Z', '2026-10-25T23:00:01Z']);
      const { body: events } = await app.api('GET', '/app/events?type=orders.summarized');
      expect(events.data).toHaveLength(2);
      const { body: event } = await app.api('GET', `/app/events/${events.data[0].id}`);
      expect(event.data).toMatchObject({
        day: '2026-10-25',
        timezone: 'Europe/Paris',
        from: '2026-10-24T22:00:00.000Z',
        to: '2026-10-25T23:00:00.000Z',
        orders: 3,
        by_status: { paid: 1, shipped: 1, pending: 1 },
        revenue: [{ currency: 'EUR', amount: 1_500 }],
      });
      // By hand, later the same day: it is there already.
      const { body: again } = await app.api('POST', '/app/crons/nightly-orders/run');
      const run = await until('the run by hand', async () => {
        const { body } = await app.api('GET', `/app/runs/${again.run}`);
        return body.status === 'succeeded' && body;
      });
      expect(run.result).toEqual({ summary: '2026-10-25 Europe/Paris', isNew: false });
      expect((await app.api('GET', '/app/events?type=orders.summarized')).body.data).toHaveLength(2);
    },
    SLOW_MS,
  );
});
