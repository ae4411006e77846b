import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { MEDIA_TYPE_LIST } from '../../media-types.ts';
import { type Answer, enveloped, header, inPath, object, type Paths, query, refused } from './operation.ts';
import { refTo } from './schemas.ts';

const TAGS = ['Files'];

const uploadImage = enveloped({
  operationId: 'uploadImage',
  tags: TAGS,
  summary: 'Upload a reference photo',
  description:
    'At most 20 MB. JPEG up to 210 megapixels (progressive: about 110), PNG and WebP up to 110 as memory allows, AVIF up to ' +
    '13. The photo is rotated upright, stripped of metadata, resized to the limits of MiniMax, and kept for 7 days. If it is ' +
    'rejected, `message` explains why, and the `reason` of the issue is one of `empty_file`, `heic`, `unsupported_format`, ' +
    '`unknown_format`, `truncated`, `damaged`, `too_many_pixels`, `too_complex`, or `upload_space_full` with ' +
    '`quota_exceeded`. Every attempt counts towards the rate limit, even if it is rejected.',
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: object({ file: { type: 'string', format: 'binary', description: 'The photo.' } }),
      },
    },
  },
  success: { status: 201, description: 'The stored photo.', data: refTo('UploadedImage') },
  errors: [
    'invalid_request',
    'payload_too_large',
    'unsupported_media_type',
    'unsupported_image',
    'rate_limited',
    'quota_exceeded',
  ],
});

const LINK = [
  inPath('key', 'Key of the file.', { type: 'string' }),
  query('expires', 'When the link expires, in seconds since the Unix epoch.', { type: 'string' }),
  query('signature', 'Signature of key and expiry.', { type: 'string' }),
  header('If-None-Match', '`ETag` of the cached copy.', { type: 'string' }),
];

const FILE_HEADERS = {
  ETag: { description: 'Never changes for one file.', schema: { type: 'string' } },
  'Cache-Control': { description: 'Private, until the link expires.', schema: { type: 'string' } },
};

const FILE_CONTENT = Object.fromEntries(MEDIA_TYPE_LIST.map((type) => [type, {}]));

const FILE = {
  tags: TAGS,
  description: 'Links are returned in `images`, in `assets` and by uploads. Use them unchanged; they need no token.',
  security: [],
  parameters: LINK,
};

const FILE_ANSWERS: Record<string, Answer> = {
  200: { description: 'The image.', headers: FILE_HEADERS, content: FILE_CONTENT },
  304: { description: 'The cached copy is current.', headers: FILE_HEADERS },
  ...refused(['invalid_request', 'link_expired', 'not_found', 'internal']),
};

/** The same responses without a body, for HEAD. */
const BODILESS = Object.fromEntries(
  Object.entries(FILE_ANSWERS).map(([status, { content: _, ...answer }]) => [status, answer]),
);

export const FILE_PATHS: Paths = {
  [UPLOADS_PATH]: { post: uploadImage },
  '/files/{key}': {
    get: { operationId: 'getFile', summary: 'Download an image by its signed link', ...FILE, responses: FILE_ANSWERS },
    head: { operationId: 'headFile', summary: 'Headers of an image', ...FILE, responses: BODILESS },
  },
};
