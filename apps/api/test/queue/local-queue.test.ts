import { createLocalQueue } from '../../src/queue/local-queue.ts';
import { testQueue } from './queue.conformance.ts';

testQueue('the local queue', {
  createQueue: createLocalQueue,
  settle: () => new Promise(setImmediate),
  patienceMs: 0,
});
