import type { FastifyInstance, FastifyReply } from 'fastify';
import { corruptBytes, type ImageFaults } from './image-faults.ts';
import { type ImageLinks, LINK_PREFIX } from './image-links.ts';
import type { ImageStore } from './image-store.ts';
import { hangBeforeHeaders, sendHalf, trickle } from './transfer.ts';

/** Dependencies of `addImageRoute`. */
export interface ImageRouteDeps {
  links: ImageLinks;
  store: ImageStore;
  imageFaults: ImageFaults;
}

/**
 * Adds the object store behind the links. Like Aliyun OSS it answers 400 to an Authorization header and 403 to an
 * invalid or expired link.
 */
export function addImageRoute(app: FastifyInstance, deps: ImageRouteDeps): void {
  app.get(`${LINK_PREFIX}*`, async (request, reply) => {
    if (request.headers.authorization !== undefined) {
      return refuse(reply, 400, 'InvalidArgument', 'Only one auth mechanism is allowed.');
    }
    // Use the raw URL: the signature covers the path before any decoding.
    const link = deps.links.check(request.raw.url ?? '');
    if (!link.ok) {
      return link.reason === 'expired'
        ? refuse(reply, 403, 'AccessDenied', 'Request has expired.')
        : refuse(reply, 403, 'SignatureDoesNotMatch', 'The request signature does not match.');
    }
    const jpeg = await deps.store.get(link.imageId);
    if (!jpeg) return refuse(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
    await send(reply, link.imageId, jpeg);
    return reply;
  });

  async function send(reply: FastifyReply, imageId: string, jpeg: Buffer): Promise<unknown> {
    const fault = deps.imageFaults.take(imageId);
    switch (fault?.kind) {
      case 'status':
        return refuse(reply, fault.status, 'Simulated', 'Simulated fault.');
      case 'redirect':
        return reply.redirect(fault.location, 302);
      case 'hang':
        return hangBeforeHeaders(reply);
      case 'trickle':
        return trickle(reply, 'image/jpeg', jpeg, fault.intervalMs);
      case 'reset':
        return sendHalf(reply, 'image/jpeg', jpeg, 'reset');
      case 'cut_short':
        return sendHalf(reply, 'image/jpeg', jpeg, 'end');
      case 'html':
        return reply.type('text/html').send(corruptBytes(jpeg, fault));
      case 'bomb':
        return reply.type('image/png').send(corruptBytes(jpeg, fault));
      default:
        return reply.type('image/jpeg').send(corruptBytes(jpeg, fault));
    }
  }
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
