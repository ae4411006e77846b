import { ImageError } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { OpenFile } from '../jobs/open-file.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';

const Params = z.object({ key: z.string() });
const Query = z.object({ expires: z.string().optional(), signature: z.string().optional() });

/** A browser that opens a link runs no script of the file, whatever type it takes the bytes for. */
const NO_SCRIPTS_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/** Serves files by signed links. */
export function fileRoutes(server: FastifyInstance, openFile: OpenFile): void {
  server.get('/files/:key', async (request, reply) => {
    const query = Query.safeParse(request.query);
    if (!query.success) throw new ImageError('link_expired');
    const { key } = Params.parse(request.params);
    const file = await openFile({ key, ...query.data });
    reply
      .header('etag', file.etag)
      .header('cache-control', `private, max-age=${file.secondsLeft}, immutable`)
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', NO_SCRIPTS_CSP)
      .header('content-disposition', `inline; filename="${key}"`) // a key contains nothing that needs escaping
      .header('cross-origin-resource-policy', 'cross-origin');
    if (matchesEtag(request.headers['if-none-match'], file.etag)) {
      file.stream.destroy();
      return reply.code(304).send();
    }
    return reply.type(file.contentType).header('content-length', file.bytes).send(file.stream);
  });
  refuseOtherMethods(server, '/files/:key', ['GET', 'HEAD']);
}

/** RFC 9110, section 13.1.2: `If-None-Match` is a list of tags, compared weakly, or `*`. */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
