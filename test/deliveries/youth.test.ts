import { describe, expect, it } from 'vitest';
import { createYouth } from '../../server/deliveries/limits/youth.ts';

function aYouth() {
  const clock = { nowMs: 0 };
  const youth = createYouth({ most: 10, young: 4, youngMs: 100, now: () => clock.nowMs });
  const ends: (() => void)[] = [];
  const work = youth.watch(() => new Promise<void>((resolve) => ends.push(resolve)));
  return { clock, youth, begin: () => work(), end: () => ends.shift()?.() };
}

describe('deliveries under way', () => {
  it('are few while all have just begun', () => {
    const { youth, begin } = aYouth();
    for (let i = 0; i < 4; i++) void begin();
    expect(youth.capacity()).toBe(4);
  });

  it('are more by those that wait long for their receiver, up to the most there may be', () => {
    const { youth, begin, clock } = aYouth();
    for (let i = 0; i < 3; i++) void begin();
    clock.nowMs = 100;
    expect(youth.capacity()).toBe(7);
    for (let i = 0; i < 5; i++) void begin();
    clock.nowMs = 250;
    expect(youth.capacity()).toBe(10);
  });

  it('make room again when they end', async () => {
    const { youth, begin, end, clock } = aYouth();
    const done = [begin(), begin()];
    clock.nowMs = 200;
    expect(youth.capacity()).toBe(6);
    end();
    end();
    await Promise.all(done);
    expect(youth.capacity()).toBe(4);
  });

  it('count no more when they fail', async () => {
    const { youth, clock } = aYouth();
    const failed = youth.watch(() => Promise.reject(new Error('no')))();
    await expect(failed).rejects.toThrow('no');
    clock.nowMs = 500;
    expect(youth.capacity()).toBe(4);
  });
});
