import { describe, expect, it } from 'vitest';
import type { TickingCron } from '../../server/crons/store.ts';
import { createTimetable } from '../../server/crons/timetable.ts';
import { createUpcoming } from '../../server/crons/upcoming.ts';
import type { UpcomingTick } from '../../server/schemas/cron.ts';
import { aClock, aCron, at } from './builders.ts';

const NOW = '2026-03-02T09:59:30.000Z';
const timetable = createTimetable();

/** Crons as the store gives them: by the time of the next tick, then by id. */
function setUp(crons: readonly TickingCron[], now = NOW) {
  const clock = aClock(now);
  const sorted = crons.toSorted((a, b) => a.next_at.getTime() - b.next_at.getTime() || (a._id < b._id ? -1 : 1));
  let read = 0;
  let computed = 0;
  const upcoming = createUpcoming({
    clock,
    timetable: {
      next: (cron, afterMs) => {
        computed++;
        return timetable.next(cron, afterMs);
      },
    },
    store: {
      ticking: async function* (_environmentId, until) {
        for (const cron of sorted) {
          if (cron.next_at > until) return;
          read++;
          await Promise.resolve();
          yield cron;
        }
      },
    },
  });
  async function all(limit: number, until?: string): Promise<UpcomingTick[]> {
    const found: UpcomingTick[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const given = until === undefined ? undefined : new Date(until);
      const { items, next }: { readonly items: readonly UpcomingTick[]; readonly next: string | null } = await upcoming(
        1,
        given,
        after === undefined ? { limit } : { limit, after },
      );
      expect(items.length).toBeLessThanOrEqual(limit);
      found.push(...items);
      after = next;
    }
    return found;
  }
  return { clock, upcoming, all, work: () => ({ read, computed }) };
}

function ticking(_id: string, schedule: string, timezone = 'UTC'): TickingCron {
  const nextMs = timetable.next({ schedule, timezone }, at(NOW))!;
  return aCron({ _id, schedule, timezone, next: new Date(nextMs).toISOString() }) as TickingCron;
}

const brief = (ticks: readonly UpcomingTick[]) => ticks.map(({ at: time, cron }) => `${time.slice(11, 16)} ${cron}`);

describe('what comes next', () => {
  it('is the ticks of all crons in time order, those of one moment by id', async () => {
    const { all } = setUp([ticking('b', '*/30 * * * *'), ticking('a', '0 * * * *'), ticking('c', '15 10 * * *')]);
    const found = await all(50, '2026-03-02T11:00:00Z');
    expect(brief(found)).toEqual(['10:00 a', '10:00 b', '10:15 c', '10:30 b', '11:00 a', '11:00 b']);
    expect(found[0]).toEqual({
      at: '2026-03-02T10:00:00.000Z',
      cron: 'a',
      name: 'a',
      listener_name: 'sweep',
      timezone: 'UTC',
    });
  });

  it('is the same on pages of any size', async () => {
    const schedules = ['*/7 * * * *', '*/5 * * * *', '0 * * * *', '*/5 * * * *', '13,26 10-12 * * *', '@hourly'];
    const crons = schedules.map((schedule, i) =>
      ticking(`c${String(i)}`, schedule, i % 2 === 0 ? 'UTC' : 'Asia/Kolkata'),
    );
    const end = '2026-03-02T13:00:00Z';
    const expected = crons
      .flatMap((cron) => timetable.newest(cron, at(NOW), at(end), 1_000).ticks.map((tick) => ({ tick, id: cron._id })))
      .sort((a, b) => a.tick - b.tick || (a.id < b.id ? -1 : 1))
      .map(({ tick, id }) => `${new Date(tick).toISOString()} ${id}`);
    expect(expected.length).toBeGreaterThan(100);
    for (const limit of [1, 2, 3, 7, 50, 1_000]) {
      const found = await setUp(crons).all(limit, end);
      expect(found.map((tick) => `${tick.at} ${tick.cron}`)).toEqual(expected);
    }
  });

  it('goes a day ahead, and ends there however late the last page is asked for', async () => {
    const { upcoming, clock } = setUp([ticking('a', '0 * * * *')]);
    const first = await upcoming(1, undefined, { limit: 20 });
    clock.set('2026-03-02T20:00:00Z');
    const second = await upcoming(1, undefined, { limit: 20, after: first.next! });
    expect(first.items.length + second.items.length).toBe(24);
    expect([second.items.at(-1)?.at, second.next]).toEqual(['2026-03-03T09:00:00.000Z', null]);
  });

  it.each([
    ['2026-03-02T10:00:00Z', 1],
    ['2026-03-02T09:59:59Z', 0],
    ['2020-01-01T00:00:00Z', 0],
  ])('up to %s has %i ticks', async (end, count) => {
    expect(await setUp([ticking('a', '0 * * * *')]).all(10, end)).toHaveLength(count);
  });

  it('may be asked for 366 days, and no more', async () => {
    const { upcoming } = setUp([ticking('a', '0 0 1 1 *')]);
    const end = at(NOW) + 366 * 24 * 60 * 60_000;
    expect((await upcoming(1, new Date(end), { limit: 9 })).items).toHaveLength(1);
    await expect(upcoming(1, new Date(end + 1), { limit: 9 })).rejects.toMatchObject({
      code: 'invalid_input',
      options: { errors: [expect.objectContaining({ in: 'query', path: '/until' })] },
    });
  });

  it('leaves out a tick that is due already: it is no longer about to come', async () => {
    const overdue = { ...ticking('a', '0 * * * *'), next_at: new Date('2026-03-02T09:00:00Z') };
    expect(brief(await setUp([overdue]).all(9, '2026-03-02T10:30:00Z'))).toEqual(['10:00 a']);
  });

  it('begins with the tick that is waited for where the clock was put back', async () => {
    const { all } = setUp([ticking('a', '0 * * * *')], '2026-03-02T05:00:00Z');
    expect(brief(await all(9, '2026-03-02T11:00:00Z'))).toEqual(['10:00 a', '11:00 a']);
  });

  it('costs what a page shows, not what there is', async () => {
    const crons = Array.from({ length: 1_000 }, (_, i) =>
      ticking(`c${String(i).padStart(4, '0')}`, `${String(i % 60)} ${String(10 + (i % 12))} * * *`),
    );
    const { upcoming, work } = setUp(crons);
    await upcoming(1, undefined, { limit: 10 });
    expect(work().read).toBeLessThanOrEqual(12);
    expect(work().computed).toBeLessThanOrEqual(11);
  });
});
