import { createLocalScheduler } from '../../src/queue/local-scheduler.ts';
import { createManualClock } from '../manual-clock.ts';
import { testScheduler } from './scheduler.conformance.ts';

const clock = createManualClock();
testScheduler('the local scheduler', {
  createScheduler: (tasks, log) => createLocalScheduler({ tasks, clock, log }),
  advance: clock.advanceAsync,
  passNextRun: () => clock.advanceAsync(60 * 60 * 1_000),
});
