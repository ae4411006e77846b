import type { FastifyRequest } from 'fastify';

/** Whether the headers announce a body. A chunked body may still be empty. */
export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
