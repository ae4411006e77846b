import { randomUUID } from 'node:crypto';
import path from 'node:path';
import Sqlite from 'better-sqlite3';

type Row = Record<string, string | number | null>;

/** The rows that one create writes, by table. */
export type WrittenRows = Map<string, Row[]>;

/** Ids are new in each commit; the database gives the number of a usage event. */
const NEW_IDS = ['job_id', 'usage_id'];
const GIVEN_BY_DATABASE = ['order_id'];

/** The tables of a data folder with their rows, without those of migrations. */
export function readTables(dataDir: string): WrittenRows {
  const database = new Sqlite(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    const tables = database
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all()
      .filter((name) => !name.startsWith('sqlite_') && !name.startsWith('kysely_'));
    return new Map(tables.map((name) => [name, database.prepare<[], Row>(`SELECT * FROM "${name}"`).all()]));
  } finally {
    database.close();
  }
}

/** The rows that are new or have changed. */
export function rowsSince(before: WrittenRows, after: WrittenRows): WrittenRows {
  const written = [...after].map(([name, rows]): [string, Row[]] => {
    const known = new Set(before.get(name)?.map((row) => JSON.stringify(row)));
    return [name, rows.filter((row) => !known.has(JSON.stringify(row)))];
  });
  return new Map(written.filter(([, rows]) => rows.length > 0));
}

export interface RawCommits {
  /** Commits the rows this many times, one transaction after the other, each on disk before the next. */
  commit(times: number): void;
  close(): void;
}

/** A database with the same tables and indexes as that of the API, in another folder, without the API. */
export function openRawCommits(dataDir: string, apiDataDir: string, rows: WrittenRows): RawCommits {
  const database = new Sqlite(path.join(dataDir, 'raw.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const source = new Sqlite(path.join(apiDataDir, 'darkroom.sqlite'), { readonly: true });
  // Without triggers: what they write is among the rows.
  const schema = source
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC",
    )
    .pluck()
    .all();
  source.close();
  for (const statement of schema) database.exec(statement);

  const inserts = [...rows].flatMap(([table, written]) => written.map((row) => prepareInsert(database, table, row)));
  const commitOnce = database.transaction(() => {
    const id = randomUUID();
    for (const insert of inserts) insert(id);
  });
  return {
    commit(times) {
      for (let number = 0; number < times; number++) commitOnce();
    },
    close: () => void database.close(),
  };
}

function prepareInsert(database: Sqlite.Database, table: string, row: Row): (id: string) => void {
  const columns = Object.keys(row).filter((column) => !GIVEN_BY_DATABASE.includes(column));
  const statement = database.prepare(
    `INSERT OR REPLACE INTO "${table}" (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const isNew = columns.map((column) => NEW_IDS.includes(column) && row[column] !== null);
  const values = columns.map((column) => row[column]);
  return (id) => void statement.run(values.map((value, index) => (isNew[index] ? id : value)));
}
