import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryDocument } from '../../../server/deliveries/document.ts';
import { afterLosses, lostAttemptOf } from '../../../server/deliveries/sending/losses.ts';
import {
  decide,
  type Verdict,
  verdictOfFault,
  verdictOfResponse,
  type Decision,
} from '../../../server/deliveries/sending/outcome.ts';
import { retryAfterMs } from '../../../server/deliveries/sending/retryAfter.ts';
import { egressErrorCodes } from '../../../server/lib/egress/errors.ts';
import { DEFAULT_SCHEDULE_S } from '../../../server/schemas/rule.ts';
import { aDelivery, anAttempt, NOW_MS } from './builders.ts';

const SCHEDULE_MS = DEFAULT_SCHEDULE_S.map((seconds) => seconds * 1_000);
const DAY_MS = 86_400_000;

function answered(status: number, headers: Record<string, string> = {}, scheduleMs = SCHEDULE_MS): Verdict {
  return verdictOfResponse({ status, headers }, scheduleMs, NOW_MS);
}

function decideOn(verdict: Verdict, delivery: Partial<DeliveryDocument> = {}, change = {}): Decision {
  return decide({
    delivery: aDelivery(delivery),
    attempt: anAttempt(),
    verdict,
    scheduleMs: SCHEDULE_MS,
    nowMs: NOW_MS,
    random: () => 0.5,
    ...change,
  });
}

function delayOf({ settlement }: Decision): number {
  return (settlement.set.due_at as Date).getTime() - NOW_MS;
}

describe('what an answer is', () => {
  it.each([
    [200, 'succeeded', 'answered'],
    [204, 'succeeded', 'answered'],
    [299, 'succeeded', 'answered'],
    [301, 'redirect', 'answered'],
    [304, 'redirect', 'answered'],
    [400, 'http_status', 'answered'],
    [404, 'http_status', 'answered'],
    [410, 'http_status', 'answered'],
    [429, 'http_status', 'throttled'],
    [500, 'http_status', 'answered'],
    [502, 'http_status', 'throttled'],
    [503, 'http_status', 'throttled'],
    [504, 'http_status', 'throttled'],
    [599, 'http_status', 'answered'],
  ])('%i is %s and tells of the endpoint: %s', (status, result, signal) => {
    const verdict = answered(status);
    expect(verdict.type === 'failed' ? verdict.error.code : verdict.type).toBe(result);
    expect(verdict.signal.type).toBe(signal);
  });

  it('succeeds with 2xx and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 999 }), (status) => {
        expect(answered(status).type === 'succeeded').toBe(status < 300);
      }),
    );
  });

  it('names where a redirect points', () => {
    const verdict = answered(308, { location: 'https://new.test/hook' });
    expect(verdict).toMatchObject({
      error: { code: 'redirect', message: expect.stringContaining('https://new.test/hook') },
    });
  });

  it('410 ends the delivery and the rule', () => {
    expect(answered(410)).toMatchObject({ isFinal: true, disableRule: expect.stringContaining('410') });
    expect(decideOn(answered(410)).status).toBe('dead');
  });

  it.each([...egressErrorCodes])('of the fault %s knows whether another attempt could end otherwise', (code) => {
    const isFinal = ['invalid_url', 'invalid_header', 'invalid_request'].includes(code);
    const decision = decideOn(verdictOfFault(code, 'why'));
    expect(decision.status).toBe(isFinal ? 'dead' : 'queued');
    expect(decision.settlement.set.error).toEqual({ code, message: 'why' });
  });

  it.each([
    ['connection_refused', 'unreachable'],
    ['timeout', 'unreachable'],
    ['dns_failed', 'unreachable'],
    ['tls_failed', 'unreachable'],
    ['connection_closed', 'unreachable'],
    ['egress_blocked', 'none'],
    ['invalid_header', 'none'],
    ['aborted', 'none'],
    ['closed', 'none'],
  ] as const)('%s tells of the endpoint: %s', (code, signal) => {
    expect(verdictOfFault(code, '').signal.type).toBe(signal);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    [new Date(Math.floor(NOW_MS / 1_000) * 1_000 + 60_000).toUTCString(), 60_000 - (NOW_MS % 1_000)],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['2026-03-04', undefined],
    ['99999999999999999999', undefined],
    ['', undefined],
  ])('%j is %s ms', (value, ms) => {
    expect(retryAfterMs(value, NOW_MS)).toBe(ms);
  });

  it('is never negative nor NaN, whatever it says', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const ms = retryAfterMs(value, NOW_MS);
        expect(ms === undefined || ms >= 0).toBe(true);
      }),
    );
  });

  it.each([
    [429, '3600', 3_600_000],
    [503, '999999', DAY_MS],
    [500, '3600', 3_600_000],
    [429, '1', 5_000],
  ])('beside %i and %s seconds puts the next attempt off by %i ms', (status, seconds, delayMs) => {
    expect(delayOf(decideOn(answered(status, { 'retry-after': seconds })))).toBe(delayMs);
  });

  it('is bounded by the longest delay of the schedule for the endpoint too', () => {
    const verdict = answered(429, { 'retry-after': '999999' }, [0, 1_000, 60_000]);
    expect(verdict.signal).toEqual({ type: 'throttled', retryAfterMs: 60_000 });
  });
});

describe('decide', () => {
  it('keeps what succeeded, and forgets the error of before', () => {
    const { status, settlement } = decideOn(answered(200), { tries: 2, error: { code: 'timeout', message: '' } });
    expect(status).toBe('delivered');
    expect(settlement).toEqual({
      set: { status: 'delivered', tries: 3, finished_at: new Date(NOW_MS) },
      unset: ['error'],
      push: { attempts: { $each: [anAttempt()], $slice: -50 } },
    });
  });

  it('waits as the schedule says, attempt by attempt, and then gives up: 10 attempts over 75 h 35 min 5 s', () => {
    const delays: number[] = [];
    let tries = 0;
    for (;;) {
      const decision = decideOn(answered(500), { tries });
      tries += 1;
      expect(decision.settlement.set.tries).toBe(tries);
      if (decision.status === 'dead') break;
      delays.push(delayOf(decision));
    }
    expect(tries).toBe(10);
    expect(delays).toEqual(SCHEDULE_MS.slice(1));
    expect(delays.reduce((sum, ms) => sum + ms, 0)).toBe((75 * 3_600 + 35 * 60 + 5) * 1_000);
  });

  it('varies each wait by up to a fifth', () => {
    expect(delayOf(decideOn(answered(500), { tries: 1 }, { random: () => 0 }))).toBe(240_000);
    expect(delayOf(decideOn(answered(500), { tries: 1 }, { random: () => 1 }))).toBe(360_000);
  });

  it('with a schedule of one attempt gives up at once', () => {
    const { status, settlement } = decideOn(answered(500), {}, { scheduleMs: [0] });
    expect(status).toBe('dead');
    expect(settlement.set).toMatchObject({
      status: 'dead',
      finished_at: new Date(NOW_MS),
      error: { code: 'http_status' },
    });
  });
});

describe('a process that died under a delivery', () => {
  const lost = (count: number, endedMs = NOW_MS) =>
    Array.from({ length: count }, () =>
      anAttempt({ status: 'lost', at: new Date(endedMs - 5), timings: { ...anAttempt().timings, total_ms: 5 } }),
    );

  it('leaves an attempt that is said to be lost, and that counts as no try', () => {
    const settlement = lostAttemptOf(aDelivery({ attempt: 4, attempts: [anAttempt()] }), new Date(NOW_MS + 700));
    expect(settlement).toEqual({
      push: {
        attempts: expect.objectContaining({
          attempt: 4,
          status: 'lost',
          at: new Date(NOW_MS),
          timings: expect.objectContaining({ total_ms: 700 }),
          error: expect.objectContaining({ code: 'lost' }),
          rule_revision: 3,
        }),
      },
    });
  });

  it('adds nothing to one that simply fell due', () => {
    expect(lostAttemptOf(aDelivery({ status: 'queued' }), new Date())).toEqual({});
  });

  it.each([
    [0, { what: 'attempt' }],
    [4, { what: 'attempt' }],
    [5, { what: 'rest', until: new Date(NOW_MS + 1_000) }],
    [8, { what: 'rest', until: new Date(NOW_MS + 8_000) }],
    [19, { what: 'rest', until: new Date(NOW_MS + 600_000) }],
    [20, { what: 'give up' }],
  ])('after %i times in a row: %j', (count, next) => {
    expect(afterLosses(aDelivery({ attempts: lost(count) }), NOW_MS)).toEqual(next);
  });

  it('is attempted when its rest is over', () => {
    expect(afterLosses(aDelivery({ attempts: lost(5) }), NOW_MS + 1_000)).toEqual({ what: 'attempt' });
  });

  it('is no suspect any more once an attempt came to an end', () => {
    const attempts = [...lost(12), anAttempt(), ...lost(2)];
    expect(afterLosses(aDelivery({ attempts }), NOW_MS)).toEqual({ what: 'attempt' });
  });
});
