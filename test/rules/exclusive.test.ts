import { describe, expect, it } from 'vitest';
import { checkExclusive } from '../../server/rules/exclusive.ts';

const exclusive = new Set(['ledgers', 'audit']);
const rule = (id: string, ...events: string[]) => ({ id, events });

describe('exclusive channels', () => {
  it.each<[string[], string[][], boolean]>([
    [['ledgers.*'], [], true],
    [['ledgers.created', 'ledgers.updated'], [['ledgers.*']], true],
    [['ledgers.*', 'bills.*'], [], false],
    [['ledgers.created', 'bills.created'], [], false],
    [['ledgers.*'], [['bills.*']], false],
    [['bills.*'], [['ledgers.*']], false],
    [['ledgers.*'], [['audit.*']], false],
    [['ledgers.*'], [['*']], false],
    [['*.deleted'], [['ledgers.*']], false],
    [['ledgers.*', '*'], [], false],
    [['*'], [], true],
    [['*'], [['bills.*']], true],
    [['bills.*', 'invoices.*', '*.deleted'], [['*']], true],
    [['ledgersx.*', 'bills.*'], [], true],
    [['ledgers', 'ledgers.*'], [], true],
  ])('%j beside %j is fine: %s', (events, others, isFine) => {
    const check = () =>
      checkExclusive(
        rule('rul_new', ...events),
        others.map((each, i) => rule(`rul_${i}`, ...each)),
        exclusive,
      );
    if (isFine) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'channel_exclusive', status: 422 }));
  });

  it('names both sides', () => {
    expect(() => checkExclusive(rule('rul_new', 'bills.*'), [rule('rul_old', 'ledgers.*')], exclusive)).toThrow(
      "The channel 'ledgers' is exclusive: 'ledgers.*' of rule rul_old may not stand beside 'bills.*' for the same URL.",
    );
  });

  it('does not blame a rule for two others', () => {
    const others = [rule('rul_1', 'ledgers.*'), rule('rul_2', 'bills.*')];
    expect(() => checkExclusive(rule('rul_new', 'bills.*'), others, exclusive)).toThrow('rul_1');
    expect(() => checkExclusive(rule('rul_new', 'audit.*'), [rule('rul_1', 'audit.x')], exclusive)).not.toThrow();
  });
});
