import type Sqlite from 'better-sqlite3';
import { type DatabaseConnection, type Driver, SqliteDialect, SqliteDriver } from 'kysely';
import { cacheStatements } from './cache-statements.ts';

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

  override createDriver(): Driver {
    return new TolerantSqliteDriver(this.#database);
  }
}

class TolerantSqliteDriver extends SqliteDriver {
  readonly #database: Sqlite.Database;

  constructor(database: Sqlite.Database) {
    super({ database: cacheStatements(database) });
    this.#database = database;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}
