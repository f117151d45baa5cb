import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // CI's machine is shared: a test that lost the processor at a bad moment is tried once more, and reported as retried.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default'],
  },
});
