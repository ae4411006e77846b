import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedServer, embedPostgres } from './embed-postgres.ts';

/** A PostgreSQL for tests. */
export interface PostgresServer {
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends for good, and leaves nothing behind. */
  close(): Promise<void>;
}

/** One whose outages a test makes. */
export type OwnPostgresServer = PostgresServer & EmbeddedServer;

/** The server at TEST_DATABASE_URL, or the one that all files of this test run share, or one of our own. */
export async function openPostgresServer(): Promise<PostgresServer> {
  const url = process.env.TEST_DATABASE_URL || (await askForSharedServer());
  return url ? useServer(url) : startPostgresServer();
}

/** Its URL, from vitest's main process (test-kit/run-server.ts); undefined outside vitest. */
async function askForSharedServer(): Promise<string | undefined> {
  const { TEST_RUN_SERVER } = process.env;
  if (!TEST_RUN_SERVER) return undefined;
  const answer = await fetch(TEST_RUN_SERVER);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** Whole clusters may share one server, each process with 14 connections. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=500'];

/** PostgreSQL on loopback for as long as the test lasts: what it holds outlives its own crash, and not the machine's. */
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
