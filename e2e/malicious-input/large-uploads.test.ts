import { setTimeout as sleep } from 'node:timers/promises';
import { UPLOAD_MAX_BYTES } from '@darkroom/contracts';
import { REFERENCE_BYTES_LIMIT } from '@darkroom/contracts/limits';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { peakBytes } from '@darkroom/test-kit/process/memory';
import sharp, { type JpegOptions } from 'sharp';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { startLinkProvider } from './link-provider.ts';
import { flatPng } from './png.ts';
import { repeatDown } from './tall-jpeg.ts';

const SETTINGS = { RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 1_000 };

/** The memory limit that deploy/ sets for a process of the API. */
const MEMORY_LIMIT_BYTES = 1_073_741_824;

const photo = await readPhoto('rocket.jpg');

/** Asking all the time would take the CPU time that the uploads need. */
const POLL_EVERY_MS = 20;

/** Rows of the photograph that a large JPEG repeats. */
const STRIP_PX = 16;

/** A JPEG of this many pixels, with the detail of a photograph. */
async function largeJpeg(width: number, height: number, options: JpegOptions): Promise<Buffer> {
  const strip = sharp(photo).extract({ left: 0, top: 200, width: 640, height: 1 });
  return repeatDown(
    await strip.resize(width, STRIP_PX, { fit: 'fill', kernel: 'nearest' }).jpeg(options).toBuffer(),
    height,
  );
}

/** A photograph with this many pixels. */
const enlarged = (width: number, height: number) =>
  sharp(photo, { limitInputPixels: false }).resize(width, height, { fit: 'fill', kernel: 'nearest' });

const Uploaded = z.object({ data: z.object({ width: z.int(), height: z.int(), url: z.string() }) });
const Refused = z.object({
  message: z.string(),
  error_code: z.string(),
  issues: z.array(z.object({ path: z.array(z.unknown()), reason: z.string() })).length(1),
});

async function upload(api: Api, bytes: Uint8Array<ArrayBuffer>, userId = '1'): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([bytes]), 'photo.jpg');
  const headers = { authorization: `Bearer ${api.user(userId).token}` };
  return fetch(api.url + UPLOADS_PATH, { method: 'POST', body: form, headers });
}

async function createWith(api: Api, bytes: Buffer, type: 'jpeg' | 'png' = 'jpeg'): Promise<Response> {
  const image_file = `data:image/${type};base64,${bytes.toString('base64')}`;
  const body = JSON.stringify({ ...imageRequest('large'), subject_reference: [{ type: 'character', image_file }] });
  const headers = { authorization: `Bearer ${api.user().token}`, 'content-type': 'application/json' };
  return fetch(api.url + GENERATION_PATH, { method: 'POST', headers, body });
}

test('accepts photos of 50, 64, 108 and 200 megapixels as uploads and in data URLs', {
  timeout: 240_000,
}, async () => {
  const api = await startApi(await startLinkProvider(), SETTINGS);
  for (const [width, height] of [
    [8_192, 6_144],
    [9_248, 6_936],
    [12_000, 9_000],
    [16_384, 12_288],
  ] as const) {
    const bytes = await largeJpeg(width, height, { quality: 80 });
    expect(bytes.byteLength).toBeLessThan(Math.min(UPLOAD_MAX_BYTES, REFERENCE_BYTES_LIMIT));
    const answer = await upload(api, new Uint8Array(bytes));
    expect(answer.status).toBe(201);
    expect(Uploaded.parse(await answer.json()).data).toMatchObject({ width: 2_048, height: 1_536 });
    expect((await createWith(api, bytes)).status).toBe(202);
  }
});

test('names the reason of a refused photo, in an upload and in a request', { timeout: 120_000 }, async () => {
  const api = await startApi(await startLinkProvider(), SETTINGS);
  const causes: [bytes: Buffer, reason: string, says: RegExp][] = [
    [
      flatPng({ width: 11_000, height: 10_100, bitDepth: 1, colour: 'grey' }),
      'too_many_pixels',
      /11110 万像素.*11000 万像素/,
    ],
    [photo.subarray(0, 20_000), 'truncated', /不完整/],
    [Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'heic', /HEIC/],
    [Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), 'unsupported_format', /GIF/],
    [Buffer.alloc(0), 'empty_file', /0 字节/],
  ];
  for (const [bytes, reason, says] of causes) {
    const answer = await upload(api, new Uint8Array(bytes));
    expect(answer.status).toBe(415);
    const { message, error_code, issues } = Refused.parse(await answer.json());
    expect({ error_code, ...issues[0] }).toEqual({ error_code: 'unsupported_image', path: ['file'], reason });
    expect(message).toMatch(says);
  }
  for (const [bytes, reason] of causes.slice(0, 2)) {
    const answer = await createWith(api, bytes, bytes[0] === 0x89 ? 'png' : 'jpeg');
    expect(answer.status).toBe(400);
    const { error_code, issues } = Refused.parse(await answer.json());
    expect({ error_code, ...issues[0] }).toEqual({
      error_code: 'invalid_request',
      path: ['subject_reference', 0, 'image_file'],
      reason,
    });
  }
});

/** Uploads at once of each format; the figures in docs/reliability.md are of LARGE_PHOTOS=6. */
const AT_ONCE = Number(process.env.LARGE_PHOTOS ?? 2);

test(`decodes ${AT_ONCE} of the costliest photos of each format at once within the memory limit, beside other users`, {
  timeout: 600_000,
}, async () => {
  const api = await startApi(await startLinkProvider(), { ...SETTINGS, MALLOC_ARENA_MAX: 2 });
  const other = api.user('99');
  const kept = Uploaded.parse(await (await upload(api, new Uint8Array(photo), '99')).json()).data;
  const costliest: [name: string, bytes: Buffer][] = [
    ['progressive JPEG of 108 MP', await largeJpeg(12_000, 9_008, { quality: 60, progressive: true })],
    [
      'interlaced PNG of 24 MP',
      await enlarged(6_000, 4_000).png({ progressive: true, compressionLevel: 1 }).toBuffer(),
    ],
    ['lossless WebP of 24 MP', await enlarged(6_000, 4_000).webp({ lossless: true, effort: 0 }).toBuffer()],
    ['AVIF of 12 MP at ten bits', await enlarged(4_032, 3_024).avif({ effort: 0, bitdepth: 10 }).toBuffer()],
  ];
  for (const [name, bytes] of costliest) {
    let isOver = false;
    const uploads = Promise.all(
      Array.from(
        { length: AT_ONCE },
        async (_, user) => (await upload(api, new Uint8Array(bytes), String(user))).status,
      ),
    ).finally(() => {
      isOver = true;
    });
    let longestMs = 0;
    while (!isOver) {
      const begun = performance.now();
      expect((await fetch(kept.url)).status).toBe(200);
      await other.sdk.list();
      longestMs = Math.max(longestMs, performance.now() - begun);
      await sleep(POLL_EVERY_MS);
    }
    // On a slow machine the last ones exceed the wait limit and get 503.
    expect(new Set(await uploads).isSubsetOf(new Set([201, 503]))).toBe(true);
    const peak = peakBytes(api.process.pid) ?? 0;
    console.log(
      `${name}: at most ${Math.round(peak / 1e6)} MB; another user's link and list within ${Math.round(longestMs)} ms`,
    );
    expect(peak).toBeLessThan(MEMORY_LIMIT_BYTES);
  }
  expect(api.process.stderr).toEqual([]);
});
