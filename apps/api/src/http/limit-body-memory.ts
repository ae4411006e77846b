import { ImageError, type Viewer } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyLimits, createBodyMemoryLimiter } from './body-memory-limiter.ts';

/** Orders without a photograph are smaller, and are never kept waiting. */
const SMALL_BODY_BYTES = 64 * 1024;

/** Keeps large bodies of this scope waiting, unread, until there is limiter for them. The viewer has to be known by then. */
export function limitBodyMemory(
  server: FastifyInstance,
  bounds: BodyLimits,
  viewerOf: (request: FastifyRequest) => Viewer,
): void {
  const limiter = createBodyMemoryLimiter(bounds);
  const leaving = new WeakMap<FastifyRequest, () => void>();
  server.addHook('onRequest', async (request) => {
    // Multipart is parsed without a look at its length, and whatever is too large must not wait for limiter.
    if (Number(request.headers['content-length'] ?? 0) > request.routeOptions.bodyLimit) {
      throw new ImageError('payload_too_large');
    }
    const bytes = bodyBytes(request);
    if (bytes > SMALL_BODY_BYTES) {
      leaving.set(request, await limiter.reserve({ userId: viewerOf(request).user_id, bytes }));
    }
  });
  // The answer is there, so the body is done with: not so when its sender leaves, since the work goes on.
  server.addHook('onSend', async (request) => leaving.get(request)?.());
}

/** As many as the request says, or may say. */
function bodyBytes({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit;
  if (headers['transfer-encoding'] !== undefined) return limit;
  return Math.min(Number(headers['content-length'] ?? 0), limit);
}
