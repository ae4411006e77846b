import { Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import type { Clock } from '../../clock.ts';
import { createAdmissionQueue } from '../shared/admission-queue.ts';
import type { Database, MutexName, Work } from '../shared/database.ts';
import { createGroupCommit } from '../shared/group-commit.ts';
import { migrate } from '../shared/migrate.ts';
import { createMigrations } from '../shared/migrations/migrations.ts';
import type { Tables } from '../shared/schema.ts';
import { CHANNEL, followNotifications } from './job-notifications.ts';
import { isLockTimeout, isPostgresUnavailable, isTransient } from './postgres-errors.ts';
import { createResilientPool } from './resilient-pool.ts';

/**
 * Connections of one process, in addition to the one that listens. Statements are short: a few connections carry
 * thousands of jobs. Admission has a connection of its own: it runs one transaction at a time over all processes, and
 * requests that wait for it must not hold up other work.
 */
const CONNECTIONS = 6;
const ADMISSION_CONNECTIONS = 1;
/** Requests that are admitted by the running transaction and by the next one, which waits for it. */
const ADMISSIONS_AT_ONCE = 32;
/** How long a request waits for admission in this process. A client or a proxy in front gives up after 30 s or more. */
const ADMISSION_WITHIN_MS = 15_000;
/** Requests that may wait for admission. Each one takes a few kilobytes of memory. */
const WAITING_FOR_ADMISSION = 2_000;
const CONNECT_WITHIN_MS = 5_000;
/**
 * Timeouts in ascending order. A process that stalls inside a transaction holds its locks for at most
 * STALLED_TRANSACTION_MS. A transaction that waits for such a lock waits longer (LOCK_WITHIN_MS), but gives up before
 * its statement times out (STATEMENT_WITHIN_MS), and the statement times out before the client stops waiting
 * (ANSWER_WITHIN_MS), when it would be unknown whether the statement still runs.
 */
const STALLED_TRANSACTION_MS = 5_000;
const LOCK_WITHIN_MS = 8_000;
const STATEMENT_WITHIN_MS = 10_000;
const ANSWER_WITHIN_MS = 12_000;

/** Advisory locks are identified by two numbers; the first one marks a lock of Darkroom. */
const OUR_LOCKS = 0x6461726b;
const LOCKS: Record<MutexName, number> = { admission: 1, rateLimit: 2, adoption: 3, deletion: 4 };

const INT8 = 20;
/** Parses int8 as a number, so that a row reads the same as with SQLite. Every count and time fits into a number. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

/**
 * Opens the PostgreSQL database that the processes of a deployment share, with its clock. The first process to start
 * migrates it. `onLost` is called for every lost connection; connections are re-established automatically. Rejects with
 * StoreOpenError when the database cannot be reached, or was written by a newer version.
 */
export async function openPostgres(
  databaseUrl: string,
  clock: Clock,
  onLost: (error: unknown) => void = () => {},
  { admissionWithinMs = ADMISSION_WITHIN_MS, lockWithinMs = LOCK_WITHIN_MS } = {},
): Promise<Database> {
  const config: pg.ClientConfig = {
    connectionString: databaseUrl,
    application_name: 'darkroom',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    types: TYPES,
  };
  await bringUpToDate(config, onLost);
  const notifications = await followNotifications(config, clock, onLost);
  const bounded: pg.ClientConfig = {
    ...config,
    idle_in_transaction_session_timeout: STALLED_TRANSACTION_MS,
    lock_timeout: lockWithinMs,
    statement_timeout: STATEMENT_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
  };
  const db = connect({ ...bounded, max: CONNECTIONS }, onLost);
  const admissions = connect({ ...bounded, max: ADMISSION_CONNECTIONS }, onLost);
  const admissionQueue = createAdmissionQueue({
    slots: ADMISSIONS_AT_ONCE,
    waitWithinMs: admissionWithinMs,
    waitingLimit: WAITING_FOR_ADMISSION,
    isBusy: isLockTimeout,
    clock,
    failsAll: (error) => isPostgresUnavailable(error) && !isTransient(error),
  });
  const alone = <T>(pool: Kysely<Tables>, part: MutexName, work: Work<T>) =>
    transact(pool, async (trx, announce) => {
      await sql`SELECT pg_advisory_xact_lock(${OUR_LOCKS}::int, ${LOCKS[part]}::int)`.execute(trx);
      return work(trx, announce);
    });
  const admit = createGroupCommit((work) => alone(admissions, 'admission', work));

  return {
    db,
    now: async (from) => onlyRow(await NOW.execute(from)).now,
    transact: (work) => transact(db, work),
    transactExclusive: (part, work) =>
      part === 'admission' ? admissionQueue.run(() => admit(work)) : alone(db, part, work),
    hasConcurrentWriters: true,
    onChange: notifications.onChange,
    async close() {
      await notifications.close();
      await admissions.destroy();
      await db.destroy();
    },
  };
}

/** Read committed: a statement after a lock sees everything that was committed before the lock was granted. */
async function transact<T>(db: Kysely<Tables>, work: Work<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute((trx) =>
      work(trx, async (jobId) => void (await sql`SELECT pg_notify(${CHANNEL}, ${jobId})`.execute(trx))),
    );
}

const NOW: RawBuilder<{ now: number }> = sql`SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`;

function onlyRow<Row>({ rows: [row] }: { rows: Row[] }): Row {
  if (row === undefined) throw new Error('The database answered without a row');
  return row;
}

function connect(config: pg.PoolConfig, onLost: (error: unknown) => void): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createResilientPool(config, onLost) }) });
}

/**
 * Uses a connection without the timeouts of the others: a migration may take long, and processes wait for it as long.
 */
async function bringUpToDate(config: pg.ClientConfig, onLost: (error: unknown) => void): Promise<void> {
  const db = connect({ ...config, max: 1 }, onLost);
  try {
    await migrate(db, createMigrations('postgres'), `DATABASE_URL (${nameOf(config.connectionString ?? '')})`);
  } finally {
    await db.destroy();
  }
}

/** Host and name of the database, without the password. */
function nameOf(databaseUrl: string): string {
  const url = URL.parse(databaseUrl);
  return url ? `${url.host}${url.pathname}` : 'no URL';
}
