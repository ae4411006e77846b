import { ImageError, type ImageService, invalidField, UPLOAD_MAX_BYTES, type Viewer } from '@darkroom/contracts';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseOtherMethods } from './refuse-other-methods.ts';
import { envelope } from './rest.ts';

interface Deps {
  images: ImageService;
  viewerOf(request: FastifyRequest): Viewer;
}

/** What multipart adds around one file. */
const FRAMING_BYTES = 64 * 1024;

/** One photograph as multipart/form-data, field `file`. */
export async function uploadRoutes(server: FastifyInstance, { images, viewerOf }: Deps): Promise<void> {
  server.removeContentTypeParser('application/json');
  await server.register(multipart, {
    limits: { fileSize: UPLOAD_MAX_BYTES, files: 1, fields: 10, fieldSize: 10_000, parts: 12 },
  });

  server.post(UPLOADS_PATH, { bodyLimit: UPLOAD_MAX_BYTES + FRAMING_BYTES }, async (request, reply) => {
    const viewer = viewerOf(request);
    const uploaded = await images.upload(viewer, await readFile(request));
    return reply.code(201).send(envelope(uploaded, undefined, 201));
  });
  refuseOtherMethods(server, UPLOADS_PATH, ['POST']);
}

async function readFile(request: FastifyRequest): Promise<Uint8Array> {
  try {
    const file = await request.file();
    if (file?.fieldname !== 'file') throw invalidField(['file'], '缺少图片文件，字段名应为 file');
    const bytes = await file.toBuffer();
    // It tells of the limit only when a further piece comes after the one that was cut.
    if (file.file.truncated) throw new ImageError('payload_too_large');
    return bytes;
  } catch (error) {
    if (error instanceof ImageError || (error instanceof Error && 'statusCode' in error)) throw error;
    // Whatever else ends the reading came with the request: a form that breaks off, or a sender who is gone.
    throw invalidField(['file'], '图片上传不完整，请重新上传');
  }
}
