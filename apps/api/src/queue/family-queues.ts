import { FAMILIES, type Family } from '../job/model-family.ts';
import type { Calls, FamilyQueues, Queue } from './queue.ts';

/** `calls` is null in a process that makes no provider calls. */
export function createFamilyQueues(
  createQueue: (family: Family, calls: Calls | null) => Queue,
  calls: ((family: Family) => Calls) | null,
): FamilyQueues {
  const queues = FAMILIES.map((family) => ({ family, queue: createQueue(family, calls?.(family) ?? null) }));
  return {
    start() {
      for (const { queue } of queues) queue.start();
    },
    wake(only) {
      for (const { family, queue } of queues) if (only === undefined || only === family) queue.wake();
    },
    async drain() {
      await Promise.all(queues.map(({ queue }) => queue.drain()));
    },
  };
}
