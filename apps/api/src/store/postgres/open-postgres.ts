import { Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import { createAdmissionQueue } from '../shared/admission-queue.ts';
import type { Database, Part, Work } from '../shared/database.ts';
import { migrate } from '../shared/migrate.ts';
import { createMigrations } from '../shared/migrations/migrations.ts';
import type { Tables } from '../shared/schema.ts';
import { CHANNEL, followNotifications } from './job-notifications.ts';
import { isLockTimeout, isPostgresUnavailable, isTransient } from './postgres-errors.ts';
import { createResilientPool } from './resilient-pool.ts';

/**
 * Connections of one process, beside the one that listens. Statements are short: a few carry thousands of jobs. Orders have
 * their own, so that those who wait to be taken in, one after the other over all processes, keep nobody else waiting.
 */
const CONNECTIONS = 6;
const ADMISSION_CONNECTIONS = 2;
/** How long an order waits for its turn in this process. A client or a proxy in front gives up after 30 s or more. */
const ADMISSION_WITHIN_MS = 15_000;
/** What is kept of an order that waits is some kilobytes. */
const WAITING_FOR_ADMISSION = 2_000;
const CONNECT_WITHIN_MS = 5_000;
/**
 * A process that stands still inside a transaction keeps its locks no longer than this; whoever waits for one of them waits
 * longer than that, and gives up before the statement does, and that before nobody can tell whether it still runs.
 */
const STALLED_TRANSACTION_MS = 5_000;
const LOCK_WITHIN_MS = 8_000;
const STATEMENT_WITHIN_MS = 10_000;
const ANSWER_WITHIN_MS = 12_000;

/** Advisory locks are told apart by two numbers: the first says that it is one of ours. */
const OUR_LOCKS = 0x6461726b;
const LOCKS: Record<Part, number> = { admission: 1, rateLimit: 2, adoption: 3, deletion: 4 };

const INT8 = 20;
/** Every count and time fits a number, so that a row says the same as with SQLite. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

/**
 * The PostgreSQL that the processes of a deployment share, brought up to date by whichever of them comes first, with its
 * clock. `onLost` hears of connections that were lost, which are made anew without a hand. Rejects with StoreOpenError when
 * the database cannot be reached, or is one of a newer version.
 */
export async function openPostgres(
  databaseUrl: string,
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
  const notifications = await followNotifications(config, onLost);
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
    places: ADMISSION_CONNECTIONS,
    waitWithinMs: admissionWithinMs,
    waitingLimit: WAITING_FOR_ADMISSION,
    isBusy: isLockTimeout,
    failsAll: (error) => isPostgresUnavailable(error) && !isTransient(error),
  });
  const alone = <T>(pool: Kysely<Tables>, part: Part, work: Work<T>) =>
    transact(pool, async (trx, announce) => {
      await sql`SELECT pg_advisory_xact_lock(${OUR_LOCKS}::int, ${LOCKS[part]}::int)`.execute(trx);
      return work(trx, announce);
    });

  return {
    db,
    now: async (from) => onlyRow(await NOW.execute(from)).now,
    transact: (work) => transact(db, work),
    transactExclusive: (part, work) =>
      part === 'admission' ? admissionQueue.run(() => alone(admissions, part, work)) : alone(db, part, work),
    hasConcurrentWriters: true,
    onChange: notifications.onChange,
    async close() {
      await notifications.close();
      await admissions.destroy();
      await db.destroy();
    },
  };
}

/** Read committed: what follows a lock sees everything that was committed before it was given. */
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

/** On a connection without the bounds of the others: a step may take its time, and who waits for it waits as long. */
async function bringUpToDate(config: pg.ClientConfig, onLost: (error: unknown) => void): Promise<void> {
  const db = connect({ ...config, max: 1 }, onLost);
  try {
    await migrate(db, createMigrations('postgres'), `DATABASE_URL (${nameOf(config.connectionString ?? '')})`);
  } finally {
    await db.destroy();
  }
}

/** Which database it is, without the password. */
function nameOf(databaseUrl: string): string {
  const url = URL.parse(databaseUrl);
  return url ? `${url.host}${url.pathname}` : 'no URL';
}
