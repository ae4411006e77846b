import { join } from 'node:path';
import fastify from 'fastify';
import { createCallLog } from './call-log.ts';
import type { SimulatorControl } from './control.ts';
import { addControlRoutes } from './control-route.ts';
import { createDrawImages } from './draw-images.ts';
import { addGenerationRoute } from './generation-route.ts';
import { createImageFaults } from './image-faults.ts';
import { createImageLinks } from './image-links.ts';
import { addImageRoute } from './image-route.ts';
import { createMemoryStore, openFolderStore } from './image-store.ts';
import { createLatency } from './latency.ts';
import { listenOn } from './listen.ts';
import { createRateLimit } from './rate-limit.ts';
import { freshState, readState, writeState } from './saved-state.ts';
import { createScenarioQueue } from './scenario.ts';

/** Largest request body: a reference of 10 MB as base64, with room to spare. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

/** Options of `startSimulator`; all are optional. */
export interface SimulatorOptions {
  /** Port on 127.0.0.1; default 0: a free port. */
  port?: number | undefined;
  /** Milliseconds until a call is answered; default 0. */
  latencyMs?: number | undefined;
  /** The only accepted key, 1004 for any other; default: any key that is not empty. */
  apiKey?: string | undefined;
  /** Calls allowed in any rolling 60 seconds, 1002 beyond; default 0: no limit. */
  requestsPerMinute?: number | undefined;
  /**
   * `poster` (default): images with the prompt and the reference. `plain`: one flat colour at almost no CPU cost, for
   * tests with many jobs.
   */
  images?: 'poster' | 'plain' | undefined;
  /** Folder for images, signing key and port, so that links survive a restart; default: in memory. */
  stateDir?: string | undefined;
  /** Current time in milliseconds since the epoch; default `Date.now`. */
  now?: (() => number) | undefined;
}

/** A running simulator. */
export interface Simulator extends SimulatorControl {
  /** Origin, without a trailing slash. */
  url: string;
  /** Closes every connection, then resolves. */
  close(): Promise<void>;
}

/** Starts a simulator of MiniMax's image API on 127.0.0.1. Rejects if the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { stateDir, now = Date.now } = options;
  const state = stateDir === undefined ? freshState() : await readState(stateDir);
  const store = stateDir === undefined ? createMemoryStore() : await openFolderStore(join(stateDir, 'pictures'), now);
  const links = createImageLinks(state.signingKey, now);
  const log = createCallLog(now);
  const scenarios = createScenarioQueue();
  const latency = createLatency(options.latencyMs ?? 0);
  const requestsPerMinute = createRateLimit(options.requestsPerMinute ?? 0, now);
  const imageFaults = createImageFaults();
  const drawImages = createDrawImages(options.images ?? 'poster');

  const control: SimulatorControl = {
    calls: log.calls,
    stats: () => ({
      calls: log.calls().length,
      openCalls: log.openCalls(),
      heldCalls: latency.heldCalls(),
      maxConcurrent: log.maxConcurrent(),
    }),
    maxConcurrent: log.maxConcurrent,
    script: (...added) => scenarios.add(added),
    release() {
      scenarios.stopHolding();
      latency.release();
    },
    reset() {
      scenarios.clear();
      latency.release();
      imageFaults.clear();
      requestsPerMinute.clear();
      log.clear();
    },
  };

  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  let url = '';
  addGenerationRoute(app, {
    apiKey: options.apiKey,
    origin: () => url,
    log,
    scenarios,
    latency,
    requestsPerMinute,
    drawImages,
    store,
    links,
    imageFaults,
  });
  addImageRoute(app, { links, store, imageFaults });
  addControlRoutes(app, control);

  const port = await listenOn(app, options.port ?? 0, state.port);
  if (stateDir !== undefined) await writeState(stateDir, { ...state, port });
  url = `http://127.0.0.1:${port}`;
  return { url, ...control, close: async () => void (await app.close()) };
}
