import { join } from 'node:path';
import fastify from 'fastify';
import { createCallLog } from './call-log.ts';
import type { SimulatorControl } from './control.ts';
import { addControlRoute } from './control-route.ts';
import { createDrawPictures } from './draw-pictures.ts';
import { addGenerationRoute } from './generation-route.ts';
import { listenOn } from './listen.ts';
import { createPace } from './pace.ts';
import { createPictureFaults } from './picture-faults.ts';
import { createPictureLinks } from './picture-links.ts';
import { addPictureRoute } from './picture-route.ts';
import { createMemoryShelf, openFolderShelf } from './picture-shelf.ts';
import { createRequestsPerMinute } from './requests-per-minute.ts';
import { createScriptBook } from './script.ts';
import { freshState, readState, writeState } from './state-folder.ts';

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
  pictures?: 'poster' | 'plain' | undefined;
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
  const shelf = stateDir === undefined ? createMemoryShelf() : await openFolderShelf(join(stateDir, 'pictures'), now);
  const links = createPictureLinks(state.signingKey, now);
  const log = createCallLog(now);
  const scripts = createScriptBook();
  const pace = createPace(options.latencyMs ?? 0);
  const requestsPerMinute = createRequestsPerMinute(options.requestsPerMinute ?? 0, now);
  const pictureFaults = createPictureFaults();
  const drawPictures = createDrawPictures(options.pictures ?? 'poster');

  const control: SimulatorControl = {
    calls: log.calls,
    stats: () => ({
      calls: log.calls().length,
      openCalls: log.openCalls(),
      heldCalls: pace.heldCalls(),
      maxConcurrent: log.maxConcurrent(),
    }),
    maxConcurrent: log.maxConcurrent,
    script: (...added) => scripts.add(added),
    release() {
      scripts.stopHolding();
      pace.release();
    },
    reset() {
      scripts.clear();
      pace.release();
      pictureFaults.clear();
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
    scripts,
    pace,
    requestsPerMinute,
    drawPictures,
    shelf,
    links,
    pictureFaults,
  });
  addPictureRoute(app, { links, shelf, pictureFaults });
  addControlRoute(app, control);

  const port = await listenOn(app, options.port ?? 0, state.port);
  if (stateDir !== undefined) await writeState(stateDir, { ...state, port });
  url = `http://127.0.0.1:${port}`;
  return { url, ...control, close: async () => void (await app.close()) };
}
