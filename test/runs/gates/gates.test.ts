import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../../server/runs/document.ts';
import { cronGate } from '../../../server/runs/gates/keys.ts';
import type { Gates } from '../../../server/runs/gates/gates.ts';
import { openLane } from '../../../server/runs/lanes.ts';
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
    const processes = [1, 2, 3, 4].map(() => house.process());
    await house.arrive(processes[0]!, many(60));
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
      return ended === 60;
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
});
