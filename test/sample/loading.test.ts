import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createListenerRegistry } from '../../server/listeners/registry.ts';

const registry = createListenerRegistry({
  dir: fileURLToPath(new URL('../../listeners', import.meta.url)),
  dataDir: null,
});

beforeAll(() => registry.start());
afterAll(() => registry.stop());

describe('the sample app', () => {
  it('loads without a problem, and its shared files are no listeners', () => {
    expect(registry.problems()).toEqual([]);
    expect(registry.list().map(({ name }) => name)).toEqual([
      'exampleListener',
      'github.issues',
      'github.push',
      'github.star',
      'onEnvStart',
      'orders.create',
      'orders.note',
      'orders.ship',
      'orders.summarize',
      'orders.summaryZone',
      'payments.paid',
    ]);
  });

  it('shows what its props may be', () => {
    expect(registry.get('github.push')?.propsSchema).toMatchObject({ properties: { branches: { type: 'array' } } });
    expect(registry.get('payments.paid')?.propsSchema).toMatchObject({
      properties: { live_only: { type: 'boolean' } },
    });
  });
});
