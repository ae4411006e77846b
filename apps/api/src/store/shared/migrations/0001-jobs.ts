import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Tables } from '../schema.ts';

export type Dialect = 'sqlite' | 'postgres';

/** The two databases declare an auto-increment key differently. */
const AUTO_INCREMENT: Record<Dialect, (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder> = {
  sqlite: (column) => column.primaryKey().autoIncrement(),
  postgres: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
};

export function jobs(dialect: Dialect): Migration {
  return { up: (db: Kysely<Tables>) => up(db, dialect) };
}

async function up(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('job_id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('star_id', 'text')
    .addColumn('request', 'text', (c) => c.notNull())
    .addColumn('upload_id', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('stage', 'text')
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addColumn('completed_at', 'bigint')
    .addColumn('progress_from', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('call_started_at', 'bigint')
    .addColumn('call_expected_ms', 'bigint')
    .addColumn('repeat_at', 'bigint')
    .addColumn('error_code', 'text')
    .addColumn('charged', 'text')
    .addColumn('assets', 'text')
    .addColumn('failed_count', 'integer')
    .execute();
  await db.schema.createIndex('jobs_by_user').on('jobs').columns(['user_id', 'created_at', 'job_id']).execute();
  await db.schema
    .createIndex('jobs_by_upload')
    .on('jobs')
    .column('upload_id')
    .where('upload_id', 'is not', null)
    .execute();
  await db.schema
    .createIndex('jobs_ended')
    .on('jobs')
    .column('completed_at')
    .where('completed_at', 'is not', null)
    .execute();
  // Partial indexes keep the cost of choosing the next job independent of how many jobs have ended.
  await db.schema
    .createIndex('jobs_waiting')
    .on('jobs')
    .columns(['user_id', 'created_at', 'job_id'])
    .where(sql.ref('status'), '=', sql.lit('PENDING'))
    .execute();
  await db.schema
    .createIndex('jobs_processing')
    .on('jobs')
    .columns(['user_id', 'repeat_at'])
    .where(sql.ref('status'), '=', sql.lit('PROCESSING'))
    .execute();

  await db.schema
    .createTable('attempts')
    .addColumn('attempt_id', 'text', (c) => c.primaryKey())
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('outcome', 'text')
    .addColumn('trace_id', 'text')
    .addColumn('response_id', 'text')
    .addColumn('failure_kind', 'text')
    .addColumn('failure_code', 'integer')
    .addColumn('failure_message', 'text')
    .execute();
  await db.schema.createIndex('attempts_by_job').on('attempts').column('job_id').execute();
  await db.schema.createIndex('attempts_by_start').on('attempts').column('started_at').execute();
  await db.schema
    .createIndex('attempts_open')
    .on('attempts')
    .columns(['user_id', 'ended_at'])
    .where('ended_at', 'is', null)
    .execute();
  await db.schema.createIndex('attempts_by_kind').on('attempts').columns(['kind', 'outcome', 'started_at']).execute();

  await db.schema
    .createTable('pictures')
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('asset', 'text')
    .addColumn('failed', 'integer', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('pictures_key', ['job_id', 'position'])
    .execute();

  await db.schema
    .createTable('uploads')
    .addColumn('upload_id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull().unique())
    .addColumn('content_type', 'text', (c) => c.notNull())
    .addColumn('width', 'integer', (c) => c.notNull())
    .addColumn('height', 'integer', (c) => c.notNull())
    .addColumn('bytes', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('uploads_by_age').on('uploads').column('created_at').execute();

  await db.schema
    .createTable('idempotency_keys')
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('fingerprint', 'text', (c) => c.notNull())
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['user_id', 'key'])
    .execute();
  await db.schema.createIndex('idempotency_keys_by_age').on('idempotency_keys').column('created_at').execute();

  await db.schema
    .createTable('orders')
    .addColumn('order_id', dialect === 'sqlite' ? 'integer' : 'bigint', AUTO_INCREMENT[dialect])
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('ordered_at', 'bigint', (c) => c.notNull())
    .addColumn('images', 'integer', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('orders_by_user').on('orders').columns(['user_id', 'ordered_at']).execute();
  await db.schema.createIndex('orders_by_age').on('orders').column('ordered_at').execute();

  await db.schema
    .createTable('turns')
    .addColumn('user_id', 'text', (c) => c.primaryKey())
    .addColumn('turn', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('turns_in_order').on('turns').column('turn').execute();

  await db.schema
    .createTable('secrets')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
}
