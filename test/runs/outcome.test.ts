import { describe, expect, it } from 'vitest';
import { afterLosses, decide, onClaim, type AttemptOutcome } from '../../server/runs/outcome.ts';
import { aRun, failedAttempt } from './builders.ts';

const RETRIES = [10_000, 60_000, 600_000];
const broken: AttemptOutcome = {
  status: 'failed',
  error: { code: 'listener_error', message: 'no' },
  isRetriable: true,
};

function decideOn(change: Partial<Parameters<typeof decide>[0]>) {
  return decide({
    run: aRun(),
    outcome: broken,
    logs: [],
    durationMs: 5,
    retries: RETRIES,
    nowMs: 100_000,
    random: () => 0.5,
    ...change,
  });
}

describe('decide', () => {
  it('keeps the result of an attempt that succeeded', () => {
    const { status, settlement } = decideOn({ outcome: { status: 'succeeded', resultJson: '{"a":1}' } });
    expect(status).toBe('succeeded');
    expect(settlement.set).toMatchObject({ status: 'succeeded', result: '{"a":1}', finished_at: new Date(100_000) });
    expect(settlement.push).toMatchObject({ attempts: { attempt: 1, status: 'succeeded', duration_ms: 5 } });
  });

  it.each([
    [0, 10_000],
    [1, 60_000],
    [2, 600_000],
  ])('after %i earlier failures waits %i ms', (failures, delayMs) => {
    const run = aRun({ attempts: Array.from({ length: failures }, (_, i) => failedAttempt(i + 1)) });
    const { status, settlement } = decideOn({ run });
    expect(status).toBe('queued');
    expect(settlement.set.due_at).toEqual(new Date(100_000 + delayMs));
  });

  it('gives up its places at gates, and waits its turn again where it is tried again', () => {
    const run = aRun({ lane: '2:', gates: ['c:2:x:', 'r:2:x:'], holds: ['c:2:x:'] });
    expect(decideOn({ run }).settlement).toMatchObject({
      set: { status: 'queued', lane: '2:~c:2:x:' },
      unset: ['holds'],
    });
    expect(decideOn({ run, outcome: { status: 'succeeded', resultJson: null } }).settlement.unset).toEqual(['holds']);
    expect(decideOn({ run, outcome: { status: 'canceled' } }).settlement.unset).toEqual(['holds']);
    expect(decideOn({ run, retries: [] }).settlement.unset).toEqual(['holds']);
  });

  it('rests as dead when the schedule is used up', () => {
    const run = aRun({ attempts: [1, 2, 3].map(failedAttempt) });
    expect(decideOn({ run })).toMatchObject({ status: 'dead', settlement: { set: { error: { message: 'no' } } } });
  });

  it('rests as dead at once when the error is not retriable', () => {
    expect(decideOn({ outcome: { ...broken, isRetriable: false } }).status).toBe('dead');
  });

  it('does not charge lost attempts, nor those of an earlier life of the run', () => {
    const lost = { ...failedAttempt(1), status: 'lost' as const };
    expect(decideOn({ run: aRun({ attempts: [lost, lost, lost] }) }).status).toBe('queued');
    const revived = aRun({ attempts: [1, 2, 3, 4].map(failedAttempt), budget_from: 4 });
    expect(decideOn({ run: revived }).settlement.set.due_at).toEqual(new Date(110_000));
  });

  it('varies the wait by a fifth in each direction', () => {
    const dueAt = (random: number) => decideOn({ random: () => random }).settlement.set.due_at;
    expect(dueAt(0)).toEqual(new Date(108_000));
    expect(dueAt(1)).toEqual(new Date(112_000));
  });
});

describe('onClaim', () => {
  it('records the attempt of an owner that never reported back', () => {
    expect(onClaim(aRun({ attempt: 3 }), new Date(50_000))).toMatchObject({
      push: { attempts: { attempt: 3, status: 'lost', duration_ms: 48_000 } },
    });
  });

  it('adds nothing to a run that simply fell due', () => {
    expect(onClaim(aRun({ status: 'queued' }), new Date())).toEqual({});
  });

  it('lets go of the key that a run waited under', () => {
    const job = aRun({ status: 'queued', trigger: { type: 'job' }, waiting_key: 'job:2:x:k', dedupe_keys: ['a'] });
    expect(onClaim(job, new Date())).toEqual({ unset: ['waiting_key', 'latest_due_at'] });
  });
});

describe('afterLosses', () => {
  // Each began at 0 and was found lost 60 s later.
  const lost = { ...failedAttempt(1), status: 'lost' as const, duration_ms: 60_000 };
  const lostTimes = (count: number) => aRun({ attempts: Array.from({ length: count }, () => lost) });

  it.each([
    [4, 60_000, { what: 'attempt' }],
    [5, 60_000, { what: 'rest', until: new Date(61_000) }],
    [5, 61_000, { what: 'attempt' }],
    [7, 60_000, { what: 'rest', until: new Date(64_000) }],
    [19, 60_000, { what: 'rest', until: new Date(660_000) }],
    [20, 999_999, { what: 'give up' }],
  ])('after %i of them, at %i ms: %j', (count, nowMs, expected) => {
    expect(afterLosses(lostTimes(count), nowMs)).toEqual(expected);
  });

  it('does not wait for a run that has been heard of since, or was given a new life', () => {
    const attempts = [...(lostTimes(9).attempts ?? []), failedAttempt(10)];
    expect(afterLosses(aRun({ attempts }), 60_000)).toEqual({ what: 'attempt' });
    expect(afterLosses({ ...lostTimes(30), budget_from: 30 }, 60_000)).toEqual({ what: 'attempt' });
  });
});
