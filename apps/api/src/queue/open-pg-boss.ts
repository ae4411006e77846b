import { type ConstructorOptions, type Db, PgBoss } from 'pg-boss';

/** How often pg-boss ends the jobs of dead processes and updates its statistics. */
const SUPERVISE_S = 60;
/** How often ended jobs that are past their retention are deleted. */
const MAINTENANCE_S = 10 * 60;
/** How often a process looks for scheduled runs that are due, and for those of them to hand out. The longest allowed. */
const SCHEDULE_S = 45;
/** Dependencies between pg-boss jobs are not used: resolve them as rarely as possible. */
const FLOW_S = 24 * 60 * 60;

/**
 * Starts pg-boss, which delivers wake-ups to workers and keeps the schedule of a deployment. The first process installs
 * or migrates its schema. `onError` is called for every error outside a call. Stop it before its database is closed.
 */
export async function openPgBoss(
  database: Db,
  onError: (error: unknown) => void,
  { clock }: Pick<ConstructorOptions, 'clock'> = {},
): Promise<PgBoss> {
  const boss = new PgBoss({
    db: database,
    ...(clock && { clock }),
    useListenNotify: true,
    superviseIntervalSeconds: SUPERVISE_S,
    monitorIntervalSeconds: SUPERVISE_S,
    maintenanceIntervalSeconds: MAINTENANCE_S,
    cronMonitorIntervalSeconds: SCHEDULE_S,
    cronWorkerIntervalSeconds: SCHEDULE_S,
    flowIntervalSeconds: FLOW_S,
  });
  boss.on('error', onError);
  return boss.start();
}
