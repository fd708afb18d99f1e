import { defineConfig } from 'vitest/config';
import { WhatWasNotTested } from './test/support/what-was-not-tested.ts';

export default defineConfig({
  test: {
    reporters: ['default', new WhatWasNotTested()],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/{unit,conformance,contract,golden}/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
