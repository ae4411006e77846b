import { explainUploadProblem, REQUEST_ERRORS } from '@darkroom/contracts';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { contentTypeOf } from '../src/files/file-key.ts';
import { openApiDocument } from '../src/http/openapi/document.ts';
import { ENCODERS, type Encoder } from '../src/images/compress.ts';
import { sniff } from '../src/images/inspect.ts';
import { nameFormat } from '../src/images/name-format.ts';
import {
  extensionOf,
  MEDIA_TYPE_LIST,
  MEDIA_TYPES,
  type MediaType,
  RESULT_FORMATS,
  type ResultFormatOf,
  resultTypeOf,
} from '../src/media-types.ts';
import { buildImageProcessor } from './images/build-image-processor.ts';
import { settingsReader } from './settings/read-settings.ts';

const rocket = await readPhoto('rocket.jpg');
const ids = { produceId: 'call-1_0', propagateId: 'job-1_0' };
const settings = settingsReader();

const ENCODE: Record<MediaType, (image: Sharp) => Sharp> = {
  'image/jpeg': (image) => image.jpeg(),
  'image/png': (image) => image.png(),
  'image/webp': (image) => image.webp(),
  'image/avif': (image) => image.avif(),
};

const exampleOf = (type: MediaType): Promise<Buffer> => ENCODE[type](sharp(rocket).resize(64)).toBuffer();

describe.each(MEDIA_TYPE_LIST)('%s', (type) => {
  const { name, extensions, isResult, isUpload, resultFormat } = MEDIA_TYPES[type];

  test('is recognized and named by its first bytes', async () => {
    const example = await exampleOf(type);
    expect(sniff(example)).toBe(type);
    expect(nameFormat(example)).toBe(name);
  });

  test('is the content type of keys with its extensions', () => {
    for (const extension of extensions) expect(contentTypeOf(`job-0.${extension}`)).toBe(type);
    expect(contentTypeOf(`job-0.${extensionOf(type).toUpperCase()}`)).toBe(type);
  });

  test(`is ${isUpload ? 'accepted' : 'refused'} as an upload`, async () => {
    const upload = buildImageProcessor().prepareUpload(await exampleOf(type));
    if (isUpload) await expect(upload).resolves.toMatchObject({ width: 64 });
    else await expect(upload).rejects.toMatchObject({ problem: { reason: 'unsupported_format' } });
  });

  test(`is ${isResult ? 'accepted' : 'refused'} as a result of the provider`, async () => {
    const result = buildImageProcessor({ format: 'original' }).compress(await exampleOf(type), ids);
    if (isResult) await expect(result).resolves.toMatchObject({ contentType: type });
    else await expect(result).rejects.toMatchObject({ name: 'DownloadError', permanent: true });
  });

  test(`is ${resultFormat ? `what IMAGE_FORMAT=${resultFormat} encodes to` : 'no value of IMAGE_FORMAT'}`, async () => {
    const formats = RESULT_FORMATS.filter((format) => resultTypeOf(format) === type);
    expect(formats).toEqual(resultFormat === null ? [] : [resultFormat]);
    for (const format of formats) {
      expect(settings.read({ IMAGE_FORMAT: format }).IMAGE_FORMAT).toBe(format);
      const result = await buildImageProcessor({ format, maxEdge: 64 }).compress(rocket, ids);
      expect(result).toMatchObject({ contentType: type, width: 64, compressed: true });
      expect(sniff(result.bytes)).toBe(type);
    }
  });

  test.runIf(isUpload)('is named where users are told what they may upload', () => {
    expect(explainUploadProblem({ reason: 'unknown_format' }, 'zh')).toContain(name);
    expect(explainUploadProblem({ reason: 'unknown_format' }, 'en')).toContain(name);
    expect(REQUEST_ERRORS.unsupported_image.zh).toContain(name);
    expect(REQUEST_ERRORS.unsupported_image.en).toContain(name);
    expect(openApiDocument('https://darkroom.test')).toHaveProperty(
      ['paths', UPLOADS_PATH, 'post', 'description'],
      expect.stringContaining(name),
    );
  });
});

test('no two types share an extension', () => {
  const extensions = MEDIA_TYPE_LIST.flatMap((type) => MEDIA_TYPES[type].extensions as readonly string[]);
  expect(new Set(extensions).size).toBe(extensions.length);
});

test('a key with any other extension has no image type', () => {
  for (const key of ['job-0.jxl', 'job-0', 'job-0.constructor'])
    expect(contentTypeOf(key)).toBe('application/octet-stream');
});

test('IMAGE_FORMAT refuses a format that no row names', () => {
  expect(settings.read({ IMAGE_FORMAT: 'original' }).IMAGE_FORMAT).toBe('original');
  for (const format of ['png', 'jxl', 'JPEG']) expect(settings.faultsOf({ IMAGE_FORMAT: format })).toHaveLength(1);
});

test('a result format without an encoder does not compile', () => {
  type WithAnother = typeof MEDIA_TYPES & { 'image/another': { resultFormat: 'another' } };
  ENCODERS satisfies Record<ResultFormatOf<typeof MEDIA_TYPES>, Encoder>;
  // @ts-expect-error ENCODERS has no entry for it.
  ENCODERS satisfies Record<ResultFormatOf<WithAnother>, Encoder>;
  expect(Object.keys(ENCODERS)).toEqual(RESULT_FORMATS);
});
