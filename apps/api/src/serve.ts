import { createStartDeadline } from '@darkroom/minimax-client';
import { systemClock } from './clock.ts';
import { compose } from './compose.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { findFreePort } from './free-port.ts';
import { configureSharp } from './images/open-image.ts';
import { startSimulator } from './simulator.ts';
import { lockDataDir } from './store/sqlite/lock-data-dir.ts';
import { createLogger } from './telemetry/logger.ts';

/**
 * Connections that may wait to be accepted, for many phones that reconnect at once. The operating system may allow
 * fewer.
 */
const BACKLOG = 4_096;

/** A service that is listening. */
export interface Service {
  /** Recovers what the last process left unfinished, then takes jobs. */
  begin(): Promise<void>;
  /**
   * Drains for at most SHUTDOWN_GRACE_MS, after which the process exits with code 1. May be called while `begin` runs.
   */
  end(reason: string): Promise<void>;
}

/**
 * Starts to listen and answers requests from then on. No provider call is made before `begin`: a start that cannot
 * listen must not have paid for a call. Rejects with `ConfigError` when a setting is invalid or the address cannot be
 * used.
 */
export async function serve(): Promise<Service> {
  const config = loadConfig();
  const log = createLogger(config.LOG_LEVEL);
  for (const warning of config.warnings) log.warn(warning, 'setting is probably a mistake');
  configureSharp();
  const isSingleProcess = config.DATABASE_URL === undefined;
  const lock = isSingleProcess ? lockDataDir(config.DATA_DIR) : null; // before the simulator writes to DATA_DIR
  const minimax = config.minimax ?? { apiKey: 'simulator', baseUrl: await startSimulator(config.DATA_DIR) };
  const port = config.PORT === 0 ? await mapListenError(findFreePort(config.HOST)) : config.PORT;
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${port}`;
  const app = await compose({ config, minimax, publicUrl, clock: systemClock, log });
  await mapListenError(app.server.listen({ host: config.HOST, port, backlog: BACKLOG }));

  return {
    async begin() {
      await app.start();
      log.info({ host: config.HOST, port, url: publicUrl, provider: minimax.baseUrl }, 'listening');
    },
    async end(reason) {
      log.info({ reason }, 'draining');
      const cancelTimer = createStartDeadline(systemClock)(config.SHUTDOWN_GRACE_MS, () => {
        log.error(
          { grace_ms: config.SHUTDOWN_GRACE_MS },
          'shutdown grace period exceeded; running work is left to the next start',
        );
        process.exit(1);
      });
      await app.drain();
      await app.close();
      lock?.release();
      cancelTimer();
      log.info('stopped');
    },
  };
}

/** Maps a failure to listen to a `ConfigError` that names the setting at fault. */
async function mapListenError<Result>(listen: Promise<Result>): Promise<Result> {
  try {
    return await listen;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    const setting: keyof Config = cause.code === 'EADDRINUSE' || cause.code === 'EACCES' ? 'PORT' : 'HOST';
    throw new ConfigError([`${setting}: ${cause.message}`], { cause });
  }
}
