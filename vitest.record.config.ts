import { defineConfig } from 'vitest/config';

/** What `npm run history:save` runs: no tests, but recordings of what workflows do in each state. */
export default defineConfig({
  test: {
    include: ['test/replay/record/*.record.ts'],
    globalSetup: ['test/replay/record/setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    maxConcurrency: 3,
  },
});
