import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createRetention,
  RETENTION_ROUND_MS,
  RETENTION_STEP,
  type RetentionDeps,
} from '../../server/runs/retention.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

/** A store with so many old things in it, and a note of every time it was asked. */
function aStore(old: number, onAsked: () => Promise<void> | void = () => undefined) {
  const asked: { at: number; before: number; limit: number }[] = [];
  let left = old;
  return {
    asked,
    left: () => left,
    deleteFinishedBefore: async (before: number, limit: number) => {
      asked.push({ at: Date.now() - NOW, before, limit });
      await onAsked();
      const deleted = Math.min(limit, left);
      left -= deleted;
      return deleted;
    },
  };
}

function aRetention(what: string, store: RetentionDeps['store'], days = 30) {
  const lines: string[] = [];
  const note = (members: { deleted?: number }, name: string) =>
    void lines.push(`${name} ${members.deleted ?? ''}`.trim());
  const log = { info: note, warn: note } as unknown as RetentionDeps['log'];
  return { ...createRetention({ what, store, days, clock: { now: () => Date.now() }, log }), lines };
}

describe('retention', () => {
  it('asks soon after the start for what is older than the days given, and then every ten minutes', async () => {
    const runs = aStore(0);
    const { start, lines } = aRetention('runs', runs, 7);
    start();
    expect(runs.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(RETENTION_STEP.pauseMs + 2 * RETENTION_ROUND_MS);
    expect(runs.asked).toEqual(
      [0, 1, 2].map((round) => {
        const at = RETENTION_STEP.pauseMs + round * RETENTION_ROUND_MS;
        return { at, before: NOW + at - 7 * DAY_MS, limit: RETENTION_STEP.limit };
      }),
    );
    expect(lines).toEqual([]);
  });

  it('goes on with short pauses while there is more, and tells of it in one line', async () => {
    const runs = aStore(3 * RETENTION_STEP.limit + 1);
    const { start, lines } = aRetention('runs', runs);
    start();
    await vi.advanceTimersByTimeAsync(3 * RETENTION_STEP.pauseMs);
    expect([runs.asked.length, runs.left(), lines]).toEqual([3, 1, []]);
    await vi.advanceTimersByTimeAsync(RETENTION_STEP.pauseMs);
    expect([runs.asked.length, runs.left(), lines]).toEqual([4, 0, ['runs.retired 601']]);
    await vi.advanceTimersByTimeAsync(RETENTION_ROUND_MS - 1);
    expect(runs.asked).toHaveLength(4);
  });

  it('tells of a failure, and tries again at its next round', async () => {
    let isAway = true;
    const events = aStore(5, () => (isAway ? Promise.reject(new Error('away')) : undefined));
    const { start, lines } = aRetention('events', events);
    start();
    await vi.advanceTimersByTimeAsync(RETENTION_STEP.pauseMs);
    isAway = false;
    await vi.advanceTimersByTimeAsync(RETENTION_ROUND_MS);
    expect(lines).toEqual(['events.retire_failed', 'events.retired 5']);
    expect(events.left()).toBe(0);
  });

  it('never asks again once it is stopped, and stops only when the step under way is done', async () => {
    let finish: () => void = () => undefined;
    const runs = aStore(10 * RETENTION_STEP.limit, () => new Promise<void>((resolve) => (finish = resolve)));
    const { start, stop, lines } = aRetention('runs', runs);
    start();
    await vi.advanceTimersByTimeAsync(RETENTION_STEP.pauseMs);
    const stopped = vi.fn();
    void stop().then(stopped);
    await vi.advanceTimersByTimeAsync(RETENTION_ROUND_MS);
    expect(stopped).not.toHaveBeenCalled();
    finish();
    await vi.advanceTimersByTimeAsync(10 * RETENTION_ROUND_MS);
    expect(stopped).toHaveBeenCalled();
    expect([runs.asked.length, lines]).toEqual([1, ['runs.retired 200']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks nothing where it was stopped before its first step', async () => {
    const runs = aStore(1);
    const { start, stop } = aRetention('runs', runs);
    start();
    await stop();
    await vi.advanceTimersByTimeAsync(RETENTION_ROUND_MS);
    expect(runs.asked).toEqual([]);
  });
});
