import { ImageError, type Viewer } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Clock, callAfter } from '../clock.ts';
import { BUSY_RETRY_AFTER_MS } from '../retry/retry-after.ts';
import { SMALL_BODY_BYTES } from './request-body.ts';

/** Limits on the memory of request bodies. */
export interface BodyLimits {
  /** Bytes of all users together. */
  totalBytes: number;
  /** Bytes of one user. Must be at least the largest accepted body. */
  userBytes: number;
  /** Milliseconds that a request waits for a reservation. */
  waitMs: number;
}

/**
 * Delays large bodies of this scope, unread, until their memory is reserved; small ones never wait. Add it after the
 * hook that identifies the user.
 */
export function limitBodyMemory(
  server: FastifyInstance,
  bounds: BodyLimits,
  clock: Pick<Clock, 'sleep'>,
  viewerOf: (request: FastifyRequest) => Viewer,
): void {
  const limiter = createBodyMemoryLimiter(bounds, clock);
  const releases = new WeakMap<FastifyRequest, () => void>();
  server.addHook('onRequest', (request, _reply, done) => {
    // The multipart parser ignores the content length, and a body that is too large must not wait for memory.
    if (Number(request.headers['content-length'] ?? 0) > request.routeOptions.bodyLimit) {
      return done(new ImageError('payload_too_large'));
    }
    const bytes = bodyBytes(request);
    if (bytes <= SMALL_BODY_BYTES) return done();
    limiter.reserve({ userId: viewerOf(request).user_id, bytes }).then((release) => {
      releases.set(request, release);
      done();
    }, done);
  });
  // Release with the answer, when the body is no longer used. A disconnect is too early: the handler still runs then.
  server.addHook('onSend', (request, _reply, payload, done) => {
    releases.get(request)?.();
    done(null, payload);
  });
}

/** The content length, or the route's limit for a chunked body, whose length is unknown. */
function bodyBytes({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit;
  if (headers['transfer-encoding'] !== undefined) return limit;
  return Math.min(Number(headers['content-length'] ?? 0), limit);
}

interface Reservation {
  userId: string;
  bytes: number;
}

export interface BodyMemoryLimiter {
  /** Resolves to the release function once the bytes fit. Rejects with `unavailable` after `waitMs`. */
  reserve(reservation: Reservation): Promise<() => void>;
}

/**
 * Limits the memory of large request bodies. Reservations are granted in order of arrival, but a user at their own
 * limit does not block other users.
 */
export function createBodyMemoryLimiter(
  { totalBytes, userBytes, waitMs }: BodyLimits,
  clock: Pick<Clock, 'sleep'>,
): BodyMemoryLimiter {
  let reservedBytes = 0;
  const bytesByUser = new Map<string, number>();
  const waiting = new Map<Reservation, () => void>();

  function admit(): void {
    for (const [reservation, grant] of waiting) {
      if (reservedBytes + reservation.bytes > totalBytes) return;
      if ((bytesByUser.get(reservation.userId) ?? 0) + reservation.bytes > userBytes) continue;
      waiting.delete(reservation);
      addReserved(reservation, reservation.bytes);
      grant();
    }
  }

  function addReserved({ userId }: Reservation, bytes: number): void {
    reservedBytes += bytes;
    const left = (bytesByUser.get(userId) ?? 0) + bytes;
    if (left === 0) bytesByUser.delete(userId);
    else bytesByUser.set(userId, left);
  }

  function releaseOnce(reservation: Reservation): () => void {
    let isReserved = true;
    return () => {
      if (!isReserved) return;
      isReserved = false;
      addReserved(reservation, -reservation.bytes);
      admit();
    };
  }

  return {
    reserve({ userId, bytes }) {
      const reservation = { userId, bytes };
      return new Promise((resolve, reject) => {
        const cancelTimer = callAfter(clock, waitMs, () => {
          waiting.delete(reservation);
          reject(new ImageError('unavailable', { retryAfterMs: BUSY_RETRY_AFTER_MS }));
          admit(); // a smaller reservation behind this one may fit now
        });
        waiting.set(reservation, () => {
          cancelTimer();
          resolve(releaseOnce(reservation));
        });
        admit();
      });
    },
  };
}
