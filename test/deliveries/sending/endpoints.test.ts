import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEndpoints, endpointOf, type EndpointPass } from '../../../server/deliveries/limits/endpoints.ts';
import type { EndpointSignal } from '../../../server/deliveries/sending/outcome.ts';
import { aClock, aRule, to } from './builders.ts';

const KEY = { environmentId: 2, url: 'https://receiver.test/hook' };
const ANSWERED: EndpointSignal = { type: 'answered' };
const UNREACHABLE: EndpointSignal = { type: 'unreachable' };
const THROTTLED: EndpointSignal = { type: 'throttled' };

function anEndpoint() {
  const clock = aClock();
  const endpoints = createEndpoints({ clock });
  const enter = (): EndpointPass => {
    const pass = endpoints.enter(KEY);
    if (pass === undefined) throw new Error('no room at the endpoint');
    return pass;
  };
  const go = (...signals: EndpointSignal[]) => {
    for (const signal of signals) enter().end(signal);
  };
  return { clock, endpoints, enter, go, state: () => endpoints.stateOf(KEY).state, room: () => endpoints.room(KEY) };
}

describe('an endpoint', () => {
  it('that is healthy and at rest is not remembered', () => {
    const { endpoints, enter, room } = anEndpoint();
    const pass = enter();
    expect(endpoints.size()).toBe(1);
    pass.end(ANSWERED);
    expect(endpoints.size()).toBe(0);
    expect(room()).toBe(Infinity);
  });

  it('breaks at the fifth connection failure in a row', () => {
    const { go, state, room, endpoints, clock } = anEndpoint();
    go(...Array<EndpointSignal>(4).fill(UNREACHABLE));
    expect(state()).toBe('open');
    go(UNREACHABLE);
    expect(state()).toBe('broken');
    expect(room()).toBe(0);
    expect(endpoints.enter(KEY)).toBeUndefined();
    expect(endpoints.wakeAt(KEY)).toBe(clock.now() + 5_000);
    expect(endpoints.stateOf(KEY).until).toBe(new Date(clock.now() + 5_000).toISOString());
  });

  it('does not break while an answer comes now and then', () => {
    const { go, state } = anEndpoint();
    go(
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
      ANSWERED,
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
      UNREACHABLE,
    );
    expect(state()).toBe('open');
  });

  it('counts requests that never left as nothing', () => {
    const { go, state } = anEndpoint();
    go(...Array<EndpointSignal>(20).fill({ type: 'none' }));
    expect(state()).toBe('open');
  });

  it('is probed with one request at a time, and opens with twice as many at each answer', () => {
    const { go, state, room, enter, clock, endpoints } = anEndpoint();
    go(...Array<EndpointSignal>(5).fill(UNREACHABLE));
    clock.move(5_000);
    expect(state()).toBe('probing');
    expect(room()).toBe(1);
    const probe = enter();
    expect(room()).toBe(0);
    expect(endpoints.wakeAt(KEY)).toBeGreaterThan(clock.now());
    expect(endpoints.enter(KEY)).toBeUndefined();
    probe.end(ANSWERED);
    expect(room()).toBe(2);
    go(ANSWERED, ANSWERED);
    expect(room()).toBe(8);
    go(...Array<EndpointSignal>(5).fill(ANSWERED));
    expect(state()).toBe('open');
    expect(room()).toBe(Infinity);
    expect(endpoints.size()).toBe(0);
  });

  it.each([
    ['broken', UNREACHABLE, 5],
    ['throttled', THROTTLED, 1],
  ] as const)(
    'that is %s closes for twice as long with each probe that fails, up to 5 minutes',
    (name, signal, first) => {
      const { go, state, clock, endpoints } = anEndpoint();
      go(...Array<EndpointSignal>(first).fill(signal));
      const waits: number[] = [];
      for (let i = 0; i < 9; i++) {
        expect(state()).toBe(name);
        const waitMs = endpoints.wakeAt(KEY)! - clock.now();
        waits.push(waitMs);
        clock.move(waitMs);
        go(signal);
      }
      expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
    },
  );

  it('waits as long as it is asked to', () => {
    const { go, state, clock, endpoints } = anEndpoint();
    go({ type: 'throttled', retryAfterMs: 42_000 });
    expect(state()).toBe('throttled');
    expect(endpoints.wakeAt(KEY)).toBe(clock.now() + 42_000);
  });

  it('asked for no wait at all, still is not called again in the same moment', () => {
    const { go, room } = anEndpoint();
    go({ type: 'throttled', retryAfterMs: 0 });
    expect(room()).toBe(0);
  });

  it('closes once, not once for each of the requests that were under way together', () => {
    const { enter, clock, endpoints } = anEndpoint();
    const passes = Array.from({ length: 50 }, enter);
    passes.forEach((pass) => pass.end(UNREACHABLE));
    expect(endpoints.wakeAt(KEY)).toBe(clock.now() + 5_000);
  });

  it('keeps the longest of the waits it asked for together, and no late answer takes it back', () => {
    const { enter, clock, endpoints } = anEndpoint();
    const [a, b, c] = [enter(), enter(), enter()];
    a.end({ type: 'throttled', retryAfterMs: 60_000 });
    b.end({ type: 'throttled', retryAfterMs: 10_000 });
    c.end(ANSWERED);
    expect(endpoints.wakeAt(KEY)).toBe(clock.now() + 60_000);
  });

  it('never has more under way than its limit, and always opens again once it answers', () => {
    const signal = fc.constantFrom<EndpointSignal>(ANSWERED, UNREACHABLE, THROTTLED, { type: 'none' });
    const step = fc.oneof(
      fc.constant('enter' as const),
      signal.map((ended) => ({ ended })),
      fc.integer({ min: 1, max: 400_000 }).map((move) => ({ move })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { endpoints, clock, room, state } = anEndpoint();
        const passes: EndpointPass[] = [];
        for (const what of steps) {
          if (what === 'enter') {
            const had = room();
            const pass = endpoints.enter(KEY);
            expect(pass !== undefined).toBe(had > 0);
            if (pass !== undefined) passes.push(pass);
          } else if ('move' in what) clock.move(what.move);
          else passes.shift()?.end(what.ended);
        }
        passes.splice(0).forEach((pass) => pass.end({ type: 'none' }));
        for (let i = 0; i < 30 && endpoints.size() > 0; i++) {
          clock.move(300_000);
          endpoints.enter(KEY)?.end(ANSWERED);
        }
        expect(endpoints.size()).toBe(0);
        expect(state()).toBe('open');
      }),
    );
  });

  it('is its environment and its URL, however that is spelled', () => {
    const clock = aClock();
    const endpoints = createEndpoints({ clock });
    const rule = (url: string, environmentId = 2) => endpointOf(aRule({ target: to(url), environmentId }))!;
    endpoints.enter(rule('https://RECEIVER.test:443/hook'))?.end(THROTTLED);
    expect(endpoints.room(rule('https://receiver.test/hook'))).toBe(0);
    expect(endpoints.room(rule('https://receiver.test/hook', 1))).toBe(Infinity);
    expect(endpoints.room(rule('https://receiver.test/other'))).toBe(Infinity);
  });

  it('takes a bounded place in memory, however many there are in trouble', () => {
    const endpoints = createEndpoints({ clock: aClock() });
    for (let i = 0; i < 60_000; i++) endpoints.enter({ environmentId: 2, url: `https://r${i}.test/` })?.end(THROTTLED);
    expect(endpoints.size()).toBe(50_000);
  });
});
