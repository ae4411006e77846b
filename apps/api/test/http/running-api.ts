import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { copyMigratedDatabase } from '@darkroom/test-kit/api/migrated-sqlite';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type App, compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { SECRET } from './tokens.ts';

export const PUBLIC_URL = 'https://darkroom.example';
export const API_KEY = 'sk-the-operators-own-key';

export interface Api {
  app: App;
  server: FastifyInstance;
  simulator: Simulator;
  dataDir: string;
  /** Every log line, without the logger's redaction: secrets must not be logged in the first place. */
  logLines: string[];
  logged(): { level: number; msg: string; err?: { message: string } }[];
  close(): Promise<void>;
}

/** Starts the API for one test. */
export async function openApi(env?: Record<string, string>): Promise<Api> {
  const api = await startApi(env);
  onTestFinished(api.close);
  return api;
}

/** Starts one API for all tests of a file, which must leave it unchanged. */
export function shareApi(env?: Record<string, string>): () => Api {
  let api: Api;
  beforeAll(async () => {
    api = await startApi(env);
  });
  afterAll(() => api.close());
  return () => api;
}

/** The whole API over a real SQLite and the simulator, as `compose` builds it. Jobs wait until `app.start()`. */
async function startApi(env: Record<string, string> = {}): Promise<Api> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-api-'));
  await copyMigratedDatabase(dataDir);
  const simulator = await startSimulator({ images: 'plain', apiKey: API_KEY });
  const logLines: string[] = [];
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logLines.push(...chunk.toString().trimEnd().split('\n'));
      done();
    },
  });
  const app = await compose({
    config: readConfig({ DATA_DIR: dataDir, JWT_SECRET: SECRET, ...env }),
    minimax: { apiKey: API_KEY, baseUrl: simulator.url },
    publicUrl: PUBLIC_URL,
    clock: systemClock,
    log: pino({ level: 'trace' }, lines),
  });
  return {
    app,
    server: app.server,
    simulator,
    dataDir,
    logLines,
    logged: () => logLines.map((line) => JSON.parse(line)),
    async close() {
      simulator.release();
      await app.drain();
      await app.close();
      await simulator.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
