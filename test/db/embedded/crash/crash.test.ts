import { describe, expect, it } from 'vitest';
import { crashAndCheck } from '../../../../scripts/faults/engine-crash.ts';

describe('kill -9 in the middle of concurrent writes', () => {
  it('loses no acknowledged write, keeps transactions whole and indexes true, five times over', async () => {
    const report = await crashAndCheck(5);
    expect(report.faults).toEqual([]);
    expect(report.inserts).toBeGreaterThan(50);
  }, 120_000);
});
