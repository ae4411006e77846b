import { type ImageService, UPLOAD_MAX_BYTES, type Viewer } from '@darkroom/contracts';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FRAMING_BYTES, notAForm, readUpload } from './read-upload.ts';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import { envelope } from './rest.ts';

interface Deps {
  images: ImageService;
  viewerOf(request: FastifyRequest): Viewer;
}

/** Serves the upload route: one image file as multipart/form-data, in the field `file`. */
export async function uploadRoutes(server: FastifyInstance, { images, viewerOf }: Deps): Promise<void> {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(notAForm()));
  await server.register(multipart);

  server.post(UPLOADS_PATH, { bodyLimit: UPLOAD_MAX_BYTES + FRAMING_BYTES }, async (request, reply) => {
    const viewer = viewerOf(request);
    const uploaded = await images.upload(viewer, await readUpload(request));
    return reply.code(201).send(envelope(uploaded, undefined, 201));
  });
  refuseOtherMethods(server, UPLOADS_PATH, ['POST']);
}
