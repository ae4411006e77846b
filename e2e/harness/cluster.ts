import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type OwnPostgresServer, startPostgresServer } from '../../apps/api/test/postgres/postgres-server.ts';
import type { Settings } from './api-environment.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';

export interface Cluster {
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
}

/** PostgreSQL, and processes of the real API over it, all started at the same moment on an empty database. */
export async function startCluster({ provider, apis, workers, settings = {} }: Options): Promise<Cluster> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-cluster-'));
  const postgres = await startPostgresServer();
  const databaseUrl = await postgres.createDatabase();

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
    postgres,
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
      await postgres.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
