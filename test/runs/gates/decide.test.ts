import { describe, expect, it } from 'vitest';
import {
  CHECK_AFTER_MS,
  decide,
  freeOf,
  MOST_AT_ONCE,
  MOST_UNBEGUN,
  type Situation,
} from '../../../server/runs/gates/decide.ts';
import { countOf, startsSince, type Start } from '../../../server/runs/gates/starts.ts';
import { seeded } from './seeded.ts';

const NOW = 1_000_000;
const CHECK = NOW + CHECK_AFTER_MS;

function aSituation(change: Partial<Situation> = {}): Situation {
  return {
    nowMs: NOW,
    limit: { kind: 'places', limit: 2 },
    held: 0,
    starts: [],
    unbegun: 0,
    expectedAtMs: undefined,
    ...change,
  };
}

const waitingAt = (...afterMs: number[]) => afterMs.map((after) => ({ dueAtMs: NOW + after }));
const rate = (limit: number) => ({ kind: 'rate' as const, limit, perMs: 10_000 });
const places = (limit: number) => ({ kind: 'places' as const, limit });

describe('decide', () => {
  const cases: readonly [string, Partial<Situation>, number[], object][] = [
    ['nothing waits: the gate is not in use', {}, [], { passed: 0, isMore: false }],
    ['places for all', {}, [-2, -1], { passed: 2, checkAtMs: CHECK, isMore: false }],
    ['more than places', {}, [-3, -2, -1], { passed: 2, checkAtMs: CHECK, isMore: false }],
    ['no place', { held: 2 }, [-3], { passed: 0, checkAtMs: CHECK, isMore: false }],
    ['more at work than may be', { held: 5 }, [-3], { passed: 0, checkAtMs: CHECK, isMore: false }],
    ['one is due, one is not', {}, [-1, 700], { passed: 1, dueAtMs: NOW + 700, checkAtMs: CHECK, isMore: false }],
    ['due just now', {}, [0], { passed: 1, checkAtMs: CHECK, isMore: false }],
    ['nothing is due', {}, [700, 900], { passed: 0, dueAtMs: NOW + 700, isMore: false }],
    ['nothing is due and no place', { held: 2 }, [700], { passed: 0, dueAtMs: NOW + 700, isMore: false }],
    ['without a limit', { limit: { kind: 'none' }, held: 9 }, [-3, -2], { passed: 2, checkAtMs: CHECK, isMore: false }],
    ['expected just now', { expectedAtMs: NOW - 1_000 }, [], { passed: 0, checkAtMs: CHECK - 1_000, isMore: false }],
    ['expected long ago', { expectedAtMs: NOW - CHECK_AFTER_MS }, [], { passed: 0, isMore: false }],
    ['expected in times to come', { expectedAtMs: NOW + 2 * CHECK_AFTER_MS }, [], { passed: 0, isMore: false }],
    ['a rate, all may begin', { limit: rate(3) }, [-2, -1], { passed: 2, checkAtMs: CHECK, isMore: false }],
    [
      'a rate, some have not begun: the next begins after them at the earliest',
      { limit: rate(2), unbegun: 1 },
      [-2, -1],
      { passed: 1, dueAtMs: NOW + 10_000, checkAtMs: CHECK, isMore: false },
    ],
    [
      'a rate is used up: the next begins when the first start is over',
      { limit: rate(2), starts: [NOW - 9_000, NOW - 5_000].map((at) => ({ at, n: 1 })) },
      [-2],
      { passed: 0, dueAtMs: NOW + 1_000, checkAtMs: NOW + 5_000, isMore: false },
    ],
    [
      'a rate is used up, and the next is due only later',
      { limit: rate(1), starts: [{ at: NOW - 9_000, n: 1 }] },
      [3_000],
      { passed: 0, dueAtMs: NOW + 3_000, checkAtMs: NOW + 1_000, isMore: false },
    ],
    [
      'a rate is used up for long: it may be another one before that',
      { limit: { ...rate(1), perMs: 3_600_000 }, starts: [{ at: NOW - 9_000, n: 1 }] },
      [-2],
      { passed: 0, dueAtMs: NOW + 3_591_000, checkAtMs: CHECK, isMore: false },
    ],
    [
      'a limit that was made smaller',
      { limit: rate(1), starts: [NOW - 9_000, NOW - 5_000].map((at) => ({ at, n: 1 })) },
      [-2],
      { passed: 0, dueAtMs: NOW + 5_000, checkAtMs: NOW + 5_000, isMore: false },
    ],
    [
      'a rate remembers its starts while they count',
      { limit: rate(5), starts: [{ at: NOW - 4_000, n: 2 }] },
      [],
      { passed: 0, checkAtMs: NOW + 6_000, isMore: false },
    ],
    [
      'so many have not begun that more would only wait elsewhere',
      { limit: rate(9_999), unbegun: MOST_UNBEGUN },
      [-2],
      { passed: 0, dueAtMs: NOW + 50, checkAtMs: NOW + 10_000, isMore: false },
    ],
  ];

  it.each(cases)('%s', (_name, change, waiting, expected) => {
    const { pass, ...rest } = decide(aSituation(change), waitingAt(...waiting));
    expect({ passed: pass.length, ...rest }).toEqual(expected);
  });

  it('lets through no more at once than a pass should read, and asks for another pass', () => {
    const situation = aSituation({ limit: places(1_000) });
    expect(freeOf(situation)).toBe(MOST_AT_ONCE);
    const { pass, isMore, dueAtMs } = decide(situation, waitingAt(...new Array<number>(MOST_AT_ONCE + 1).fill(-1)));
    expect([pass.length, isMore, dueAtMs]).toEqual([MOST_AT_ONCE, true, NOW]);
  });
});

describe('a rate over time', () => {
  /** Runs arrive, are let through at looks and begin some time later; gives when each began. */
  function simulate(seed: number): { begun: number[]; limit: number; perMs: number; idleMs: number } {
    const random = seeded(seed);
    const limit = 1 + Math.floor(random() * 250);
    const perMs = 1 + Math.floor(random() * 5_000);
    const slowMs = random() < 0.5 ? 0 : random() * 2 * perMs;
    const begun: number[] = [];
    let starts: readonly Start[] = [];
    let unbegun: number[] = [];
    let waiting = 1_000;
    let nowMs = NOW;
    let idleMs = 0;
    for (let look = 0; look < 2_000 && waiting > 0; look++) {
      const began = unbegun.filter((at) => at <= nowMs);
      unbegun = unbegun.filter((at) => at > nowMs);
      begun.push(...began);
      starts = startsSince([...starts, ...began.map((at) => ({ at, n: 1 }))], perMs, nowMs);
      const situation = aSituation({ nowMs, limit: { kind: 'rate', limit, perMs }, starts, unbegun: unbegun.length });
      const free = freeOf(situation);
      const decision = decide(situation, waitingAt(...new Array<number>(Math.min(waiting, free + 1)).fill(-1e9)));
      waiting -= decision.pass.length;
      for (const _run of decision.pass) unbegun.push(Math.floor(nowMs + random() * slowMs));
      const dueMs = decision.dueAtMs ?? nowMs + perMs;
      if (dueMs <= nowMs && !decision.isMore) idleMs = Infinity;
      // Looks come when they are due, or earlier, for other reasons.
      nowMs = random() < 0.3 ? Math.floor(nowMs + random() * (dueMs - nowMs)) : dueMs;
    }
    return { begun: [...begun, ...unbegun].sort((a, b) => a - b), limit, perMs, idleMs };
  }

  it.each(Array.from({ length: 60 }, (_, i) => i))('never sees more than its limit in any stretch (%i)', (seed) => {
    const { begun, limit, perMs, idleMs } = simulate(seed);
    expect(idleMs).toBe(0);
    const tooClose = begun.filter((at, i) => i >= limit && at - begun[i - limit]! < perMs);
    expect(tooClose).toEqual([]);
    expect(begun.length).toBeGreaterThan(Math.min(limit, 900));
  });

  it.each([1, 7, 100, 400])('is used to the full where runs begin at once (%i)', (limit) => {
    const perMs = 1_000;
    let starts: readonly Start[] = [];
    let nowMs = NOW;
    let passed = 0;
    while (nowMs <= NOW + 10 * perMs) {
      starts = startsSince(starts, perMs, nowMs);
      const situation = aSituation({ nowMs, limit: { kind: 'rate', limit, perMs }, starts });
      const { pass, dueAtMs = Infinity } = decide(
        situation,
        waitingAt(...new Array<number>(freeOf(situation) + 1).fill(-1)),
      );
      passed += pass.length;
      starts = [...starts, { at: nowMs, n: pass.length }];
      nowMs = pass.length > 0 ? nowMs : dueAtMs;
    }
    expect(passed).toBe(11 * limit);
  });
});

describe('startsSince', () => {
  it('keeps few numbers, forgets none that counts, and counts none earlier than it was', () => {
    const random = seeded(1);
    const times = Array.from({ length: 5_000 }, () => NOW - Math.floor(random() * 12_000));
    const kept = startsSince(
      times.map((at) => ({ at, n: 1 })),
      10_000,
      NOW,
    );
    expect(kept.length).toBeLessThanOrEqual(100);
    for (let at = NOW - 10_000; at <= NOW; at += 50) {
      const since = (all: readonly Start[]) => countOf(all.filter((start) => start.at > at));
      expect(since(kept)).toBeGreaterThanOrEqual(since(times.map((time) => ({ at: time, n: 1 }))));
    }
    expect(countOf(kept)).toBe(times.filter((at) => at > NOW - 10_000).length);
  });

  it('takes starts of times to come as of now: the clock was set back', () => {
    expect(startsSince([{ at: NOW + 3_600_000, n: 2 }], 1_000, NOW)).toEqual([{ at: NOW, n: 2 }]);
    expect(startsSince([{ at: NOW, n: 2 }], 1_000, NOW + 1_000)).toEqual([]);
  });
});
