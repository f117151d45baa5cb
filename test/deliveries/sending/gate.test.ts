import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEndpoints } from '../../../server/deliveries/limits/endpoints.ts';
import { createGate, type Entered } from '../../../server/deliveries/limits/gate.ts';
import type { ReadyRule } from '../../../server/rules/ready.ts';
import { aClock, aRule, to } from './builders.ts';

const LANE = '2:rul_1';
const OK = { type: 'answered' } as const;

function aGate(...rules: ReadyRule[]) {
  const clock = aClock();
  const endpoints = createEndpoints({ clock });
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const gate = createGate({ rules: { get: (id) => byId.get(id) }, endpoints, clock });
  return { ...gate, clock, endpoints, byId };
}

function entered(answer: Entered) {
  if (answer.status !== 'entered') throw new Error(`expected to enter, found ${JSON.stringify(answer)}`);
  return answer;
}

describe('the gate', () => {
  it.each([
    [0, 50],
    [30, 20],
    [50, 0],
    [70, 0],
  ])('beside %i taken has room for %i by max_in_flight', (taken, room) => {
    expect(aGate(aRule()).roomIn(LANE, taken)).toBe(room);
  });

  it('holds back everything of a disabled rule, and nothing of one that is gone', () => {
    expect(aGate(aRule({ isEnabled: false })).roomIn(LANE, 0)).toBe(0);
    expect(aGate(aRule({ isEnabled: false })).wakeAt(LANE)).toBeUndefined();
    expect(aGate().roomIn(LANE, 0)).toBe(Infinity);
  });

  it('holds back what goes to a closed endpoint until that opens', () => {
    const rule = aRule();
    const { roomIn, wakeAt, enter, clock } = aGate(rule);
    entered(enter(rule)).leave({ type: 'throttled', retryAfterMs: 9_000 });
    expect(roomIn(LANE, 0)).toBe(0);
    expect(wakeAt(LANE)).toBe(clock.now() + 9_000);
    expect(enter(rule)).toEqual({ status: 'closed', wakeAtMs: clock.now() + 9_000 });
    clock.move(9_000);
    expect(roomIn(LANE, 0)).toBe(1);
  });

  it('gives the one probe to one of the rules that share the endpoint', () => {
    const rules = [aRule(), aRule({ id: 'rul_2' })] as const;
    const { roomIn, enter, clock } = aGate(...rules);
    entered(enter(rules[0])).leave({ type: 'throttled' });
    clock.move(5_000);
    const probe = entered(enter(rules[1]));
    expect(roomIn(LANE, 0)).toBe(0);
    expect(enter(rules[0]).status).toBe('closed');
    probe.leave(OK);
    expect(roomIn(LANE, 0)).toBe(2);
  });

  it('keeps a part of the rate for what was taken and has not begun', () => {
    const rule = aRule({ rate: 5 });
    const { roomIn, enter } = aGate(rule);
    expect(roomIn(LANE, 0)).toBe(5);
    expect(roomIn(LANE, 3)).toBe(2);
    const one = entered(enter(rule)); // one of the three has begun and is counted, two are kept
    expect(roomIn(LANE, 3)).toBe(2);
    one.leave(OK);
    expect(roomIn(LANE, 2)).toBe(2);
    expect(roomIn(LANE, 0)).toBe(4);
  });

  it('counts nothing for what was not sent after all', () => {
    const rule = aRule({ rate: 1 });
    const { enter } = aGate(rule);
    entered(enter(rule)).leave({ type: 'none' });
    entered(enter(rule)).leave(OK);
    expect(enter(rule).status).toBe('closed');
  });

  it('says when the rate allows the next one', () => {
    const rule = aRule({ rate: 0.5 });
    const { enter, roomIn, wakeAt, clock } = aGate(rule);
    entered(enter(rule)).leave(OK);
    expect(roomIn(LANE, 0)).toBe(0);
    expect(wakeAt(LANE)).toBe(clock.now() + 2_000);
    clock.move(1_999);
    expect(roomIn(LANE, 0)).toBe(0);
    clock.move(1);
    expect(roomIn(LANE, 0)).toBe(1);
  });

  it('names a time to look again even while nothing but its own deliveries holds a lane back', () => {
    const rule = aRule({ rate: 1 });
    const { roomIn, enter, wakeAt, clock } = aGate(rule, aRule({ id: 'rul_2', maxInFlight: 1 }));
    expect(roomIn(LANE, 1)).toBe(0); // the one that the rate allows is the one that was taken
    expect(wakeAt(LANE)).toBe(clock.now() + 1_000);
    entered(enter(rule)).leave(OK);
    expect(wakeAt(LANE)).toBe(clock.now() + 1_000);
    expect(roomIn('2:rul_2', 1)).toBe(0);
    expect(wakeAt('2:rul_2')).toBeGreaterThan(clock.now());
  });

  it('lets through the rate and no more, over any stretch of time, whatever is taken and given back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.5, 1, 2.5, 7, 40),
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 }),
        (rate, pauses) => {
          const rule = aRule({ rate, maxInFlight: 1_000 });
          const { roomIn, enter, clock } = aGate(rule);
          const begunAt: number[] = [];
          for (const pause of pauses) {
            clock.move(pause);
            const room = roomIn(LANE, 0);
            for (let i = 0; i < room; i++) {
              entered(enter(rule)).leave(OK); // what there was room for does get in
              begunAt.push(clock.now());
            }
            expect(roomIn(LANE, 0)).toBe(0);
          }
          const atOnce = Math.max(1, Math.floor(rate));
          const windowMs = (atOnce / rate) * 1_000;
          begunAt.forEach((from, i) => {
            const inWindow = begunAt.slice(i).filter((at) => at < from + windowMs);
            expect(inWindow.length).toBeLessThanOrEqual(atOnce);
          });
        },
      ),
    );
  });

  it.each([0.5, 2.5, 3, 20, 333, 5_000])('keeps up with a rate of %d a second', (rate) => {
    const rule = aRule({ rate, maxInFlight: 1_000 });
    const { roomIn, enter, wakeAt, clock } = aGate(rule);
    const endMs = clock.now() + 20_000;
    let sent = 0;
    while (clock.now() < endMs) {
      for (let room = roomIn(LANE, 0); room > 0; room--, sent++) entered(enter(rule)).leave(OK);
      clock.move(Math.max(1, (wakeAt(LANE) ?? clock.now()) - clock.now()));
    }
    expect(sent / 20).toBeGreaterThan(rate * 0.9);
    expect(sent / 20).toBeLessThanOrEqual(rate * 1.1);
  });

  it('holds nothing back for long when the clock is set back', () => {
    const rule = aRule({ rate: 2 });
    const { roomIn, enter, clock } = aGate(rule);
    entered(enter(rule)).leave(OK);
    entered(enter(rule)).leave(OK);
    clock.move(-3_600_000);
    expect(roomIn(LANE, 0)).toBe(0);
    clock.move(1_000);
    expect(roomIn(LANE, 0)).toBe(2);
  });

  it('counts a change of rate or target from the next delivery on', () => {
    const { roomIn, enter, byId } = aGate(aRule({ rate: 1 }));
    entered(enter(byId.get('rul_1')!)).leave(OK);
    expect(roomIn(LANE, 0)).toBe(0);
    byId.set('rul_1', aRule({ rate: null, target: to('https://other.test/') }));
    expect(roomIn(LANE, 0)).toBe(50);
  });

  it('limits a listener by number and rate only', () => {
    const target = { type: 'listener', action: 'onInvoice', propsJson: '{}' } as const;
    const rule = aRule({ target, maxInFlight: 2 });
    const { roomIn, enter } = aGate(rule);
    entered(enter(rule)).leave({ type: 'unreachable' });
    expect(roomIn(LANE, 0)).toBe(2);
  });
});
