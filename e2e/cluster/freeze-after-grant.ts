import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../harness/cluster.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

const WAITING = `SELECT application_name FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1 AND application_name LIKE $2`;

/**
 * Has the worker that takes this order stand still at the worst moment: its call is granted and on record, and it has just
 * asked whether the job still wants it. Locks of somebody else's hold it there until it is stopped.
 */
export async function freezeAfterGrant(cluster: Cluster, placeOrder: () => Promise<unknown>): Promise<ServiceProcess> {
  const grants = await cluster.connect();
  const looks = await cluster.connect();

  async function whoWaits(statement: string, name = '%'): Promise<string> {
    for (;;) {
      const [waiting] = await cluster.ask(WAITING, [statement, name]);
      if (waiting) return String(waiting.application_name);
      await sleep(10);
    }
  }

  try {
    await grants.query('BEGIN; LOCK TABLE attempts IN SHARE MODE'); // all may read, and a grant waits
    await placeOrder();
    const name = await whoWaits('insert into "attempts"%');
    const locked = looks.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE'); // once the grant is committed
    await whoWaits('%LOCK TABLE jobs%');
    await grants.query('COMMIT');
    await locked;
    await whoWaits('select * from "jobs" where "job_id" = $1', name);
    const worker = cluster.worker(Number(name.replace('worker-', '')));
    worker.pause();
    return worker;
  } finally {
    await looks.end();
    await grants.end();
  }
}
