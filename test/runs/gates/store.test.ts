import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHECK_AFTER_MS } from '../../../server/runs/gates/decide.ts';
import type { GateDocument } from '../../../server/runs/gates/document.ts';
import type { GateSave } from '../../../server/runs/gates/updates.ts';
import { openGateHouse, type GateHouse } from './support.ts';

let house: GateHouse;

beforeAll(async () => {
  house = await openGateHouse();
});

afterEach(() => house.clear());

afterAll(() => house.close());

const GATE = 'c:2:work:';
const after = (ms: number) => new Date(house.clock.ms + ms);

function aSave(change: Partial<GateSave> = {}): GateSave {
  return { now: after(0), promoting: [], starts: [], dueAt: undefined, checkAt: undefined, ...change };
}

async function expected(dueAt?: Date): Promise<GateDocument> {
  await house.store.expect({ gate: GATE, now: after(0), ...(dueAt !== undefined && { dueAt }) });
  return (await house.store.read(GATE))!;
}

describe('a gate’s document', () => {
  it('is written by one of the passes that read it alike', async () => {
    const read = await expected();
    const saves = [1, 2, 3].map((at) => aSave({ checkAt: after(1), starts: [{ at, n: 1 }] }));
    const swapped = await Promise.all(saves.map((save) => house.store.swap(read, save)));
    expect(swapped.filter(Boolean)).toHaveLength(1);
    expect((await house.store.read(GATE))?.starts).toEqual(saves[swapped.indexOf(true)]!.starts);
    expect(await house.store.remove(read, after(CHECK_AFTER_MS))).toBe(false);
  });

  it('is not written by a pass that read an earlier one of the same name', async () => {
    const read = await expected();
    expect(await house.store.remove(read, after(CHECK_AFTER_MS))).toBe(true);
    await expected();
    expect(await house.store.swap(read, aSave())).toBe(false);
  });

  it('is not deleted while a run may be about to be stored', async () => {
    const read = await expected();
    expect(await house.store.remove(read, after(CHECK_AFTER_MS - 1))).toBe(false);
    expect(await house.store.remove(read, after(CHECK_AFTER_MS))).toBe(true);
  });

  const times: readonly [string, number | undefined, number, Partial<Record<'dueAt' | 'checkAt', number>>, object][] = [
    ['what is expected stays', 5_000, 100, {}, { due: 5_000, check: CHECK_AFTER_MS }],
    ['the earlier time counts', 5_000, 100, { dueAt: 3_000, checkAt: 200 }, { due: 3_000, check: 200 }],
    ['so it does the other way round', 5_000, 100, { dueAt: 8_000, checkAt: 90_000 }, { due: 5_000, check: 30_000 }],
    ['what was expected and is past is over', 5_000, 5_000, {}, { check: CHECK_AFTER_MS }],
    ['what is due now is only checked', undefined, 100, { dueAt: 700 }, { due: 700, check: CHECK_AFTER_MS }],
    ['after a while the pass has seen it', 90_000, CHECK_AFTER_MS, {}, {}],
    ['and knows better', 90_000, CHECK_AFTER_MS, { dueAt: 70_000, checkAt: 60_000 }, { due: 70_000, check: 60_000 }],
  ];
  it.each(times)('%s', async (_name, dueAfter, passAfter, { dueAt, checkAt }, answer) => {
    const began = house.clock.ms;
    const read = await expected(dueAfter === undefined ? undefined : after(dueAfter));
    const save = { dueAt: dueAt && after(dueAt), checkAt: checkAt && after(checkAt), now: after(passAfter) };
    await house.store.swap(read, { ...aSave(), ...save } as GateSave);
    const { due_at, check_at } = (await house.store.read(GATE))!;
    expect({
      ...(due_at && { due: due_at.getTime() - began }),
      ...(check_at && { check: check_at.getTime() - began }),
    }).toEqual(answer);
  });

  it('is made once by many that expect it, with the earliest of their times', async () => {
    await Promise.all([9_000, 4_000, 6_000].map((ms) => expected(after(ms))));
    expect(await house.gateCount()).toBe(1);
    expect((await house.store.read(GATE))?.due_at).toEqual(after(4_000));
  });
});

describe('runs at gates', () => {
  it('are found by due time, and counted by their places up to the limit', async () => {
    const gates = house.process();
    await house.arrive(
      gates,
      [3, 1, 2].map((ms) => ({ _id: `run_${String(ms)}`, gates: [GATE], due_at: after(ms) })),
    );
    await house.arrive(
      gates,
      [7, 8, 9].map((ms) => ({ gates: [GATE], lane: '2:', holds: ['o:2:crn', GATE], due_at: after(ms) })),
    );
    expect((await house.store.waiting('2:~c:2:work:', 2)).map(({ _id }) => _id)).toEqual(['run_1', 'run_2']);
    expect(await house.store.held(GATE, 10)).toBe(3);
    expect(await house.store.held(GATE, 2)).toBe(2);
    expect(await house.store.held('c:2:other:', 2)).toBe(0);
  });
});
