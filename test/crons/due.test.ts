import { describe, expect, it } from 'vitest';
import { decideDue, ticksLookedAt, type DueTicks } from '../../server/crons/due.ts';
import { MAX_MISSED } from '../../server/schemas/cron.ts';

/** Ticks are said by how many seconds ago they were. */
const NOW_MS = 1_760_000_000_000;
const ago = (...seconds: readonly number[]): number[] => seconds.map((each) => NOW_MS - each * 1_000);
const decide = (ticks: readonly number[], given: Partial<DueTicks>) => {
  const { onTime, caughtUp, passedOver } = decideDue({ ticks: ago(...ticks), missed: 'once', nowMs: NOW_MS, ...given });
  const back = (list: readonly number[]): number[] => list.map((tick) => (NOW_MS - tick) / 1_000);
  return { onTime: back(onTime), caughtUp: back(caughtUp), passedOver: back(passedOver) };
};

type Case = readonly [
  what: string,
  missed: DueTicks['missed'],
  ticks: readonly number[],
  onTime: readonly number[],
  caughtUp: readonly number[],
  passedOver: readonly number[],
];

describe('decideDue', () => {
  it.each<Case>([
    ['nothing is due', 'once', [], [], [], []],
    ['a tick of this moment', 'skip', [0], [0], [], []],
    ['a tick a minute late is on time still', 'skip', [60], [60], [], []],
    ['beyond a minute it is missed, and passed over', 'skip', [60.001], [], [], [60.001]],
    ['beyond a minute it is missed, and run once', 'once', [60.001], [], [60.001], []],
    ['of several missed ones the newest is run', 'once', [7_200, 3_600, 120], [], [120], [7_200, 3_600]],
    ['none of them while one is on time', 'once', [7_200, 3_600, 30], [30], [], [7_200, 3_600]],
    [
      'all of them, so that nothing is skipped for being on time',
      'all',
      [7_200, 3_600, 30],
      [],
      [7_200, 3_600, 30],
      [],
    ],
    ['of a stall as well', 'all', [2, 1, 0], [], [2, 1, 0], []],
    ['but one alone is on time', 'all', [40], [40], [], []],
    ['none of them, and the one on time', 'skip', [7_200, 3_600, 30], [30], [], [7_200, 3_600]],
    ['all of a stall, whatever is missed', 'skip', [2, 1, 0], [2, 1, 0], [], []],
    ['five seconds are a stall', 'once', [5, 4, 0], [5, 4, 0], [], []],
    ['six are not', 'once', [6, 5, 0], [5, 0], [], [6]],
    ['only the newest may be older than a stall', 'once', [50, 40], [40], [], [50]],
  ])('%s (%s)', (_what, missed, ticks, onTime, caughtUp, passedOver) => {
    expect(decide(ticks, { missed })).toEqual({ onTime, caughtUp, passedOver });
  });

  it.each<Case>([
    ['what was on time when first tried stays so', 'skip', [610, 600], [600], [], [610]],
    ['so do the ticks of a stall then', 'skip', [604, 602, 600], [604, 602, 600], [], []],
    ['what came since counts from now', 'skip', [600, 300, 2, 1], [600, 2, 1], [], [300]],
    ['and may be made up for', 'all', [600, 300, 1], [], [600, 300, 1], []],
  ])('tried ten minutes ago: %s (%s)', (_what, missed, ticks, onTime, caughtUp, passedOver) => {
    expect(decide(ticks, { missed, triedMs: NOW_MS - 599_000 })).toEqual({ onTime, caughtUp, passedOver });
  });

  it('takes a first try that a clock put back has moved to the future for now', () => {
    expect(decide([30, 0], { missed: 'skip', triedMs: NOW_MS + 3_600_000 }).onTime).toEqual([0]);
  });

  it(`makes up for the newest ${MAX_MISSED} and passes over the rest`, () => {
    const ticks = Array.from({ length: MAX_MISSED + 9 }, (_, i) => (MAX_MISSED + 9 - i) * 3_600);
    const { onTime, caughtUp, passedOver } = decide(ticks, { missed: 'all' });
    expect(onTime).toEqual([]);
    expect(caughtUp).toEqual(ticks.slice(-MAX_MISSED));
    expect(passedOver).toEqual(ticks.slice(0, 9));
  });

  it.each(['skip', 'once', 'all'] as const)(
    'comes with missed %s to the same end when it sees no more than it asks for',
    (missed) => {
      const everySecond = Array.from({ length: 2_000 }, (_, i) => 1_999 - i);
      const [whole, seen] = [everySecond, everySecond.slice(-ticksLookedAt(missed))].map((ticks) =>
        decide(ticks, { missed }),
      );
      expect([seen!.onTime, seen!.caughtUp]).toEqual([whole!.onTime, whole!.caughtUp]);
      expect(seen!.passedOver.at(-1)).toBe(whole!.passedOver.at(-1));
    },
  );

  it('puts every tick in exactly one place', () => {
    const ticks = [90_000, 3_600, 600, 59, 4, 0];
    for (const missed of ['skip', 'once', 'all'] as const) {
      for (const triedMs of [undefined, NOW_MS - 60_000, NOW_MS]) {
        const { onTime, caughtUp, passedOver } = decide(ticks, { missed, triedMs });
        expect([...onTime, ...caughtUp, ...passedOver].sort((a, b) => b - a)).toEqual(ticks);
      }
    }
  });
});
