import { describe, expect, it } from 'vitest';
import { createLifecycle } from '../../server/lib/lifecycle.ts';

describe('createLifecycle', () => {
  it('closes what was opened, the last first, and only once', async () => {
    const closed: string[] = [];
    const lifecycle = createLifecycle();
    lifecycle.onStop('database', () => void closed.push('database'));
    lifecycle.onStop('server', async () => {
      await Promise.resolve();
      closed.push('server');
    });
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(closed).toEqual(['server', 'database']);
  });

  it('reports a closing that fails or hangs and goes on with the others', async () => {
    const closed: string[] = [];
    const lifecycle = createLifecycle({ closeTimeoutMs: 20 });
    lifecycle.onStop('first', () => void closed.push('first'));
    lifecycle.onStop('hangs', () => new Promise(() => undefined));
    lifecycle.onStop('throws', () => {
      throw new Error('no');
    });
    const faults = await lifecycle.stop();
    expect(faults.map(({ name }) => name)).toEqual(['throws', 'hangs']);
    expect(closed).toEqual(['first']);
  });
});
