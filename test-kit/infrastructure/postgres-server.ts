import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedServer, embedPostgres } from './embed-postgres.ts';

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** Returns the URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends the server for good and removes its files. */
  close(): Promise<void>;
}

/** A server that the test can stop and start. */
export type OwnPostgresServer = PostgresServer & EmbeddedServer;

/**
 * Returns the server at TEST_DATABASE_URL, else the one shared by all files of this test run, else a server of its own.
 */
export async function openPostgresServer(): Promise<PostgresServer> {
  const url = process.env.TEST_DATABASE_URL || (await askForSharedServer());
  return url ? useServer(url) : startPostgresServer();
}

/** Asks vitest's main process (test-kit/run-server.ts) for the URL; undefined outside vitest. */
async function askForSharedServer(): Promise<string | undefined> {
  const { TEST_RUN_SERVER } = process.env;
  if (!TEST_RUN_SERVER) return undefined;
  const answer = await fetch(TEST_RUN_SERVER);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** Whole clusters may share one server, with 14 connections per process. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=500'];

/**
 * Starts PostgreSQL on loopback until the test ends. Its data survives a crash of the server, but not of the machine.
 */
export async function startPostgresServer(): Promise<OwnPostgresServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-postgres-'));
  const { url, stop, start } = await embedPostgres({ folder, settings: SETTINGS });
  return {
    url,
    createDatabase: useServer(url).createDatabase,
    stop,
    start,
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function useServer(url: string): PostgresServer {
  const created: string[] = [];

  async function ask(statement: string): Promise<void> {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }

  return {
    async createDatabase() {
      const name = `darkroom_test_${randomBytes(6).toString('hex')}`;
      await ask(`CREATE DATABASE ${name}`);
      created.push(name);
      const address = new URL(url);
      address.pathname = name;
      return address.href;
    },
    async close() {
      for (const name of created.splice(0)) await ask(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
