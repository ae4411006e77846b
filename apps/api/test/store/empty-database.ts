import pg from 'pg';

/** Empties a used database. Faster than creating a new database for each of a hundred tests. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%'`,
    );
    for (const { name } of rows) await client.query(`DELETE FROM ${name}`);
  } finally {
    await client.end();
  }
}
