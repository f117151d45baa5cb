import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Folders whose files leave nothing behind in their process: they share one, which spares each of them a new process and
 * the loading of its modules. A file that changes what is global (environment, masks, hooks at the top of a helper) or
 * measures its process belongs elsewhere, and has a process of its own.
 */
const SHARED = [
  'apps',
  'crons',
  'data',
  'db',
  'deliveries',
  'events',
  'http',
  'lib',
  'rules',
  'runs',
  'schemas',
  'sockets',
  'views',
  'webhooks',
].map((folder) => `test/${folder}/**/*.test.ts`);

/** What takes long by itself begins first, so that no worker is left alone with it at the end. */
const LONGEST = [
  'e2e/lifecycle',
  'e2e/processes',
  'e2e/schedules',
  'client/live',
  'listeners/manifest',
  'listeners/harm',
  'listeners/viewHarm',
  'client/data/looks',
  'e2e/deliveryFaults',
  'db/embedded/engine',
  'e2e/live.',
  'client/gallery',
  'scripts/start',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}`));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // CI's machine is shared: a test that lost the processor at a bad moment is tried once more, and reported as retried.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: SHARED } },
      { extends: true, test: { name: 'shared', include: SHARED, isolate: false } },
    ],
  },
});
