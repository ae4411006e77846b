import { ImageError, REQUEST_ERRORS } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import { hasBody, QUOTED_NAME_MAX_LENGTH } from './request-body.ts';

/** Refuses compressed bodies before a byte is read: the byte limits would not bound the decompressed size. */
export function refuseEncodedBodies(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (!hasBody(request)) return done();
    const names = (request.headers['content-encoding'] ?? '').split(',').map((name) => name.trim());
    const encoding = names.find((name) => name !== '' && name.toLowerCase() !== 'identity');
    if (encoding === undefined) return done();
    const named = encoding.slice(0, QUOTED_NAME_MAX_LENGTH).replace(/[^\w.+-]/g, '?');
    const { zh } = REQUEST_ERRORS.unsupported_media_type;
    const message = `${zh}：Content-Encoding: ${named}，请发送未压缩的内容`;
    done(new ImageError('unsupported_media_type', { message }));
  });
}
