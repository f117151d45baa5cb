import { describe, expect, it } from 'vitest';
import { createFailingWatch } from '../../../server/deliveries/health/failing.ts';
import { silentLogger } from '../../../server/lib/log.ts';
import { aClock, aRule, NOW_MS } from './builders.ts';

const DAY_MS = 86_400_000;

function aWatch({ isBroken = false } = {}) {
  const clock = aClock();
  const writes: unknown[][] = [];
  const write = (...args: unknown[]) => {
    writes.push(args);
    return isBroken ? Promise.reject(new Error('no database')) : Promise.resolve();
  };
  const watch = createFailingWatch({
    rulesAdmin: {
      disable: (environmentId, id, reason) => write('disable', environmentId, id, reason),
      setFailingSince: (environmentId, id, since) => write('since', environmentId, id, since),
    },
    clock,
    log: silentLogger,
  });
  return { watch, clock, writes };
}

describe('a rule that fails', () => {
  it('is written down once, however often it fails', () => {
    const { watch, writes, clock } = aWatch();
    const rule = aRule();
    for (let i = 0; i < 100; i++) {
      watch.note(rule, false);
      clock.move(1_000);
    }
    expect(writes).toEqual([['since', 2, 'rul_1', new Date(NOW_MS)]]);
  });

  it('and succeeds again is cleared once', () => {
    const { watch, writes } = aWatch();
    const rule = aRule({ failingSince: new Date(NOW_MS - DAY_MS) });
    for (let i = 0; i < 100; i++) watch.note(rule, true);
    expect(writes).toEqual([['since', 2, 'rul_1', null]]);
  });

  it('costs one that never failed no write at all', () => {
    const { watch, writes } = aWatch();
    for (let i = 0; i < 100; i++) watch.note(aRule(), true);
    expect(writes).toEqual([]);
  });

  it.each([
    [5 * DAY_MS - 1, false],
    [5 * DAY_MS, true],
  ])('for %i ms is disabled: %s', (forMs, isDisabled) => {
    const { watch, writes } = aWatch();
    const since = new Date(NOW_MS - forMs);
    watch.note(aRule({ failingSince: since }), false);
    expect(writes).toEqual(isDisabled ? [['disable', 2, 'rul_1', expect.stringContaining(since.toISOString())]] : []);
  });

  it('is written down again when the first write failed', async () => {
    const { watch, writes } = aWatch({ isBroken: true });
    const rule = aRule();
    watch.note(rule, false);
    await new Promise(setImmediate);
    watch.note(rule, false);
    expect(writes).toHaveLength(2);
  });

  it('goes by what is stored once the rule was read anew', () => {
    const { watch, writes } = aWatch();
    watch.note(aRule(), false);
    watch.note(aRule({ failingSince: null }), true); // another process has cleared it
    expect(writes).toHaveLength(1);
  });

  it('is disabled with the reason it is given, once at a time', () => {
    const { watch, writes } = aWatch();
    const rule = aRule();
    watch.disable(rule, '410 Gone');
    watch.disable(rule, '410 Gone');
    expect(writes).toEqual([['disable', 2, 'rul_1', '410 Gone']]);
  });
});
