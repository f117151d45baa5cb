import { describe, expect, it } from 'vitest';
import { crashWhileDelivering } from '../../scripts/faults/deliveryCrash.ts';
import { misbehave } from '../../scripts/faults/misbehaviour.ts';

describe('receivers that misbehave', () => {
  it('have each attempt named as what it was, and delay nobody else', async () => {
    const report = await misbehave(5);
    expect(report.faults).toEqual([]);
    expect(Object.keys(report.outcomes)).toHaveLength(7);
    expect(Object.values(report.outcomes)).toEqual(Array(7).fill(5));
  }, 120_000);
});

describe('kill -9 while events flow to rules', () => {
  it('loses no delivery and makes none again after its success was recorded', async () => {
    const options = { events: 200, rules: 5, kills: 2 };
    const report = await crashWhileDelivering(options, () => undefined);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ pairs: 1_000, kills: 2 });
    // What is under way at a kill may come again; over 5,000 events the script holds it under 1 %.
    expect(report.duplicates).toBeLessThanOrEqual(2 * 5 * 50);
  }, 180_000);
});
