import { describe, expect, it } from 'vitest';
import { tickRunId } from '../../server/crons/plan.ts';
import { MAX_QUEUED_TICKS, type CronOverlap } from '../../server/schemas/cron.ts';
import { aCron, at, overloaded } from './builders.ts';
import { after, setUp, timetable } from './firing.ts';

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
