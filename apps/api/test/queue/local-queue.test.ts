import { createLocalQueue } from '../../src/queue/local-queue.ts';
import { testQueue } from './queue.conformance.ts';

testQueue('the local queue', (options) => createLocalQueue({ ...options, clock: Date.now }));
