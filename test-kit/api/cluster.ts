import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type OwnPostgresServer, openPostgresServer, startPostgresServer } from '../infrastructure/postgres-server.ts';
import type { Settings } from './api-environment.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';

export interface Cluster {
  /** Of a cluster with its own PostgreSQL; rejects where other tests share the server. */
  postgres: Pick<OwnPostgresServer, 'stop' | 'start'>;
  /** One file folder for all processes, as on a shared disk. */
  dataDir: string;
  apis: ServiceProcess[];
  workers: ServiceProcess[];
  /** Returns a process by its number; numbers past the last wrap around to the first. */
  api(number: number): ServiceProcess;
  worker(number: number): ServiceProcess;
  /** Runs a statement on a separate connection, independent of the cluster's processes. */
  ask(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Opens a connection that the caller must end. */
  connect(): Promise<pg.Client>;
  /** Kills every process at once and removes all files. */
  stop(): Promise<void>;
}

interface Options {
  provider: { url: string };
  apis: number;
  workers: number;
  settings?: Settings;
  /**
   * Needed by tests that stop PostgreSQL. By default the cluster has its own database on the server that all tests
   * share.
   */
  ownPostgres?: boolean;
}

/** Starts PostgreSQL and processes of the real API over it, all at the same moment on an empty database. */
export async function startCluster(options: Options): Promise<Cluster> {
  const { provider, apis, workers, settings = {}, ownPostgres = false } = options;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-cluster-'));
  const own = ownPostgres ? await startPostgresServer() : null;
  const server = own ?? (await openPostgresServer());
  const databaseUrl = await server.createDatabase();

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(databaseUrl);
    client.on('error', () => {}); // a lost connection shows in its queries
    await client.connect();
    return client;
  }

  const create = (role: 'api' | 'worker', index: number) =>
    createServiceProcess({
      provider,
      dataDir,
      settings: { ...settings, ROLE: role, DATABASE_URL: `${databaseUrl}?application_name=${role}-${index}` },
    });
  const createAll = (role: 'api' | 'worker', count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => create(role, index)));

  const services = { api: await createAll('api', apis), worker: await createAll('worker', workers) };
  const processes = [...services.api, ...services.worker];
  function pick(role: 'api' | 'worker', number: number): ServiceProcess {
    const service = services[role][number % services[role].length];
    if (!service) throw new Error(`There is no ${role} ${number}`);
    return service;
  }

  await Promise.all(processes.map((service) => service.start()));
  return {
    postgres: own ?? { stop: refuseShared, start: refuseShared },
    dataDir,
    apis: services.api,
    workers: services.worker,
    api: (number) => pick('api', number),
    worker: (number) => pick('worker', number),
    connect,
    async ask(statement, values = []) {
      const client = await connect();
      return client
        .query<Record<string, unknown>>(statement, values)
        .then((result) => result.rows)
        .finally(() => client.end());
    },
    async stop() {
      await Promise.all(processes.map((service) => service.kill()));
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function refuseShared(): Promise<never> {
  throw new Error('Other tests use this PostgreSQL: start the cluster with ownPostgres');
}
