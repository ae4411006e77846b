import { vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLocalQueue } from '../../src/queue/local-queue.ts';
import { testQueue } from './queue.conformance.ts';

testQueue('the local queue', {
  createQueue: (options) => createLocalQueue({ ...options, clock: systemClock }),
  settle: () => vi.advanceTimersByTimeAsync(0).then(() => {}),
  patienceMs: 0,
});
