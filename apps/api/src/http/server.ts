import { ImageError, type ImageService, JSON_BODY_MAX_BYTES, type Viewer } from '@darkroom/contracts';
import cors from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
  LogController,
} from 'fastify';
import type { Clock } from '../clock.ts';
import type { EndedAnswers } from '../jobs/ended-answers.ts';
import type { OpenFile } from '../jobs/open-file.ts';
import type { Authenticate } from './authenticate.ts';
import { boundConnections } from './connection-bounds.ts';
import { createDelayedContinue } from './delayed-continue.ts';
import { devTokenRoute, type SignDevToken } from './dev-token.ts';
import { docsPage } from './docs/docs-page.ts';
import type { DropBounds } from './drop-input.ts';
import { createEarlyAnswers } from './early-answers.ts';
import { answerUnroutable, replyToErrors } from './error-replies.ts';
import { fileRoutes } from './files.ts';
import { h5Routes } from './h5.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { readJsonBodies } from './json-bodies.ts';
import { type BodyLimits, limitBodyMemory } from './limit-body-memory.ts';
import { limitRefusals, REFUSAL_BOUNDS, type RefusalBounds } from './limit-refusals.ts';
import { createLingering, type LingerBounds, lingerAfterEarlyAnswers } from './lingering-close.ts';
import { createLocalGuard, type LocalGuard } from './local-guard.ts';
import { createUnreadableRequests } from './malformed-requests.ts';
import { type Metrics, type MetricsAccess, metricsRoute } from './metrics.ts';
import { openApiRoute } from './openapi/route.ts';
import { createProtocolChecks } from './protocol-checks.ts';
import { refuseEncodedBodies } from './refuse-encoded-bodies.ts';
import { restRoutes } from './rest.ts';
import { secureAnswers, securePages } from './security-headers.ts';
import { trpcRoutes } from './trpc.ts';
import { Unauthenticated } from './unauthenticated.ts';
import { uploadRoutes } from './uploads.ts';

/** What the API surfaces need. */
export interface SurfaceDeps {
  images: ImageService;
  recall: EndedAnswers['recall'];
  openFile: OpenFile;
  authenticate: Authenticate;
  /** Null if `/dev/token` is not served. */
  signDevToken: SignDevToken | null;
}

export interface ServerDeps {
  /** Null in a worker, which serves only its health and its metrics. */
  surfaces: SurfaceDeps | null;
  readiness: Readiness;
  log: FastifyBaseLogger;
  /** Origins that may call from a browser, or `*`. */
  corsOrigins: string[] | '*';
  trustProxy: string | boolean;
  metrics: Metrics;
  metricsAccess: MetricsAccess;
  /** Base URL of the API, as its clients see it. */
  publicUrl: string;
  clock: Clock;
}

/** Most characters of a path segment: a job id, a batch of procedure names or a file key. */
const MAX_PARAM_LENGTH = 4_096;
/** Most characters of a URL: Node's limit on the size of all headers. */
const MAX_ADDRESS_LENGTH = 16_384;

/** Limits on the resources that clients may hold. */
export interface ClientBounds {
  /** Milliseconds from the connection, or the end of the last answer, to the end of a request's headers. */
  headersTimeoutMs: number;
  /**
   * Milliseconds for the whole request; long enough for an upload from a slow phone. An unauthenticated client is
   * refused before its body is read.
   */
  requestTimeoutMs: number;
  /** Milliseconds between two checks of the timeouts above and of stalled answers. */
  checkEveryMs: number;
  /** Most concurrent connections. Further ones are closed when they arrive. Each long poll holds one. */
  maxConnections: number;
  /** Most concurrent connections of one public address that is no trusted proxy. */
  maxConnectionsPerAddress: number;
  /** Milliseconds within which a client must read some part of a queued answer. */
  stalledAnswerMs: number;
  /** For reading the rest of a request before an early answer is sent. */
  hold: DropBounds;
  /** For closing the connection after an answer that was sent before the end of its request. */
  linger: LingerBounds;
  bodies: BodyLimits;
  /** Budgets for refused requests. Default: REFUSAL_BOUNDS. */
  refusals?: RefusalBounds;
}

const CLIENT_BOUNDS: ClientBounds = {
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 300_000,
  checkEveryMs: 5_000,
  maxConnections: 20_000,
  // A tenth of all connections, so ten such addresses fit. Enough for hundreds of phones behind one carrier's NAT, each
  // with a long poll and its image downloads.
  maxConnectionsPerAddress: 2_000,
  stalledAnswerMs: 120_000,
  // Three times the largest body, so that a browser that sends too much still gets the error.
  hold: { bytes: 64 * 1024 * 1024, idleMs: 1_000, totalMs: 30_000 },
  linger: { bytes: 64 * 1024 * 1024, idleMs: 5_000, totalMs: 60_000, connections: 2_000 },
  bodies: { totalBytes: 256 * 1024 * 1024, userBytes: 64 * 1024 * 1024, waitMs: 20_000 },
};

/** No route has a Fastify schema: the contracts validate. Fastify would load Ajv and a serializer at every start. */
const NO_SCHEMAS = {
  compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema },
} satisfies FastifyServerOptions['schemaController'];

function refuseSchema(): never {
  throw new Error('Validate with the contracts, not with a Fastify schema');
}

/** Builds one server with every route of the service. It does not listen yet. */
export async function buildServer(deps: ServerDeps, bounds: ClientBounds = CLIENT_BOUNDS): Promise<FastifyInstance> {
  const lingering = createLingering(bounds.linger);
  const delayed = createDelayedContinue();
  const early = createEarlyAnswers(bounds.hold, delayed);
  const unreadable = createUnreadableRequests(lingering, early);
  const protocol = createProtocolChecks(MAX_PARAM_LENGTH);
  const server = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }), // it would log signed query strings
    trustProxy: deps.trustProxy,
    bodyLimit: JSON_BODY_MAX_BYTES,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // its 503 has another shape, and the request can still be answered
    requestTimeout: bounds.requestTimeoutMs,
    http: {
      headersTimeout: bounds.headersTimeoutMs,
      connectionsCheckingInterval: bounds.checkEveryMs,
      requireHostHeader: false, // Node's 400 would have no body; ProtocolChecks answers instead
    },
    schemaController: NO_SCHEMAS,
    routerOptions: { maxParamLength: MAX_ADDRESS_LENGTH, ignoreTrailingSlash: true },
    rewriteUrl: protocol.rewriteUrl,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: unreadable.answer,
  });
  lingerAfterEarlyAnswers(server.server, lingering);
  unreadable.watch(server.server);
  protocol.watch(server.server);
  delayed.watch(server.server);
  server.server.maxConnections = bounds.maxConnections;
  boundConnections(server.server, {
    maxPerAddress: bounds.maxConnectionsPerAddress,
    stalledAnswerMs: bounds.stalledAnswerMs,
    checkEveryMs: bounds.checkEveryMs,
    trustProxy: deps.trustProxy,
    clock: deps.clock,
  });
  early.watch(server);
  replyToErrors(server);
  secureAnswers(server); // before CORS answers a preflight
  await server.register(cors, {
    origin: deps.corsOrigins,
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    exposedHeaders: ['retry-after', 'www-authenticate', 'darkroom-wait'],
    strictPreflight: false, // strict mode refuses an OPTIONS that is no preflight with another error shape
    maxAge: 600,
  });

  protocol.refuse(server);
  healthRoutes(server, deps.readiness);
  const guard = createLocalGuard(deps);
  metricsRoute(server, deps.metrics, deps.metricsAccess, guard);
  if (deps.surfaces) await imageRoutes(server, { ...deps, ...deps.surfaces, guard }, bounds);
  return server;
}

async function imageRoutes(
  server: FastifyInstance,
  deps: ServerDeps & SurfaceDeps & { guard: LocalGuard },
  bounds: ClientBounds,
): Promise<void> {
  fileRoutes(server, deps.openFile);
  openApiRoute(server, deps.publicUrl);
  await server.register(async (pages) => {
    securePages(pages);
    docsPage(pages, { hasDevToken: deps.signDevToken !== null });
  });
  if (deps.signDevToken) devTokenRoute(server, deps.signDevToken, deps.guard);
  await server.register(async (api) => {
    readJsonBodies(api);
    const viewers = new WeakMap<FastifyRequest, Viewer>();
    const authenticate = limitRefusals(api, bounds.refusals ?? REFUSAL_BOUNDS, deps);
    // Runs before a byte of the body is read.
    api.addHook('onRequest', (request, _reply, done) => {
      function accept(viewer: Viewer): void {
        viewers.set(request, viewer);
        done();
      }
      const viewer = authenticate(request);
      if (!(viewer instanceof Promise)) return accept(viewer);
      viewer.then(accept, (error: Error) => {
        recordUnauthenticated(error, request, deps.metrics);
        done(error);
      });
    });
    refuseEncodedBodies(api);
    const { images, recall } = deps;
    const routeDeps = { images, recall, viewerOf: (request: FastifyRequest) => viewerOf(viewers, request) };
    limitBodyMemory(api, bounds.bodies, deps.clock, routeDeps.viewerOf);
    trpcRoutes(api, routeDeps);
    restRoutes(api, routeDeps);
    await api.register(async (uploads) => uploadRoutes(uploads, routeDeps));
  });
  await h5Routes(server);
}

/** Records why a request is unauthenticated: the exact reason in the log, its class in the metrics. */
function recordUnauthenticated(error: unknown, request: FastifyRequest, metrics: Metrics): void {
  if (!(error instanceof Unauthenticated)) return;
  metrics.requestUnauthenticated(error.reason);
  request.log.debug({ reason: error.reason, detail: error.detail }, 'request is unauthenticated');
}

function viewerOf(viewers: WeakMap<FastifyRequest, Viewer>, request: FastifyRequest): Viewer {
  const viewer = viewers.get(request);
  if (!viewer) throw new ImageError('unauthenticated');
  return viewer;
}
