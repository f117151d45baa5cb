import { describe, expect, it } from 'vitest';
import { RETRY_MS, type FireDeps } from '../../server/crons/fire.ts';
import type { CronMissed, CronOverlap } from '../../server/schemas/cron.ts';
import { aCron, at, overloaded } from './builders.ts';
import { after, setUp } from './firing.ts';

describe('ticks that fell into a downtime', () => {
  /** Hourly ticks of 08:00, 09:00 and 10:00; it is some minutes past 10. */
  const late = (hour: number): string => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
  const downtime = (overlap: CronOverlap, missed: CronMissed) =>
    aCron({ next: late(8), schedule: '0 * * * *', overlap, missed });

  type Case = readonly [missed: CronMissed, minutesPast: number, started: readonly number[], skipped: number];
  const cases: readonly Case[] = [
    ['skip', 30, [], 3],
    ['once', 30, [10], 2],
    ['all', 30, [8, 9, 10], 0],
    ['skip', 1, [10], 2],
    ['once', 1, [10], 2],
    ['all', 1, [8, 9, 10], 0],
  ];
  const overlaps: readonly CronOverlap[] = ['allow', 'skip', 'queue'];
  it.each(overlaps.flatMap((overlap) => cases.map((each) => [overlap, ...each] as const)))(
    'with overlap %s and missed %s, %i minutes after the last: %j are run and %i skipped',
    async (overlap, missed, minutesPast, started, skipped) => {
      const { fire, runs } = setUp(new Date(at(late(10)) + minutesPast * 60_000).toISOString());
      const cron = downtime(overlap, missed);
      const { set } = await fire(cron);
      expect(runs.ticks()).toEqual(started.map(late));
      const gates = overlap === 'allow' ? undefined : [`gate:1:${cron._id}`];
      expect(runs.started.every((run) => JSON.stringify(run.gates) === JSON.stringify(gates))).toBe(true);
      expect(set.next_at).toEqual(new Date(late(11)));
      const newest = [10, 9, 8].find((hour) => !started.includes(hour));
      expect(set.last_skipped).toEqual(
        skipped === 0 ? undefined : { scheduled_at: new Date(late(newest!)), reason: 'missed', count: skipped },
      );
    },
  );

  it('are made up for behind a run that goes on, whatever overlap says', async () => {
    const { fire, runs, clock } = setUp('2026-03-02T07:00:00Z');
    const cron = aCron({ next: '2026-03-02T07:00:00Z', schedule: '0 * * * *', overlap: 'skip' });
    const next = after(cron, await fire(cron));
    runs.begin();
    clock.set('2026-03-02T10:30:00Z');
    const { set } = await fire(next);
    expect(runs.ticks()).toEqual([late(7), late(10)]);
    expect(runs.started.every(({ gates }) => gates?.length === 1)).toBe(true);
    expect(set.last_skipped).toEqual({ scheduled_at: new Date(late(9)), reason: 'missed', count: 2 });
  });

  it('are not counted as skipped where a crash left their runs behind', async () => {
    const { fire, runs, clock } = setUp('2026-03-02T08:00:00Z');
    const cron = downtime('allow', 'skip');
    await fire(cron); // and the server ended before it was settled
    clock.set('2026-03-02T10:30:00Z');
    const { set } = await fire(cron);
    expect(runs.ticks()).toEqual([late(8)]);
    expect(set.last_skipped).toEqual({ scheduled_at: new Date(late(10)), reason: 'missed', count: 2 });
  });

  it('of a whole day every second are counted but for the one whose run a crash left behind', async () => {
    const { fire, clock } = setUp('2026-03-01T10:00:00Z');
    const cron = aCron({ next: '2026-03-01T10:00:00Z', schedule: '* * * * * *' });
    await fire(cron); // and the server ended before it was settled
    clock.set('2026-03-02T10:00:00Z');
    const { set } = await fire(cron);
    expect(set.last_skipped).toMatchObject({ reason: 'missed', count: 86_401 - 6 - 1 });
  });

  it('count in full, however many they are', async () => {
    const { fire, runs } = setUp('2026-03-02T10:00:00.500Z');
    const cron = aCron({ next: '2026-03-01T10:00:00Z', schedule: '* * * * * *', missed: 'all' });
    const { set } = await fire(cron);
    expect(runs.started).toHaveLength(1_000);
    expect(runs.ticks().at(-1)).toBe('2026-03-02T10:00:00.000Z');
    expect(set.last_skipped).toMatchObject({ reason: 'missed', count: 86_401 - 1_000 });
  });

  it('are none where the server was only busy for two seconds', async () => {
    const { fire, runs } = setUp('2026-03-02T10:00:02.100Z');
    const schedule = '* * * * * *';
    await fire(aCron({ next: '2026-03-02T10:00:00Z', schedule, missed: 'skip', overlap: 'skip' }));
    expect(runs.ticks()).toEqual([0, 1, 2].map((second) => `2026-03-02T10:00:0${second}.000Z`));
    expect(runs.started.every(({ gates }) => gates?.length === 1)).toBe(true);
  });
});

describe('a tick whose run cannot be started', () => {
  it.each<[string, Partial<FireDeps> & { readonly fail?: () => Error }]>([
    ['the queue is full', { fail: overloaded }],
    ['the database fails', { isAtWork: () => Promise.reject(new Error('down')) }],
  ])('is tried again when %s, and nothing of it is lost', async (_why, broken) => {
    const now = '2026-03-02T10:00:00Z';
    const cron = aCron({ next: now, missed: 'skip', overlap: 'skip' });
    const { fire: fail, lines } = setUp(now, broken);
    const settlement = await fail(cron);
    expect(settlement).toEqual({
      set: { status: 'queued', due_at: new Date(at(now) + RETRY_MS), tried_at: new Date(now) },
    });
    expect(lines).toEqual([expect.objectContaining({ msg: 'cron.delayed', cron: cron._id })]);

    const { fire, runs } = setUp('2026-03-02T10:09:30Z');
    const settled = after(after(cron, settlement), await fire(after(cron, settlement)));
    expect(runs.ticks()).toEqual(['2026-03-02T10:00:00.000Z', '2026-03-02T10:09:00.000Z']);
    expect(settled).not.toHaveProperty('tried_at');
  });

  it('is not lost behind the thousands that came while it was tried', async () => {
    const now = '2026-03-02T10:00:00Z';
    const cron = aCron({ next: now, schedule: '* * * * * *', missed: 'skip', tried_at: new Date(now) });
    const { fire, runs } = setUp('2026-03-02T11:00:00Z');
    const { set } = await fire(cron);
    const late = [55, 56, 57, 58, 59].map((second) => `2026-03-02T10:59:${String(second)}.000Z`);
    expect(runs.ticks()).toEqual(['2026-03-02T10:00:00.000Z', ...late, '2026-03-02T11:00:00.000Z']);
    expect(set.last_skipped).toMatchObject({ count: 3_601 - 7 });
  });

  it('stays due from its first try, however often it is tried', async () => {
    const { fire, clock } = setUp('2026-03-02T10:00:00Z', { fail: overloaded });
    const cron = aCron({ next: '2026-03-02T10:00:00Z' });
    const once = after(cron, await fire(cron));
    clock.set('2026-03-02T10:00:05Z');
    const twice = after(once, await fire(once));
    expect([twice.tried_at, twice.next_at]).toEqual([once.tried_at, cron.next_at]);
    expect(twice.due_at).toEqual(new Date('2026-03-02T10:00:10Z'));
  });

  it('waits for the next server when this one stops', async () => {
    const { fire, runs } = setUp('2026-03-02T10:00:00Z');
    const { set } = await fire(aCron({ next: '2026-03-02T10:00:00Z' }), AbortSignal.abort());
    expect(runs.started).toEqual([]);
    expect(set).not.toHaveProperty('next_at');
  });
});

describe('a clock that is put', () => {
  it('back fires nothing again', async () => {
    const { fire, runs, clock } = setUp('2026-03-02T10:00:00Z');
    const cron = aCron({ next: '2026-03-02T10:00:00Z' });
    const next = after(cron, await fire(cron));
    clock.set('2026-03-02T09:00:00Z');
    expect((await fire(next)).set).toEqual({ status: 'queued', next_at: next.next_at, due_at: next.next_at });
    expect(runs.started).toHaveLength(1);
  });

  it('forward has missed what lies in between', async () => {
    const { fire, runs, clock } = setUp('2026-03-02T10:00:00Z');
    const cron = aCron({ next: '2026-03-02T10:00:00Z', missed: 'skip' });
    const next = after(cron, await fire(cron));
    clock.set('2026-03-02T11:00:10Z');
    const { set } = await fire(next);
    expect(runs.ticks()).toEqual(['2026-03-02T10:00:00.000Z', '2026-03-02T11:00:00.000Z']);
    expect(set.last_skipped).toMatchObject({ reason: 'missed', count: 59 });
  });
});
