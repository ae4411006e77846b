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
    const image = await deps.store.get(link.imageId);
    if (!image) return refuse(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
    await send(reply, link.imageId, image);
    return reply;
  });

  async function send(reply: FastifyReply, imageId: string, image: Buffer): Promise<unknown> {
    const fault = deps.imageFaults.take(imageId);
    const contentType = contentTypeOf(image);
    switch (fault?.kind) {
      case 'status':
        return refuse(reply, fault.status, 'Simulated', 'Simulated fault.');
      case 'redirect':
        return reply.redirect(fault.location, 302);
      case 'hang':
        return hangBeforeHeaders(reply);
      case 'trickle':
        return trickle(reply, contentType, image, fault.intervalMs);
      case 'reset':
        return sendHalf(reply, contentType, image, 'reset');
      case 'cut_short':
        return sendHalf(reply, contentType, image, 'end');
      case 'html':
        return reply.type('text/html').send(corruptBytes(image, fault));
      case 'bomb':
        return reply.type('image/png').send(corruptBytes(image, fault));
      default:
        return reply.type(contentType).send(corruptBytes(image, fault));
    }
  }
}

/** Images are stored without their type. */
function contentTypeOf(image: Buffer): string {
  if (image[0] === 0x89) return 'image/png';
  return image[0] === 0x52 ? 'image/webp' : 'image/jpeg';
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
