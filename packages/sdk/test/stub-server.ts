import { ImageError, REQUEST_ERRORS } from '@darkroom/contracts/errors';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { appRouter } from '@darkroom/contracts/router';
import multipart from '@fastify/multipart';
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { createMemoryImages, type MemoryImages } from './memory-images.ts';

/** What happens to one request before or after its work, possibly instead of it. */
type Fault = (request: FastifyRequest, reply: FastifyReply) => void;

export interface StubServer {
  url: string;
  images: MemoryImages;
  /** The only token that is accepted, for user 1. */
  validToken: string;
  /** The procedure or path of every request, in order. */
  requests: string[];
  /** Applied to the next requests, one each, before their work. */
  before: Fault[];
  /** Applied to the next requests, one each, after their work and before the answer is sent. */
  after: Fault[];
  close(): Promise<void>;
}

/** Cuts the connection. */
export const cut: Fault = (request) => void request.raw.socket.destroy();

/** Never answers. */
export const hang: Fault = (_request, reply) => void reply.hijack();

/** Answers in place of the API, as a proxy would. */
export function answer(status: number, body: string, headers: Record<string, string> = {}): Fault {
  return (_request, reply) => void reply.code(status).headers(headers).send(body);
}

export function refuse(code: keyof typeof REQUEST_ERRORS): Fault {
  const { http, zh } = REQUEST_ERRORS[code];
  const body = JSON.stringify({ code: http, message: zh, data: null, error_code: code });
  return answer(http, body, { 'content-type': 'application/json' });
}

export async function startStubServer(): Promise<StubServer> {
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 5000 } });
  const server: StubServer = {
    url: '',
    images: createMemoryImages(),
    validToken: 'good',
    requests: [],
    before: [],
    after: [],
    close: () => app.close(),
  };
  const viewerOf = (request: FastifyRequest) =>
    request.headers.authorization === `Bearer ${server.validToken}` ? { user_id: '1', star_id: null } : null;

  app.addHook('onRequest', (request, reply, done) => {
    server.requests.push(request.url.replace('/trpc/', '').replace(/\?.*/, ''));
    const fault = server.before.shift();
    if (fault) fault(request, reply);
    if (!request.raw.socket.destroyed && !reply.sent) done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const fault = server.after.shift();
    if (fault) fault(request, reply);
    done(null, payload);
  });

  await app.register(multipart);
  await app.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      createContext: ({ req, info }) => ({
        viewer: viewerOf(req),
        images: server.images,
        batchSize: info.calls.length,
      }),
    } satisfies FastifyTRPCPluginOptions<typeof appRouter>['trpcOptions'],
  });
  app.post(UPLOADS_PATH, async (request, reply) => {
    const viewer = viewerOf(request);
    const file = await request.file();
    try {
      if (!viewer) throw new ImageError('unauthenticated');
      if (file?.fieldname !== 'file') throw new ImageError('invalid_request');
      const data = await server.images.upload(viewer, await file.toBuffer());
      return reply.code(201).send({ code: 201, message: '成功', data });
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      const { http, zh } = REQUEST_ERRORS[error.code];
      return reply.code(http).send({ code: http, message: zh, data: null, error_code: error.code });
    }
  });
  server.url = await app.listen({ host: '127.0.0.1', port: 0 });
  return server;
}
