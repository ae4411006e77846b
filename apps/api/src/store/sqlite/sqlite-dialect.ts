import type Sqlite from 'better-sqlite3';
import { type DatabaseConnection, type Driver, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import { cacheStatements } from './cache-statements.ts';
import { createConnectionLock } from './connection-lock.ts';

/**
 * kysely's dialect, except that a transaction which SQLite has already rolled back by itself, for example on a full
 * disk, is not rolled back again: the second rollback would fail and hide the cause
 * (https://sqlite.org/lang_transaction.html, section 3).
 */
export class TolerantSqliteDialect extends SqliteDialect {
  readonly #database: Sqlite.Database;

  constructor(database: Sqlite.Database) {
    super({ database });
    this.#database = database;
  }

  override createAdapter(): SqliteAdapter {
    return new LockedByDriverAdapter();
  }

  override createDriver(): Driver {
    return new TolerantSqliteDriver(this.#database);
  }
}

/** The driver has one connection, and its own lock on it. */
class LockedByDriverAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class TolerantSqliteDriver extends SqliteDriver {
  readonly #database: Sqlite.Database;
  readonly #lock = createConnectionLock();

  constructor(database: Sqlite.Database) {
    super({ database: cacheStatements(database) });
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#lock.acquire();
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    this.#lock.release();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}
