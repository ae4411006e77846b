import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { findFreePort } from '@darkroom/api/free-port';
import { startSimulator } from '@darkroom/api/simulator';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { keepRunning } from './cluster/keep-running.ts';
import { buildClient, readSettings, welcome } from './launcher.ts';

/**
 * `npm run cluster` runs on loopback what deploy/compose.yaml describes: PostgreSQL, an S3 store, two api and two
 * worker processes, with nginx in front. Its data stays in DATA_DIR/cluster. Ctrl+C drains everything, workers first.
 */

const config = readSettings();
buildClient();

const dir = path.join(config.DATA_DIR, 'cluster');
mkdirSync(dir, { recursive: true });
const hasProxy = findTool('nginx') !== undefined;
const port = config.PORT === 0 ? await findFreePort('127.0.0.1') : config.PORT;
const ports = [hasProxy ? await findFreePort('127.0.0.1') : port, await findFreePort('127.0.0.1')];
const url = `http://localhost:${port}`;

const infrastructure = fork(
  'scripts/cluster/infrastructure.ts',
  ['--dir', dir, '--port', `${port}`, ...ports.map(String)],
  {
    detached: true,
  },
);
const gone = once(infrastructure, 'exit');
await Promise.race([
  once(infrastructure, 'message'),
  gone.then(() => Promise.reject(new Error('PostgreSQL, the S3 store or nginx did not start'))),
]);
const simulatorUrl = config.minimax ? null : await startSimulator(dir);

const settings: NodeJS.ProcessEnv = {
  ...process.env,
  ...parseEnv(readFileSync(path.join(dir, 'infrastructure.env'), 'utf8')),
  DATA_DIR: dir,
  PUBLIC_URL: url,
  TRUST_PROXY: 'loopback',
  ...(config.jwtKey.kind === 'secret' && { JWT_SECRET: config.jwtKey.secret }),
  ...(simulatorUrl && {
    MINIMAX_API_KEY: 'simulator',
    MINIMAX_BASE_URL: simulatorUrl,
    MINIMAX_RPM: `${config.MINIMAX_RPM}`,
  }),
};
const workers = [1, 2].map((number) => keepRunning(`worker-${number}`, { ...settings, ROLE: 'worker', PORT: '0' }));
const apis = ports.map((apiPort, index) =>
  keepRunning(`api-${index + 1}`, { ...settings, ROLE: 'api', PORT: `${apiPort}` }),
);

/** A terminal's Ctrl+C reaches this process twice within this time: directly, and forwarded by npm. */
const ONE_SIGNAL_MS = 1_000;
let firstSignalAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
await Promise.all([...workers, ...apis].map((kept) => kept.listening));
if (!hasProxy)
  console.log('There is no nginx here (apt-get install -y nginx-light): the first api process is in front.');
if (firstSignalAt === undefined) welcome(url, config, { isProxied: hasProxy });

function onSignal(): void {
  if (firstSignalAt === undefined) {
    firstSignalAt = performance.now();
    return void drain();
  }
  if (performance.now() - firstSignalAt < ONE_SIGNAL_MS) return;
  for (const kept of [...workers, ...apis]) kept.kill(); // a second request means: do not wait
}

/** Drains in the order of dependency: workers, API processes, then the services below them. */
async function drain(): Promise<void> {
  await Promise.all(workers.map((worker) => worker.end()));
  await Promise.all(apis.map((api) => api.end()));
  if (infrastructure.connected) infrastructure.disconnect();
  await gone;
  console.log('All of it has ended.');
  process.exit(); // ends the simulator too
}
