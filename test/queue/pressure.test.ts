import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPressure } from '../../server/queue/pressure.ts';

describe('createPressure', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lets fewer runs be at work while many callers wait, and all of them again afterwards', () => {
    let waiting = 0;
    const pressure = createPressure({ waiting: () => waiting, room: 128, least: 4 });
    pressure.start();
    vi.advanceTimersByTime(1_000);
    expect(pressure.capacity()).toBe(128);
    waiting = 50;
    vi.advanceTimersByTime(1_000);
    expect(pressure.capacity()).toBe(4);
    waiting = 5;
    vi.advanceTimersByTime(1_000);
    expect(pressure.capacity()).toBe(128);
    pressure.stop();
  });

  it('takes no notice of a single crowded moment', () => {
    let waiting = 0;
    const pressure = createPressure({ waiting: () => waiting, room: 128, least: 4 });
    pressure.start();
    waiting = 100;
    vi.advanceTimersByTime(50);
    expect(pressure.capacity()).toBe(128);
    pressure.stop();
  });

  it('never promises more than there is room for', () => {
    const pressure = createPressure({ waiting: () => 1_000, room: 2, least: 4 });
    pressure.start();
    vi.advanceTimersByTime(5_000);
    expect(pressure.capacity()).toBe(2);
    pressure.stop();
  });
});
