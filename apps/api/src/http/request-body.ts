import type { FastifyRequest } from 'fastify';

/** Requests without a reference are smaller. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** Characters of a name in a request that an error message repeats. */
export const QUOTED_NAME_MAX_LENGTH = 40;

/** Whether the headers announce a body. A chunked body may still be empty. */
export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
