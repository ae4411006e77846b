import { BATCH_MAX_CALLS, type ImageService, type Viewer } from '@darkroom/contracts';
import { type AppRouter, appRouter } from '@darkroom/contracts/router';
import { toImageError } from '@darkroom/contracts/trpc';
import { type FastifyTRPCPluginOptions, fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import * as z from 'zod';
import type { EndedAnswers } from '../jobs/ended-answers.ts';
import { logFault, retryAfter, TRPC_PREFIX } from './error-replies.ts';
import { readJsonTexts } from './json-bodies.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import { createTrpcStatus } from './trpc-status.ts';

interface Deps {
  images: ImageService;
  recall: EndedAnswers['recall'];
  viewerOf(request: FastifyRequest): Viewer;
}

const PROCEDURES = `${TRPC_PREFIX}/:path`; // in a batch, the names are separated by commas
/** Nine tenths of all requests. */
const STATUS = 'image.status';
const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST'];
const Params = z.object({ path: z.string() });

/** Serves the contract's procedures over tRPC's HTTP protocol. */
export function trpcRoutes(server: FastifyInstance, { images, recall, viewerOf }: Deps): void {
  function answerByAdapter(
    request: FastifyRequest,
    reply: FastifyReply,
    path: string,
    service: ImageService,
  ): Promise<void> {
    const trpcOptions = {
      router: appRouter,
      maxBatchSize: BATCH_MAX_CALLS,
      createContext: async ({ info }) => {
        if (await hasIgnoredWait(info.calls)) reply.header('darkroom-wait', 'ignored-in-batch');
        return { viewer: viewerOf(request), images: service, batchSize: info.calls.length };
      },
      onError: ({ error }) => logFault(request, toImageError(error)),
      responseMeta: ({ errors }) => ({
        headers: Object.assign({}, ...errors.map((error) => retryAfter(toImageError(error)))),
      }),
    } satisfies FastifyTRPCPluginOptions<AppRouter>['trpcOptions'];
    return fastifyRequestHandler({ ...trpcOptions, req: request, res: reply, path });
  }

  const answerStatus = createTrpcStatus({
    images,
    recall,
    viewerOf,
    answerByAdapter: (request, reply, service) => answerByAdapter(request, reply, STATUS, service),
  });
  server.register(async (scope) => {
    readJsonTexts(scope);
    scope.route({
      method: METHODS,
      url: PROCEDURES,
      handler: (request, reply) => {
        const { path } = Params.parse(request.params);
        if (path === STATUS && request.method === 'GET') return answerStatus(request, reply);
        return answerByAdapter(request, reply, path, images);
      },
    });
    refuseOtherMethods(scope, PROCEDURES, METHODS);
  });
}

interface Call {
  path: string;
  getRawInput(): Promise<unknown>;
}

const LongPoll = z.looseObject({ wait_seconds: z.number().gt(0) });

/**
 * Whether a batch asks for a long poll, which is ignored in a batch. The answers of a batch are sent together, so one
 * poll would delay all of them, and ten calls could take half of a user's long polls. A response header reports it.
 */
async function hasIgnoredWait(calls: Call[]): Promise<boolean> {
  if (calls.length < 2) return false;
  for (const { path, getRawInput } of calls) {
    if (path === STATUS && LongPoll.safeParse(await getRawInput().catch(() => null)).success) return true;
  }
  return false;
}
