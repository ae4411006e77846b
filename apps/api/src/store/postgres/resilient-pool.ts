import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isConnectionBroken } from './postgres-errors.ts';

/**
 * pg's pool, except that a connection which has shown itself to be of no more use is not handed out again, and that what
 * ended a transaction is heard of, instead of how its rollback failed on the same connection.
 */
export function createResilientPool(config: pg.PoolConfig, onLost: (error: unknown) => void): PostgresPool {
  const pool = new pg.Pool(config);
  pool.on('error', onLost); // unheard, the loss of an idle connection would end the process
  pool.on('connect', (client) => client.on('error', () => {})); // of one in use, its query tells
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => wrapClient(await pool.connect()),
  };
}

function wrapClient(client: pg.PoolClient): PostgresPoolClient {
  let spent = false;
  async function query(text: string, parameters: readonly unknown[]): Promise<unknown> {
    if (spent && text === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      spent ||= isConnectionBroken(error);
      throw error;
    }
  }
  return {
    query: query as PostgresPoolClient['query'], // nothing here asks by a cursor
    release: (destroy) => client.release(spent || destroy),
  };
}
