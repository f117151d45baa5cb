import { describe, expect, it } from 'vitest';
import { settingsFault, settingsOf } from '../../server/listeners/settings.ts';

const defaults = { timeoutMs: 30_000, memoryMb: 128 };

describe('the settings of a listener', () => {
  it.each([
    [{}, { concurrency: null, rate: null, debounce: null, batch: null }],
    [{ concurrency: 5 }, { concurrency: { limit: 5, by: null } }],
    [{ concurrency: { limit: 1, by: 'event.customer.id' } }, { concurrency: { limit: 1, by: 'event.customer.id' } }],
    [{ rate: { limit: 10, per: 'minute' } }, { rate: { limit: 10, perMs: 60_000, by: null } }],
    [{ rate: { limit: 3, per: 250, by: 'user' } }, { rate: { limit: 3, perMs: 250, by: 'user' } }],
    [{ debounce: { waitMs: 500 } }, { debounce: { waitMs: 500, maxWaitMs: 5_000, by: null } }],
    [{ debounce: { waitMs: 500, maxWaitMs: 100 } }, { debounce: { waitMs: 500, maxWaitMs: 500, by: null } }],
    [{ batch: { size: 100, waitMs: 2_000, by: 'props.a' } }, { batch: { size: 100, waitMs: 2_000, by: 'props.a' } }],
  ])('%j gives %j', (options, expected) => {
    expect(settingsFault(options)).toBeUndefined();
    expect(settingsOf(options, defaults)).toMatchObject(expected);
  });

  it.each([
    [{ concurrency: 0 }, 'concurrency'],
    [{ concurrency: { limit: 2, by: 'customer' } }, 'concurrency'],
    [{ concurrency: { limit: 2, per: 'second' } }, 'concurrency'],
    [{ concurrency: { by: 'event.a' } }, 'concurrency'],
    [{ rate: 5 }, 'rate'],
    [{ rate: { limit: 5 } }, 'rate'],
    [{ rate: { limit: 5, per: 'fortnight' } }, 'rate'],
    [{ rate: { limit: 5, per: 'constructor' } }, 'rate'],
    [{ rate: { limit: 0.5, per: 'second' } }, 'rate'],
    [{ debounce: 500 }, 'debounce'],
    [{ debounce: { waitMs: 0 } }, 'debounce'],
    [{ debounce: { waitMs: 5, by: 'event.' } }, 'debounce'],
    [{ batch: { size: 1, waitMs: 10 } }, 'batch'],
    [{ batch: { size: 10 } }, 'batch'],
    [{ batch: { size: 10, waitMs: 10, by: 'event.a[0]' } }, 'batch'],
    [{ batch: { size: 10, waitMs: 10 }, debounce: { waitMs: 5 } }, 'debounce` or `batch'],
    [{ timeoutMs: 'soon' }, 'timeoutMs'],
    [{ memoryMb: 1 }, 'memoryMb'],
    [{ retries: [-1] }, 'retries'],
    [{ props: [] }, 'props'],
  ])('%j is refused in a sentence that names `%s`', (options, name) => {
    expect(settingsFault(options)).toContain(`expected \`${name}\``);
  });
});
