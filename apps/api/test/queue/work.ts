import type { Clock } from '../../src/clock.ts';
import type { TakeNext, Taken } from '../../src/queue/queue.ts';

/** Work that ends when the test says so, and a record of what a queue did with it. */
export interface Work {
  takeNext: TakeNext;
  add(jobs: number): void;
  /** Adds one job that may be taken from that time on. */
  addLater(dueAt: number): void;
  /** Makes the next call of `takeNext` throw this error. */
  failOnce(fault: Error): void;
  /** Ends the job that has run longest. */
  endOne(): void;
  failRunning(fault: Error): void;
  readonly asked: number;
  readonly taken: number;
  readonly running: number;
  readonly mostRunning: number;
}

export function createWork(clock: Pick<Clock, 'now'>): Work {
  const dueTimes: number[] = [];
  const running: PromiseWithResolvers<void>[] = [];
  const counts = { asked: 0, taken: 0, mostRunning: 0 };
  let fault: Error | null = null;

  async function takeNext(): Promise<Taken> {
    counts.asked++;
    if (fault) {
      const thrown = fault;
      fault = null;
      throw thrown;
    }
    const [dueAt] = dueTimes.toSorted((a, b) => a - b);
    if (dueAt === undefined || dueAt > clock.now()) return { kind: 'idle', retryAt: dueAt ?? null };
    dueTimes.splice(dueTimes.indexOf(dueAt), 1);
    const job = Promise.withResolvers<void>();
    running.push(job);
    counts.taken++;
    counts.mostRunning = Math.max(counts.mostRunning, running.length);
    return { kind: 'running', done: job.promise };
  }

  return {
    takeNext,
    add(jobs) {
      for (let i = 0; i < jobs; i++) dueTimes.push(0);
    },
    addLater: (dueAt) => void dueTimes.push(dueAt),
    failOnce(next) {
      fault = next;
    },
    endOne: () => running.shift()?.resolve(),
    failRunning: (reason) => running.shift()?.reject(reason),
    get asked() {
      return counts.asked;
    },
    get taken() {
      return counts.taken;
    },
    get running() {
      return running.length;
    },
    get mostRunning() {
      return counts.mostRunning;
    },
  };
}
