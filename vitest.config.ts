import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test-kit/slowest-first.ts';

export default defineConfig({
  test: {
    // Once per run, whatever the projects are.
    globalSetup: 'test-kit/global-setup.ts',
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
            'scripts/test/**/*.test.ts',
            'bench/test/**/*.test.ts',
          ],
          testTimeout: 20_000,
          isolate: false,
          setupFiles: 'test-kit/each-file.ts',
          // Tests of PostgreSQL, of deadlines and of child processes wait for most of their time.
          maxWorkers: availableParallelism() * 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Isolated: the stories of the mini program change globals that later files in the same process would see.
          // Stories start whole servers and browsers: more at once than cores starve each other into time-outs.
          maxWorkers: Math.max(availableParallelism(), 2),
          // After the unit tests, which want all of the machine.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
