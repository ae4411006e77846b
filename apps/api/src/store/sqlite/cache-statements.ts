import type Sqlite from 'better-sqlite3';
import type { SqliteDatabase } from 'kysely';

/** More than the texts in steady use. Texts with lists of values differ by their lengths. */
const STATEMENTS_MAX = 200;

/**
 * Prepares each text once: preparing takes longer than running most statements, and better-sqlite3 compiles a function
 * for the rows of each new one. A statement must not be run while it is iterated.
 */
export function cacheStatements(database: Sqlite.Database): SqliteDatabase {
  const statements = new Map<string, Sqlite.Statement<unknown[]>>();

  function prepare(sql: string): Sqlite.Statement<unknown[]> {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare<unknown[]>(sql);
    const [oldest] = statements.keys();
    if (oldest !== undefined && statements.size >= STATEMENTS_MAX) statements.delete(oldest);
    statements.set(sql, statement);
    return statement;
  }

  return {
    close: () => void database.close(),
    prepare,
  };
}
