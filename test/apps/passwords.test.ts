import { describe, expect, it } from 'vitest';
import { createPasswords } from '../../server/apps/users/passwords.ts';

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

describe('passwords', () => {
  it('are stored with a salt of their own and the cost they were made at', async () => {
    const passwords = createPasswords({ cost: 4 });
    const [one, two] = [await passwords.hash('secret word'), await passwords.hash('secret word')];
    expect(one).toMatch(/^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(two);
    // Made at a smaller cost, and still good after the cost was raised.
    const later = createPasswords({ cost: 6 });
    expect(await later.verify('secret word', one)).toBe(true);
    expect(await later.verify('secret wore', one)).toBe(false);
    expect(await later.verify('', null)).toBe(false);
  });

  it('take the same time for an unknown user as for a known one', async () => {
    const passwords = createPasswords({ cost: 14 });
    const stored = await passwords.hash('secret word');
    const known: number[] = [];
    const unknown: number[] = [];
    for (let n = 0; n < 9; n++) {
      known.push(await timeOf(() => passwords.verify('wrong word', stored)));
      unknown.push(await timeOf(() => passwords.verify('wrong word', null)));
    }
    const ratio = median(known) / median(unknown);
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });

  it('are hashed two at a time while twenty wait, and the others are refused', async () => {
    const passwords = createPasswords({ cost: 4 });
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => passwords.verify('any word', null)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(22);
    const refused = all.filter((each) => each.status === 'rejected');
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'rate_limited' });
    expect(await passwords.verify('any word', null)).toBe(false); // the places are free again
  });

  it('cost no more memory than two of them, however many come at once', { timeout: 180_000 }, async () => {
    const passwords = createPasswords({ waitingAtMost: 4 });
    const before = process.memoryUsage.rss();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss() - before)), 5);
    await Promise.allSettled(Array.from({ length: 50 }, () => passwords.verify('any word', null)));
    clearInterval(watch);
    // 128 MiB each; Node would hash four at once by itself.
    expect(most / 2 ** 20).toBeGreaterThan(100);
    expect(most / 2 ** 20).toBeLessThan(400);
  });
});
