import type { FastifyRequest } from 'fastify';

/** Whether a request says that a body follows; one in chunks may still turn out empty. */
export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
