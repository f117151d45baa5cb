import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../server/runs/document.ts';
import { cronGate } from '../../../server/runs/gates/keys.ts';
import type { Gates } from '../../../server/runs/gates/gates.ts';
import { openLane } from '../../../server/runs/lanes.ts';
import { until } from '../../support/until.ts';
import { seeded } from './seeded.ts';
import { openGateHouse, type GateHouse } from './support.ts';

let house: GateHouse;

beforeAll(async () => {
  house = await openGateHouse();
});

afterEach(() => house.clear());

afterAll(() => house.close());

const GATE = 'c:2:work:';
const RATE = 'r:2:work:';
const atMost = (limit: number) => ({ concurrency: { limit, by: null }, rate: null });
const rateOf = (limit: number, perMs: number) => ({ concurrency: null, rate: { limit, perMs, by: null } });
const many = (count: number, change: Partial<RunDocument> = {}) =>
  Array.from({ length: count }, () => ({ gates: [GATE], ...change }));
const idsOf = (runs: readonly RunDocument[]) => runs.map(({ _id }) => _id);

describe('a gate of places', () => {
  it('lets through up to its limit, the earliest due first, and the next at the end of each', async () => {
    house.limits.set('work', atMost(2));
    const gates = house.process();
    await house.arrive(
      gates,
      [50, 10, 40, 20].map((ago, i) => ({
        _id: `run_${String(i)}`,
        gates: [GATE],
        due_at: new Date(house.clock.ms - ago),
      })),
    );
    await gates.open(GATE);
    const begun = await house.begin();
    expect(idsOf(begun).sort()).toEqual(['run_0', 'run_2']);
    expect(begun.map(({ holds }) => holds)).toEqual([[GATE], [GATE]]);
    await house.end(begun[0]!, undefined);
    await gates.open(GATE);
    expect(idsOf(await house.begin())).toEqual(['run_3']);
  });

  it('is never passed by more than its limit, however many processes open it at once, and all get through', async () => {
    house.limits.set('work', atMost(3));
    const processes = [1, 2, 3].map(() => house.process({ pollMs: 200 }));
    await house.arrive(processes[0]!, many(30));
    let most = 0;
    let ended = 0;
    processes.forEach((one) => one.start());
    await until('all to end', async () => {
      await Promise.all(processes.map((one) => one.open(GATE)));
      const held = await house.runs({ holds: GATE });
      most = Math.max(most, held.length);
      const begun = await house.begin();
      await Promise.all(begun.map((run, i) => house.end(run, processes[i % processes.length])));
      ended += begun.length;
      return ended === 30;
    });
    expect(most).toBe(3);
    expect(await house.runs({ status: 'queued' })).toEqual([]);
  });

  it('of a cron lets one run through at a time', async () => {
    const gate = cronGate(2, 'crn_1');
    const gates = house.process();
    await house.arrive(gates, many(2, { gates: [gate] }));
    await gates.open(gate);
    expect(await house.begin()).toHaveLength(1);
  });

  it('lets all through when its listener is gone or has lost the limit', async () => {
    house.limits.set('work', atMost(1));
    const gates = house.process();
    await house.arrive(gates, many(450));
    await gates.open(GATE);
    expect(await house.runs({ lane: openLane(2) })).toHaveLength(1);
    house.limits.delete('work');
    await gates.open(GATE);
    expect(await house.runs({ lane: openLane(2) })).toHaveLength(450);
  });
});

describe('gates in a row', () => {
  it('are passed one after the other, in a lane of the run’s priority, and then it waits no more', async () => {
    house.limits.set('work', { ...rateOf(1, 1_000), ...{ concurrency: { limit: 1, by: null } } });
    const noticed: string[] = [];
    const gates: Gates = house.process({ notice: (lane) => noticed.push(lane) });
    const all = [cronGate(2, 'crn_1'), GATE, RATE];
    await house.arrive(gates, [{ gates: all, priority: 'high', waiting_key: 'k' }]);
    await gates.open(all[0]!);
    await until('it to come through', () => noticed.length > 0);
    const [run] = await house.runs();
    expect(run).toMatchObject({ lane: openLane(2, 'high'), holds: all.slice(0, 2), gates: all });
    expect(run).not.toHaveProperty('waiting_key');
    expect(noticed).toEqual([openLane(2, 'high')]);
  });
});

describe('a gate of a rate', () => {
  it('lets the next through when the first has begun long enough ago', async () => {
    house.limits.set('work', rateOf(2, 1_000));
    const gates = house.process();
    await house.arrive(gates, many(3, { gates: [RATE] }));
    await gates.open(RATE);
    house.clock.ms += 400;
    const begun = await house.begin();
    expect(begun).toHaveLength(2);
    await Promise.all(begun.map((run) => house.end(run, undefined)));
    for (const [laterMs, count] of [
      [600, 0],
      [399, 0],
      [1, 1],
    ] as const) {
      house.clock.ms += laterMs;
      await gates.open(RATE);
      expect(await house.begin()).toHaveLength(count);
    }
  });

  it('never lets more begin in any stretch, whichever processes let them through and however late they begin', async () => {
    const perMs = 1_000;
    house.limits.set('work', rateOf(4, perMs));
    const random = seeded(7);
    const processes = [1, 2, 3].map(() => house.process());
    await house.arrive(processes[0]!, many(24, { gates: [RATE] }));
    const begunAt: number[] = [];
    const began = house.clock.ms;
    while (begunAt.length < 24) {
      await Promise.all(processes.map((one) => one.open(RATE)));
      house.clock.ms += Math.floor(random() * 150);
      // A server that is busy begins them when it can.
      const begun = await house.begin(random() < 0.3 ? 0 : 1 + Math.floor(random() * 3));
      begunAt.push(...begun.map(({ claimed_at }) => claimed_at!.getTime()));
      await Promise.all(begun.filter(() => random() < 0.5).map((run) => house.end(run, undefined)));
    }
    expect(begunAt.filter((at, i) => i >= 4 && at - begunAt[i - 4]! < perMs)).toEqual([]);
    // Six times four need five stretches; what they begin late adds less than as much again.
    expect(house.clock.ms - began).toBeLessThan(10 * perMs);
  });

  it('lets the next through at its time without being asked', async () => {
    const clock = { now: () => Date.now() };
    house.clock.ms = clock.now();
    house.limits.set('work', rateOf(1, 300));
    const gates = house.process({ clock, pollMs: 60_000 });
    gates.start();
    await house.arrive(gates, many(3, { gates: [RATE] }));
    await gates.open(RATE);
    const begunAt: number[] = [];
    await until('all to begin', async () => {
      house.clock.ms = clock.now();
      const begun = await house.begin();
      begunAt.push(...begun.map(({ claimed_at }) => claimed_at!.getTime()));
      return begunAt.length === 3;
    });
    expect(begunAt[1]! - begunAt[0]!).toBeGreaterThanOrEqual(300);
    expect(begunAt[2]! - begunAt[1]!).toBeGreaterThanOrEqual(300);
  });
});

describe('twenty thousand runs at five thousand gates', () => {
  it('wait in the database: a process keeps a bounded number of gates in mind, and gets to all others', async () => {
    house.limits.set('work', atMost(1));
    const gates = house.process();
    const gateOf = (i: number) => `${GATE}${String(i % 5_000)}`;
    const all = Array.from({ length: 20_000 }, (_, i) => ({ gates: [gateOf(i)] }));
    for (let i = 0; i < all.length; i += 5_000) await house.arrive(gates, all.slice(i, i + 5_000));
    const opened = all.slice(0, 5_000).map(({ gates: [gate = ''] }) => gates.open(gate));
    expect(gates.size()).toBeLessThanOrEqual(2_000);
    const last = opened.at(-1)!;
    let most = 0;
    await last; // it is left to the database, for whoever looks next
    gates.start();
    await until('gates that were left to be passed', async () => {
      most = Math.max(most, gates.size());
      // More than could be kept in mind.
      return (await house.count({ lane: openLane(2) })) > 1_200;
    });
    expect(most).toBeLessThanOrEqual(2_000);
    expect(await house.gateCount()).toBe(5_000);
    await gates.stop();
    expect(gates.size()).toBeLessThanOrEqual(1_000);
  }, 90_000);
});
