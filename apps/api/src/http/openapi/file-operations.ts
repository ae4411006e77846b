import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { MEDIA_TYPE_LIST } from '../../media-types.ts';
import { type Answer, enveloped, header, inPath, object, type Paths, query, refused } from './operation.ts';
import { refTo } from './schemas.ts';

const TAGS = ['Pictures'];

const uploadImage = enveloped({
  operationId: 'uploadImage',
  tags: TAGS,
  summary: 'Hand in a photograph, to be named in an order',
  description:
    'JPEG up to 210 megapixels (progressive: about 110), PNG and WebP up to 110 as memory allows, AVIF up to 13; 20 MB. It ' +
    'is turned upright, freed of its metadata and brought under what MiniMax takes; it lives for 7 days. A refusal names ' +
    'its own cause in `message`, and by name in the `reason` of its issue: `empty_file`, `heic`, `unsupported_format`, ' +
    '`unknown_format`, `truncated`, `damaged`, `too_many_pixels`, `too_complex`; with `quota_exceeded`, `upload_space_full`. ' +
    'Each attempt counts towards the rate limit, also one that is refused for what it is.',
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: object({ file: { type: 'string', format: 'binary', description: 'The photograph.' } }),
      },
    },
  },
  success: { status: 201, description: 'The photograph as it is kept.', data: refTo('UploadedImage') },
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
  inPath('key', 'Names the file.', { type: 'string' }),
  query('expires', 'When the link ends, in seconds since 1970.', { type: 'string' }),
  query('signature', 'Over key and end.', { type: 'string' }),
  header('If-None-Match', 'The `ETag` that is already known.', { type: 'string' }),
];

const FILE_HEADERS = {
  ETag: { description: 'Never changes for one file.', schema: { type: 'string' } },
  'Cache-Control': { description: 'Private, for as long as the link lives.', schema: { type: 'string' } },
};

const FILE_CONTENT = Object.fromEntries(MEDIA_TYPE_LIST.map((type) => [type, {}]));

const FILE = {
  tags: TAGS,
  description: 'The links are in `images`, `assets` and uploads: use them as they are. They need no token.',
  security: [],
  parameters: LINK,
};

const FILE_ANSWERS: Record<string, Answer> = {
  200: { description: 'The picture.', headers: FILE_HEADERS, content: FILE_CONTENT },
  304: { description: 'It is the one that is known.', headers: FILE_HEADERS },
  ...refused(['invalid_request', 'link_expired', 'not_found', 'internal']),
};

/** The same responses without a body, for HEAD. */
const BODILESS = Object.fromEntries(
  Object.entries(FILE_ANSWERS).map(([status, { content: _, ...answer }]) => [status, answer]),
);

export const PICTURE_PATHS: Paths = {
  [UPLOADS_PATH]: { post: uploadImage },
  '/files/{key}': {
    get: { operationId: 'getFile', summary: 'A picture, by its signed link', ...FILE, responses: FILE_ANSWERS },
    head: { operationId: 'headFile', summary: 'What a picture is, without it', ...FILE, responses: BODILESS },
  },
};
