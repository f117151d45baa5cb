import { describe, expect, it } from 'vitest';
import { createFireCron, RETRY_MS, type FireDeps } from '../../server/crons/fire.ts';
import { tickRunId } from '../../server/crons/plan.ts';
import { createTimetable } from '../../server/crons/timetable.ts';
import type { CronDocument } from '../../server/crons/document.ts';
import type { Settlement } from '../../server/queue/entry.ts';
import type { NewRun } from '../../server/runs/document.ts';
import { MAX_QUEUED_TICKS, type CronMissed, type CronOverlap } from '../../server/schemas/cron.ts';
import { aClock, aCron, at, collectingLogger, overloaded, someRuns } from './builders.ts';

const timetable = createTimetable();

function setUp(now: string, given: Partial<FireDeps> & { readonly fail?: (run: NewRun) => Error | undefined } = {}) {
  const { fail, ...deps } = given;
  const clock = aClock(now);
  const runs = someRuns(fail);
  const { log, lines } = collectingLogger();
  const fireCron = createFireCron({ ...runs.deps, timetable, clock, log, ...deps });
  const fire = (cron: CronDocument, signal = new AbortController().signal) => fireCron(cron, signal);
  return { clock, runs, lines, fire };
}

/** The cron as it is stored once the settlement is written. */
function after(cron: CronDocument, { set, unset = [] }: Settlement): CronDocument {
  const gone = new Set(unset);
  return Object.fromEntries(Object.entries({ ...cron, ...set }).filter(([name]) => !gone.has(name))) as never;
}

describe('firing a cron', () => {
  it('starts the run of the tick and waits for the one that follows', async () => {
    const { fire, runs } = setUp('2026-03-02T10:00:00.250Z');
    const cron = aCron({ next: '2026-03-02T10:00:00Z', name: 'sweeping', environment_id: 2 });
    const settlement = await fire(cron);
    const scheduled_at = '2026-03-02T10:00:00.000Z';
    expect(runs.started).toEqual([
      {
        id: tickRunId(cron._id, at(scheduled_at)),
        environmentId: 2,
        action: 'sweep',
        cronId: cron._id,
        trigger: { type: 'cron', cron: cron._id, name: 'sweeping', scheduled_at },
        propsJson: '{"a":1}',
        event: { kind: 'none', bytes: new Uint8Array() },
      },
    ]);
    const nextAt = new Date('2026-03-02T10:01:00Z');
    expect(settlement).toEqual({
      set: {
        status: 'queued',
        next_at: nextAt,
        due_at: nextAt,
        last_run: { id: runs.started[0]!.id, scheduled_at: new Date(scheduled_at) },
      },
      unset: ['tried_at'],
    });
  });

  it('makes ids of runs that say when the tick was and differ by cron and tick', () => {
    const [one, other] = [aCron({ next: '2026-03-02T10:00:00Z' })._id, aCron({ next: '2026-03-02T10:00:00Z' })._id];
    const ids = [tickRunId(one, 60_000), tickRunId(one, 120_000), tickRunId(other, 60_000)];
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^run_[0-9a-z]{26}$/);
    expect(ids[0]! < ids[1]!).toBe(true);
    expect(tickRunId(one, 60_000)).toBe(ids[0]);
  });

  it.each<CronOverlap>(['allow', 'skip', 'queue'])(
    'made again after a crash starts nothing twice and skips nothing (overlap %s)',
    async (overlap) => {
      const { fire, runs } = setUp('2026-03-02T10:00:01Z');
      const cron = aCron({ next: '2026-03-02T10:00:00Z', overlap });
      const first = await fire(cron);
      expect(await fire(cron)).toEqual(first);
      expect(first.set).not.toHaveProperty('last_skipped');
      expect(runs.ticks()).toEqual(['2026-03-02T10:00:00.000Z']);
    },
  );

  it.each<CronOverlap>(['skip', 'queue'])('goes on where a crash ended it half-way (overlap %s)', async (overlap) => {
    let left = 2;
    const { fire, runs } = setUp('2026-03-02T10:00:03Z', { fail: () => (left-- > 0 ? undefined : overloaded()) });
    const cron = aCron({ next: '2026-03-02T10:00:00Z', schedule: '* * * * * *', overlap, missed: 'skip' });
    await fire(cron);
    left = Infinity;
    const { set } = await fire(cron);
    expect(runs.ticks().sort()).toEqual([0, 1, 2, 3].map((second) => `2026-03-02T10:00:0${second}.000Z`));
    expect(set).not.toHaveProperty('last_skipped');
  });

  it('says in one line what became of it', async () => {
    const { fire, lines } = setUp('2026-03-02T10:00:00.250Z');
    const cron = aCron({ next: '2026-03-02T10:00:00Z', name: 'sweeping' });
    await fire(cron);
    expect(lines).toEqual([
      {
        msg: 'cron.fired',
        cron: cron._id,
        environmentId: 1,
        name: 'sweeping',
        listener: 'sweep',
        started: 1,
        alreadyStarted: 0,
        caughtUp: 0,
        skipped: 0,
        scheduledAt: '2026-03-02T10:00:00.000Z',
        lateMs: 250,
        nextAt: '2026-03-02T10:01:00.000Z',
        durationMs: 0,
      },
    ]);
  });

  it('pauses a cron that has no more ticks', async () => {
    const { fire } = setUp('2026-03-02T10:00:01Z', { timetable: { ...timetable, next: () => null } });
    const { set } = await fire(aCron({ next: '2026-03-02T10:00:00Z' }));
    expect(set).toMatchObject({ status: 'paused', next_at: null });
    expect(set).not.toHaveProperty('due_at');
  });

  it('leaves the last run as it is where one by hand is newer than the tick', async () => {
    const { fire } = setUp('2026-03-02T12:00:30Z');
    const last_run = { id: 'run_byhand', scheduled_at: new Date('2026-03-02T11:59:00Z') };
    const { set } = await fire(aCron({ next: '2026-03-02T10:00:00Z', schedule: '0 10 * * *', last_run }));
    expect(set).not.toHaveProperty('last_run');
  });
});

describe('a cron whose run goes on still', () => {
  async function secondTick(overlap: CronOverlap) {
    const { fire, runs, clock, lines } = setUp('2026-03-02T10:00:00Z');
    const cron = aCron({ next: '2026-03-02T10:00:00Z', overlap });
    const next = after(cron, await fire(cron));
    runs.begin();
    clock.set('2026-03-02T10:01:00Z');
    const { set } = await fire(next);
    return { runs, lines, set, cron, next: after(next, { set }), clock, fire };
  }

  it('starts beside it with overlap allow, past no gate', async () => {
    const { runs } = await secondTick('allow');
    expect(runs.started).toHaveLength(2);
    expect(runs.started.every(({ gates }) => gates === undefined)).toBe(true);
  });

  it('does not start with overlap skip, says so, and starts again once it is over', async () => {
    const { runs, set, lines, cron, next, clock, fire } = await secondTick('skip');
    expect(runs.started).toHaveLength(1);
    const skippedAt = new Date('2026-03-02T10:01:00Z');
    expect(set).toMatchObject({
      last_skipped: { scheduled_at: skippedAt, reason: 'overlap', count: 1 },
      due_at: new Date('2026-03-02T10:02:00Z'),
    });
    expect(set).not.toHaveProperty('last_run');
    expect(lines).toContainEqual({
      msg: 'cron.skipped',
      cron: cron._id,
      environmentId: 1,
      name: cron.name,
      listener: 'sweep',
      reason: 'overlap',
      count: 1,
      scheduledAt: skippedAt.toISOString(),
    });
    runs.end();
    clock.set('2026-03-02T10:02:00Z');
    await fire(next);
    expect(runs.ticks()).toEqual(['2026-03-02T10:00:00.000Z', '2026-03-02T10:02:00.000Z']);
  });

  it('waits for it at the gate with overlap queue', async () => {
    const { runs, cron } = await secondTick('queue');
    expect(runs.started.map(({ gates }) => gates)).toEqual([[`gate:1:${cron._id}`], [`gate:1:${cron._id}`]]);
  });

  it(`lets ${MAX_QUEUED_TICKS} wait with overlap queue and skips what comes then`, async () => {
    const { fire, runs, clock } = setUp('2026-03-02T10:00:00Z');
    let cron = aCron({ next: '2026-03-02T10:00:00Z', overlap: 'queue' });
    for (let minute = 0; minute <= MAX_QUEUED_TICKS; minute++) {
      clock.set(cron.next_at!.getTime());
      cron = after(cron, await fire(cron));
    }
    expect(runs.started).toHaveLength(MAX_QUEUED_TICKS);
    expect(cron.last_skipped).toEqual({ scheduled_at: new Date(clock.now()), reason: 'overlap', count: 1 });
  });
});

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

  it('count in full, however many they are', async () => {
    const { fire, runs } = setUp('2026-03-02T10:00:00.500Z');
    const cron = aCron({ next: '2026-03-01T10:00:00Z', schedule: '* * * * * *', missed: 'all' });
    const { set } = await fire(cron);
    expect(runs.started).toHaveLength(1_005);
    expect(runs.ticks().at(-1)).toBe('2026-03-02T10:00:00.000Z');
    expect(set.last_skipped).toMatchObject({ reason: 'missed', count: 86_401 - 1_005 });
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
