import { compose } from './compose.ts';
import { loadConfig } from './config.ts';
import { findFreePort } from './free-port.ts';
import { configureSharp } from './pictures/open-picture.ts';
import { startSimulator } from './simulator.ts';
import { describeStartFailure } from './start-failure.ts';
import { lockDataDir } from './store/lock-data-dir.ts';
import { createLogger } from './telemetry/logger.ts';

/** Connections that wait to be accepted: phones that come back together. The system may allow less. */
const BACKLOG = 4_096;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config.LOG_LEVEL);
  configureSharp();
  const isAlone = config.DATABASE_URL === undefined;
  const lock = isAlone ? lockDataDir(config.DATA_DIR) : null; // before the simulator writes there
  const simulator = config.minimax ? null : await startSimulator(config.DATA_DIR);
  const minimax = config.minimax ?? { apiKey: 'simulator', baseUrl: simulator?.url ?? '' };
  const port = config.PORT === 0 ? await findFreePort(config.HOST) : config.PORT;
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${port}`;
  const app = await compose({ config, minimax, publicUrl, log });
  await app.start();
  await app.server.listen({ host: config.HOST, port, backlog: BACKLOG });
  log.info({ host: config.HOST, port, url: publicUrl, provider: minimax.baseUrl }, 'listening');

  let draining = false;
  async function drain(reason: string): Promise<void> {
    if (draining) return;
    draining = true;
    log.info({ reason }, 'draining');
    const grace = setTimeout(() => {
      log.error(
        { grace_ms: config.SHUTDOWN_GRACE_MS },
        'the grace has passed; what still runs is left to the next start',
      );
      process.exit(1);
    }, config.SHUTDOWN_GRACE_MS);
    await app.drain();
    await app.close();
    simulator?.stop();
    lock?.release();
    clearTimeout(grace);
    log.info('stopped');
    if (process.connected) process.disconnect(); // the channel would keep this process
  }
  let signals = 0;
  function onSignal(signal: NodeJS.Signals): void {
    signals++;
    if (signals > 1) process.exit(1); // a second signal ends it at once
    void drain(signal);
  }
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // Whoever started this as a child has ended, or has no more use for it.
  process.on('disconnect', () => void drain('disconnect'));
}

try {
  await main();
} catch (error) {
  console.error(describeStartFailure(error) ?? error);
  process.exit(1);
}
