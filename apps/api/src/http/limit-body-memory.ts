import { ImageError, type Viewer } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyLimits, createBodyMemoryLimiter } from './body-memory-limiter.ts';

/** Requests without a reference are smaller, and never wait. */
const SMALL_BODY_BYTES = 64 * 1024;

/**
 * Delays large bodies of this scope, unread, until their memory is reserved. Add it after the hook that identifies the
 * user.
 */
export function limitBodyMemory(
  server: FastifyInstance,
  bounds: BodyLimits,
  viewerOf: (request: FastifyRequest) => Viewer,
): void {
  const limiter = createBodyMemoryLimiter(bounds);
  const leaving = new WeakMap<FastifyRequest, () => void>();
  server.addHook('onRequest', async (request) => {
    // The multipart parser ignores the content length, and a body that is too large must not wait for memory.
    if (Number(request.headers['content-length'] ?? 0) > request.routeOptions.bodyLimit) {
      throw new ImageError('payload_too_large');
    }
    const bytes = bodyBytes(request);
    if (bytes > SMALL_BODY_BYTES) {
      leaving.set(request, await limiter.reserve({ userId: viewerOf(request).user_id, bytes }));
    }
  });
  // Release with the answer, when the body is no longer used. A disconnect is too early: the handler still runs then.
  server.addHook('onSend', async (request) => leaving.get(request)?.());
}

/** The content length, or the route's limit for a chunked body, whose length is unknown. */
function bodyBytes({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit;
  if (headers['transfer-encoding'] !== undefined) return limit;
  return Math.min(Number(headers['content-length'] ?? 0), limit);
}
