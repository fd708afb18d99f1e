import { defineConfig } from 'vitest/config';
import { WhatWasNotTested } from './test/support/what-was-not-tested.ts';

/**
 * Most tests wait (for a port, a broker, a timer of the product), so two files at a time take little more than one. Left to
 * itself the runner would keep one of two cores free.
 */
const AT_ONCE = 2;
/** For what hangs. A test that works must not fail because others have the machine. */
const SLOW_MACHINE_MS = 180_000;

export default defineConfig({
  test: {
    reporters: ['default', new WhatWasNotTested()],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/{unit,conformance,contract,golden}/**/*.test.ts'],
          testTimeout: SLOW_MACHINE_MS,
          hookTimeout: SLOW_MACHINE_MS,
          maxWorkers: AT_ONCE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: SLOW_MACHINE_MS,
          hookTimeout: SLOW_MACHINE_MS,
          maxWorkers: AT_ONCE,
          // Real brokers, databases and browsers beside each other: one that failed is asked once more, and the run says so.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
