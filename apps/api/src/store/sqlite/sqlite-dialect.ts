import type Sqlite from 'better-sqlite3';
import { type DatabaseConnection, type Driver, SqliteDialect, SqliteDriver } from 'kysely';

/**
 * kysely's own dialect, except that a transaction which SQLite has rolled back by itself, as it does on a full disk, is not
 * rolled back again: that would fail, and hide why (https://sqlite.org/lang_transaction.html, section 3).
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
    super({ database });
    this.#database = database;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}
