import { BATCH_MAX_CALLS, ImageError, type ImageService, type Viewer } from '@darkroom/contracts';
import { type AppRouter, appRouter } from '@darkroom/contracts/router';
import { toImageError } from '@darkroom/contracts/trpc';
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { logFault, retryAfter, TRPC_PREFIX } from './error-replies.ts';

interface Deps {
  images: ImageService;
  viewerOf(request: FastifyRequest): Viewer;
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;

const METHODS = new Set(['GET', 'HEAD', 'POST']);

/** The procedures of the contract over HTTP. */
export function trpcRoutes(server: FastifyInstance, { images, viewerOf }: Deps): void {
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>['trpcOptions'] = {
    router: appRouter,
    maxBatchSize: BATCH_MAX_CALLS,
    createContext: ({ req, info }) => ({ viewer: viewerOf(req), images, batchSize: info.calls.length }),
    onError: ({ error, req }) => logFault(req, toImageError(error)),
    responseMeta: ({ errors }) => ({
      headers: {
        'cache-control': 'no-store',
        ...Object.assign({}, ...errors.map((error) => retryAfter(toImageError(error)))),
      },
    }),
  };
  server.register(async (face) => {
    // The adapter would take form data too, as a stream without a bound, and fails on methods that fetch does not know.
    face.addHook('onRequest', async ({ method, headers: { 'content-type': type } }) => {
      if (!METHODS.has(method)) throw new ImageError('method_not_allowed');
      if (type !== undefined && !JSON_TYPE.test(type)) throw new ImageError('unsupported_media_type');
    });
    await face.register(fastifyTRPCPlugin, { prefix: TRPC_PREFIX, trpcOptions });
  });
}
