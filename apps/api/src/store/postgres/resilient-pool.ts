import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isConnectionBroken } from './postgres-errors.ts';

/**
 * pg's pool, with two differences: a connection that has proved broken is not handed out again, and the error that
 * ended a transaction is reported instead of the failure of its rollback on the same connection.
 */
export function createResilientPool(config: pg.PoolConfig, onLost: (error: unknown) => void): PostgresPool {
  const pool = new pg.Pool(config);
  pool.on('error', onLost); // without a listener, losing an idle connection would end the process
  pool.on('connect', (client) => client.on('error', () => {})); // in use, its query rejects
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
    query: query as PostgresPoolClient['query'], // no caller uses a cursor
    release: (destroy) => client.release(spent || destroy),
  };
}
