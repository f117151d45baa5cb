import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHECK_AFTER_MS } from '../../../server/runs/gates/decide.ts';
import type { Promotion } from '../../../server/runs/gates/updates.ts';
import { gateLane, openLane } from '../../../server/runs/lanes.ts';
import { RUNS_COLLECTION } from '../../../server/runs/store.ts';
import { until } from '../../support/until.ts';
import { openGateHouse, type GateHouse } from './support.ts';

let house: GateHouse;

beforeAll(async () => {
  house = await openGateHouse();
});

afterEach(() => house.clear());

afterAll(() => house.close());

const GATE = 'c:2:work:';
const RATE = 'r:2:work:';
const LIMITS = { concurrency: { limit: 1, by: null }, rate: { limit: 1, perMs: 3_600_000, by: null } };
const openRuns = () => house.runs({ lane: openLane(2) });
const runsCollection = () => house.database.platform.collection<{ _id: string }>(RUNS_COLLECTION);

/** A store whose promotions wait until they are let go, or fail. */
function storeWith(promote: (go: () => Promise<number>) => Promise<number>) {
  return { ...house.store, promote: (all: readonly Promotion[]) => promote(() => house.store.promote(all)) };
}

describe.each([
  ['of places', GATE],
  ['of a rate', RATE],
])('a gate %s', (_name, gate) => {
  it('finishes, in another process, what one that died had decided', async () => {
    house.limits.set('work', LIMITS);
    const dying = house.process({ store: storeWith(() => Promise.reject(new Error('killed'))) });
    await house.arrive(dying, [{ gates: [gate] }, { gates: [gate] }]);
    await dying.open(gate);
    expect(await openRuns()).toEqual([]);
    house.process().start();
    house.clock.ms += CHECK_AFTER_MS;
    await until('the first to come through', async () => (await openRuns()).length > 0);
    expect((await openRuns()).map(({ _id, holds = [] }) => [_id, ...holds])).toEqual([
      [(await house.runs())[0]!._id, ...(gate === GATE ? [GATE] : [])],
    ]);
  });

  it('counts what was decided and not done yet by a process that is slow', async () => {
    house.limits.set('work', LIMITS);
    const held: { go?: () => Promise<number> } = {};
    const slow = house.process({
      store: storeWith(async (go) => {
        held.go = go;
        await until('others to be done', () => held.go === undefined);
        return go();
      }),
    });
    const quick = house.process();
    await house.arrive(quick, [{ gates: [gate] }, { gates: [gate] }]);
    const opening = slow.open(gate);
    await until('it to decide', () => held.go !== undefined);
    await quick.open(gate);
    await quick.open(gate);
    expect(await openRuns()).toHaveLength(1);
    delete held.go;
    await opening;
    expect(await openRuns()).toHaveLength(1);
  });

  it('strands no run that is stored after a pass, though nobody opens it', async () => {
    house.limits.set('work', LIMITS);
    const gates = house.process();
    await gates.expect(gate, new Date(house.clock.ms));
    await gates.open(gate);
    await house.arrive({ ...gates, expect: () => Promise.resolve() }, [{ gates: [gate] }]);
    house.process().start();
    house.clock.ms += CHECK_AFTER_MS;
    await until('it to come through', async () => (await openRuns()).length === 1);
  });

  it('lets a run that is due later through then, though a pass came before it was stored', async () => {
    house.limits.set('work', LIMITS);
    const gates = house.process();
    const dueAt = new Date(house.clock.ms + 5_000);
    await gates.expect(gate, dueAt);
    await gates.open(gate);
    await house.arrive({ ...gates, expect: () => Promise.resolve() }, [{ gates: [gate], due_at: dueAt }]);
    house.process().start();
    house.clock.ms += 4_999;
    await gates.open(gate);
    expect(await openRuns()).toEqual([]);
    house.clock.ms += 1;
    await until('it to come through', async () => (await openRuns()).length === 1);
  });

  it('lets a run that was put off just when it was to go through when it is due', async () => {
    house.limits.set('work', LIMITS);
    const later = new Date(house.clock.ms + 5_000);
    let isPutOff = false;
    const gates = house.process({
      store: storeWith(async (go) => {
        if (!isPutOff) await runsCollection().updateOne({ _id: 'run_put_off' }, { $set: { due_at: later } });
        isPutOff = true;
        return go();
      }),
    });
    await house.arrive(gates, [{ _id: 'run_put_off', gates: [gate] }]);
    gates.start();
    await gates.open(gate);
    expect(await openRuns()).toEqual([]);
    house.clock.ms += 5_000;
    await until('it to come through', async () => (await openRuns()).length === 1);
  });

  it('is forgotten when nothing waits and nothing counts any more', async () => {
    house.limits.set('work', LIMITS);
    const gates = house.process();
    await house.arrive(gates, [{ gates: [gate] }]);
    gates.start();
    await gates.open(gate);
    const [run] = await house.begin();
    await house.end(run!, gates);
    house.clock.ms += CHECK_AFTER_MS;
    if (gate === RATE) {
      await gates.open(gate);
      expect(await house.gateCount()).toBe(1);
      house.clock.ms += LIMITS.rate.perMs;
    }
    await until('it to be forgotten', async () => (await house.gateCount()) === 0);
  });

  it('is not held shut by a clock that was set back', async () => {
    house.limits.set('work', LIMITS);
    const gates = house.process();
    gates.start();
    await house.arrive(gates, [{ gates: [gate] }, { gates: [gate] }]);
    await gates.open(gate);
    const [run] = await house.begin();
    house.clock.ms -= 7 * 24 * 3_600_000;
    await runsCollection().updateMany({}, { $set: { due_at: new Date(0) } });
    await house.end(run!, undefined);
    // What it was to be looked at for was to come in a week.
    await until('its times to be set right', async () => {
      const { due_at, check_at } = (await house.gate(gate)) ?? {};
      return [due_at, check_at].every((at) => at === undefined || at.getTime() <= house.clock.ms + LIMITS.rate.perMs);
    });
    house.clock.ms += LIMITS.rate.perMs;
    await until('the next to come through', async () => (await openRuns()).length > 0);
  });
});

describe('a late promotion', () => {
  it('does not let a run through that has failed since and waits again', async () => {
    house.limits.set('work', LIMITS);
    const held: { go?: () => Promise<number> } = {};
    const slow = house.process({
      store: storeWith(async (go) => {
        held.go = go;
        await until('the others to be done', () => held.go === undefined);
        return go();
      }),
    });
    const quick = house.process();
    await house.arrive(quick, [{ gates: [GATE] }]);
    const opening = slow.open(GATE);
    await until('it to decide', () => held.go !== undefined);
    await quick.open(GATE);
    const [first] = await house.begin();
    expect(first).toBeDefined();
    // It fails, and another run has the place when it is due again.
    await house.end(first!, undefined, {
      $set: { status: 'queued', lane: gateLane(2, GATE), due_at: new Date(house.clock.ms + 10) },
      $unset: { holds: '' },
    });
    await house.arrive(quick, [{ gates: [GATE] }]);
    await quick.open(GATE);
    house.clock.ms += 10;
    delete held.go;
    await opening;
    expect((await openRuns()).map(({ _id }) => _id)).not.toContain(first!._id);
    expect(await house.runs({ holds: GATE })).toHaveLength(1);
  });
});

describe('a database that fails', () => {
  it('is not the caller’s concern: the gate is looked at again', async () => {
    house.limits.set('work', LIMITS);
    let isDown = true;
    const gates = house.process({
      store: {
        ...house.store,
        read: (gate) => (isDown ? Promise.reject(new Error('down')) : house.store.read(gate)),
      },
    });
    await house.arrive(gates, [{ gates: [GATE] }]);
    await gates.open(GATE);
    gates.start();
    isDown = false;
    house.clock.ms += CHECK_AFTER_MS;
    await until('it to come through', async () => (await openRuns()).length === 1);
  });
});
