import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import {
  type OwnPostgresServer,
  openPostgresServer,
  startPostgresServer,
} from '../../apps/api/test/postgres/postgres-server.ts';
import type { Settings } from './api-environment.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';

export interface Cluster {
  /** Of a cluster with a PostgreSQL of its own; rejects where other tests use it too. */
  postgres: Pick<OwnPostgresServer, 'stop' | 'start'>;
  /** One folder of pictures for all, as a shared disk. */
  dataDir: string;
  apis: ServiceProcess[];
  workers: ServiceProcess[];
  /** One of them, by its number; after the last comes the first. */
  api(number: number): ServiceProcess;
  worker(number: number): ServiceProcess;
  /** Asks the database as somebody else would, on a connection of its own. */
  ask(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** A connection that is the caller's to end. */
  connect(): Promise<pg.Client>;
  /** Ends all of it at once, and leaves nothing behind. */
  stop(): Promise<void>;
}

interface Options {
  provider: { url: string };
  apis: number;
  workers: number;
  settings?: Settings;
  /** For what stops PostgreSQL; by default it has a database of its own on the server that all tests share. */
  ownPostgres?: boolean;
}

/** PostgreSQL, and processes of the real API over it, all started at the same moment on an empty database. */
export async function startCluster(options: Options): Promise<Cluster> {
  const { provider, apis, workers, settings = {}, ownPostgres = false } = options;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-cluster-'));
  const own = ownPostgres ? await startPostgresServer() : null;
  const server = own ?? (await openPostgresServer());
  const databaseUrl = await server.createDatabase();

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(databaseUrl);
    client.on('error', () => {}); // a connection that is cut; its queries tell
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
