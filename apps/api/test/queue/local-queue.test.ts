import { vi } from 'vitest';
import { createLocalQueue } from '../../src/queue/local-queue.ts';
import { testQueue } from './queue.conformance.ts';

testQueue('the local queue', {
  createQueue: (options) => createLocalQueue({ ...options, clock: Date.now }),
  settle: () => vi.advanceTimersByTimeAsync(0).then(() => {}),
  patienceMs: 0,
});
