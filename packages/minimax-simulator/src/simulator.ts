import { join } from 'node:path';
import fastify from 'fastify';
import { createBalance } from './balance.ts';
import { createCallLog } from './call-log.ts';
import type { SimulatorControl } from './control.ts';
import { addControlRoutes } from './control-route.ts';
import { createDraw } from './draw.ts';
import { createMakeImages } from './h3/make-images.ts';
import { addH3Routes } from './h3/routes.ts';
import { changeWire, DEFAULT_H3_WIRE, type H3WireChanges } from './h3/wire.ts';
import { createDrawImages } from './image-01/draw-images.ts';
import { addGenerationRoute } from './image-01/generation-route.ts';
import { createImageFaults } from './image-faults.ts';
import { createImageLinks } from './image-links.ts';
import { addImageRoute } from './image-route.ts';
import { createMemoryStore, openFolderStore } from './image-store.ts';
import { createLatency } from './latency.ts';
import { listenOn } from './listen.ts';
import { createOpenCalls } from './open-calls.ts';
import { createPublishImage } from './publish-image.ts';
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
  /** Factor on the sides of each image that is drawn, up to 1, to save CPU time; default 1. */
  scale?: number | undefined;
  /** Number of images that the account can pay, 1008 or 402 beyond; default: no limit. */
  balanceImages?: number | undefined;
  /** Switches of H3's wire, for what is not known of it; default: `DEFAULT_H3_WIRE`. */
  h3Wire?: H3WireChanges | undefined;
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
  const { images: style = 'poster', scale = 1 } = options;
  const draw = createDraw(style, scale);
  const store =
    stateDir === undefined ? createMemoryStore(draw) : await openFolderStore(join(stateDir, 'pictures'), draw, now);
  const links = createImageLinks(state.signingKey, now);
  const log = createCallLog(now);
  const scenarios = createScenarioQueue();
  const latency = createLatency(options.latencyMs ?? 0);
  const rateLimit = createRateLimit(options.requestsPerMinute ?? 0, now);
  const imageFaults = createImageFaults();
  const balance = createBalance(options.balanceImages);
  const openCalls = createOpenCalls(log, scenarios, now);
  const stopping = new AbortController();
  let url = '';
  const publishImage = createPublishImage({ store, links, imageFaults, origin: () => url });
  const calls = { apiKey: options.apiKey, openCalls, scenarios, latency, rateLimit, balance };

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
      rateLimit.clear();
      balance.reset();
      log.clear();
    },
  };

  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  addGenerationRoute(app, { ...calls, drawImages: createDrawImages(style, scale), publishImage });
  addH3Routes(app, {
    ...calls,
    wire: changeWire(DEFAULT_H3_WIRE, options.h3Wire),
    makeImages: createMakeImages({ latency, publishImage, draw, charge: balance.spend, stopping: stopping.signal }),
    style,
    scale,
    now,
    stopping: stopping.signal,
  });
  addImageRoute(app, { links, store, imageFaults });
  addControlRoutes(app, control);

  const port = await listenOn(app, options.port ?? 0, state.port);
  if (stateDir !== undefined) await writeState(stateDir, { ...state, port });
  url = `http://127.0.0.1:${port}`;
  const close = async () => {
    await app.close();
    // Only now: a call that went on before would still be answered.
    stopping.abort();
  };
  return { url, ...control, close };
}
