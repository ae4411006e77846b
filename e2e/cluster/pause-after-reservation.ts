import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@darkroom/test-kit/api/cluster';
import type { ServiceProcess } from '@darkroom/test-kit/api/service-process';

const WAITING = `SELECT application_name FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1 AND application_name LIKE $2`;

/**
 * Pauses the worker that takes this job at the worst moment: its reservation is committed, and it is checking whether
 * the job is still wanted. Locks held by other connections keep it there until it is paused.
 */
export async function pauseAfterReservation(
  cluster: Cluster,
  createJob: () => Promise<unknown>,
): Promise<ServiceProcess> {
  const reservations = await cluster.connect();
  const reads = await cluster.connect();

  async function whoWaits(statement: string, name = '%'): Promise<string> {
    for (;;) {
      const [waiting] = await cluster.ask(WAITING, [statement, name]);
      if (waiting) return String(waiting.application_name);
      await sleep(10);
    }
  }

  try {
    await reservations.query('BEGIN; LOCK TABLE attempts IN SHARE MODE'); // reads continue, reservations wait
    await createJob();
    const name = await whoWaits('insert into "attempts"%');
    const locked = reads.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE'); // after the reservation commits
    await whoWaits('%LOCK TABLE jobs%');
    await reservations.query('COMMIT');
    await locked;
    await whoWaits('select * from "jobs" where "job_id" = $1', name);
    const worker = cluster.worker(Number(name.replace('worker-', '')));
    worker.pause();
    return worker;
  } finally {
    await reads.end();
    await reservations.end();
  }
}
