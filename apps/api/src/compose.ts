import type { FastifyInstance } from 'fastify';
import { createCloseServer } from './close-server.ts';
import { composeApi } from './compose-api.ts';
import { type ComposeDeps, composeShared, createScheduler, createServer, createTasks } from './compose-shared.ts';
import { composeWorker } from './compose-worker.ts';
import { NO_SLOTS, slotsByFamily } from './family-budgets.ts';
import { type Repeated, repeatEvery } from './periodic-tasks.ts';
import { createFamilyQueues } from './queue/family-queues.ts';
import type { Phase } from './readiness.ts';

/** Heartbeats per lease: a worker must miss more than one to lose its lease. */
const HEARTBEATS_PER_LEASE = 5;

export interface App {
  server: FastifyInstance;
  /** Recovers what the last process left unfinished, then takes jobs. Jobs created before that wait in the queue. */
  start(): Promise<void>;
  /** Takes no further job; resolves when everything that runs has ended, `start` included. Reads are still answered. */
  drain(): Promise<void>;
  /** Shuts down, whatever still runs. Requests in flight have a few seconds. */
  close(): Promise<void>;
}

/** The composition root: builds every part that `ROLE` asks for once, in dependency order. */
export async function compose(deps: ComposeDeps): Promise<App> {
  const { config, clock, log } = deps;
  const stopping = new AbortController();
  let phase: Phase = 'starting';
  const isDraining = () => phase === 'draining';

  const shared = await composeShared(deps);
  const { deployment, workers, workerId, deletions } = shared;
  const { leaseMs } = deployment;
  const worker = config.ROLE === 'api' ? null : composeWorker(shared, stopping.signal);
  const queues = worker?.queues ?? createFamilyQueues(deployment.createQueue, null);
  const sendHeartbeat = () => workers.heartbeat(workerId, worker ? slotsByFamily(config) : NO_SLOTS);
  /** Send the first heartbeat before any file is written: a file whose writer is not alive counts as orphaned. */
  if (leaseMs !== null) await sendHeartbeat();
  let heartbeat: Repeated | undefined;
  /** Ends this worker's lease, so that other workers adopt its images that wait for a retry at once. */
  const deregister = () =>
    workers
      .deregister(workerId)
      .catch((err: unknown) => log.warn({ err }, 'worker could not deregister: its lease expires instead'));
  const api = config.ROLE === 'worker' ? null : composeApi(shared, { queues, isDraining });
  const tasks = createTasks(shared, worker?.recover ?? null);
  const scheduler = createScheduler(shared);
  const server = await createServer(shared, () => phase, api?.surfaces ?? null);

  const closeServer = createCloseServer(server, clock);
  let started: Promise<void> | undefined;

  async function begin(): Promise<void> {
    if (leaseMs !== null)
      heartbeat = repeatEvery({
        ms: leaseMs / HEARTBEATS_PER_LEASE,
        task: 'send heartbeat',
        work: sendHeartbeat,
        clock,
        log,
      });
    else await deletions.makeAllDue();
    if (worker) await worker.recover();
    await scheduler.start();
    if (isDraining()) return;
    queues.start();
    tasks.start();
    phase = 'working';
  }

  return {
    server,
    async start() {
      started = begin();
      await started;
    },
    async drain() {
      phase = 'draining';
      api?.watcher.release();
      await started;
      const tasksEnded = Promise.all([tasks.stop(), scheduler.stop()]);
      await queues.drain(); // a call that ends may still add images to save
      await worker?.answers.drain();
      await worker?.saver.drain();
      await tasksEnded;
      await heartbeat?.stop(); // not earlier: the lease protects the running calls
      await deregister();
    },
    async close() {
      stopping.abort();
      worker?.running.stop();
      await closeServer();
      await deployment.close();
    },
  };
}
