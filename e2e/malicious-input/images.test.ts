import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletedJob, FailedJob } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { peakBytes } from '@darkroom/test-kit/process/memory';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { startLinkProvider } from './link-provider.ts';
import {
  LARGEST_IMAGE,
  MALICIOUS_IMAGES,
  type MaliciousImage,
  type ResultEnd,
  type UploadEnd,
} from './malicious-images.ts';

/** The long form is `MALICIOUS_AT_ONCE=40 npx vitest run --project e2e e2e/malicious-input/images`. */
const AT_ONCE = Number(process.env.MALICIOUS_AT_ONCE ?? 4);
/** Asking all the time would take the CPU time that the uploads need. */
const POLL_EVERY_MS = 20;
/** The process's baseline, request bodies, and an image of 50 million pixels per core. */
const PEAK_MAX_BYTES = 1_500_000_000;

const SETTINGS = {
  RATE_LIMIT_PER_MINUTE: 0,
  USER_ACTIVE_LIMIT: 1_000,
  GENERATION_CONCURRENCY: 100,
  DOWNLOAD_RETRY_FOR_MS: 3_000,
};

const Uploaded = z.object({ data: z.object({ width: z.int(), height: z.int(), url: z.string() }) });
const Refused = z.object({
  error_code: z.string(),
  issues: z.array(z.object({ path: z.array(z.unknown()) })).optional(),
});

let images: { row: MaliciousImage; bytes: Buffer }[] = [];
beforeAll(async () => {
  for (const row of MALICIOUS_IMAGES) images.push({ row, bytes: await row.build() });
});
afterAll(() => {
  images = [];
});

/** Returns the result of each image by its name; all run at once. */
async function endsOf<End>(endOf: (bytes: Buffer, row: MaliciousImage) => Promise<End>): Promise<Record<string, End>> {
  const ends = images.map(async ({ row, bytes }) => [row.name, await endOf(bytes, row)] as const);
  return Object.fromEntries(await Promise.all(ends));
}

/** The expected results. */
function table<End>(endOf: (row: MaliciousImage) => End): Record<string, End> {
  return Object.fromEntries(MALICIOUS_IMAGES.map((row) => [row.name, endOf(row)]));
}

/** Fetches a file and checks the headers by which a browser shows it as an image or not at all. */
async function fetchInert(link: string): Promise<{ type: string | null; bytes: Buffer }> {
  const response = await fetch(link);
  const type = response.headers.get('content-type');
  expect.soft(type).toMatch(/^image\/(jpeg|png|webp|avif)$/);
  expect.soft(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect.soft(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox$/);
  expect.soft(response.headers.get('content-disposition')).toMatch(/^inline; filename="[\w.-]+"$/);
  return { type, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function uploadTo(api: Api, bytes: Buffer, userId = '1'): Promise<UploadEnd> {
  const form = new FormData();
  // The declared content type and file name must be ignored.
  form.set('file', new Blob([new Uint8Array(bytes)], { type: 'text/html' }), 'photo.svg');
  const headers = { authorization: `Bearer ${api.user(userId).token}` };
  const response = await fetch(api.url + UPLOADS_PATH, { method: 'POST', body: form, headers });
  const answer: unknown = await response.json();
  if (response.status === 415) return z.object({ error_code: z.literal('unsupported_image') }).parse(answer).error_code;
  const { width, height, url } = Uploaded.parse(answer).data;
  const kept = await fetchInert(url);
  expect.soft(kept.bytes.includes('<script>')).toBe(false);
  return { width, height };
}

test('converts a malicious upload to a plain photo or refuses it', async () => {
  const api = await startApi(await startLinkProvider(), SETTINGS);
  const ends = await endsOf((bytes) => uploadTo(api, bytes));
  expect(ends).toEqual(table((row) => row.upload));
  await checkAfterwards(api);
});

test('accepts a malicious image in a data URL as an upload would, or names the refused field', async () => {
  const api = await startApi(await startLinkProvider(), SETTINGS);
  const headers = { authorization: `Bearer ${api.user().token}`, 'content-type': 'application/json' };
  const create = (image_file: string) =>
    fetch(api.url + GENERATION_PATH, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...imageRequest('malicious'), subject_reference: [{ type: 'character', image_file }] }),
    });

  const ends = await endsOf(async (bytes) => {
    const type = bytes[0] === 0x89 ? 'image/png' : 'image/jpeg';
    const answer = await create(`data:${type};base64,${bytes.toString('base64')}`);
    if (answer.status === 202) return 'taken';
    const { error_code, issues } = Refused.parse(await answer.json());
    return `${error_code} ${issues?.map(({ path }) => path.join('.'))}`;
  });

  const isTaken = (row: MaliciousImage) => row.upload !== 'unsupported_image' && !/^an? (WebP|AVIF)/.test(row.name);
  const REFUSAL = 'invalid_request subject_reference.0.image_file';
  expect(ends).toEqual(table((row) => (isTaken(row) ? 'taken' : REFUSAL)));
  await checkAfterwards(api);
});

test('re-encodes a malicious result or delivers it byte for byte', async () => {
  const provider = await startLinkProvider();
  const api = await startApi(provider, SETTINGS);

  const ends = await endsOf(async (bytes, { name }) => {
    const { sdk } = api.user(String(MALICIOUS_IMAGES.findIndex((row) => row.name === name))); // bounds a user's polls
    const path = `/${createHash('sha256').update(name).digest('hex')}`;
    const link = provider.serve(path, (_, response) => response.setHeader('content-type', 'text/html').end(bytes));
    provider.answer(name, link);
    return endOf(await sdk.wait(await sdk.create(imageRequest(name))), bytes);
  });

  expect(ends).toEqual(table((row) => row.result));
  await checkAfterwards(api);
});

async function endOf(job: CompletedJob | FailedJob, came: Buffer): Promise<ResultEnd | string> {
  if (job.status === 'FAILED') return job.error_code === 'download_failed' ? 'no image' : job.error_code;
  const [asset] = job.assets;
  if (!asset) throw new Error('a COMPLETED job without an image');
  const { content_type: type, width, height, compressed } = asset;
  const file = await fetchInert(asset.url);
  expect.soft(file.type).toBe(type);
  if (compressed) expect.soft(file.bytes.includes('<script>')).toBe(false);
  else expect.soft(file.bytes.equals(came)).toBe(true);
  return { as: compressed ? 'new' : 'it came', type, width, height };
}

test(`decodes ${AT_ONCE} of the largest uploads at once within the memory limit, and keeps answering readiness`, {
  timeout: 60_000 + AT_ONCE * 10_000,
}, async () => {
  const api = await startApi(await startLinkProvider(), SETTINGS);
  const largest = images.find(({ row }) => row.name === LARGEST_IMAGE);
  if (!largest) throw new Error('the largest image is gone');
  let isOver = false;
  const uploads = Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => uploadTo(api, largest.bytes, String(index % 10))),
  ).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
    await sleep(POLL_EVERY_MS);
  }
  expect(await uploads).toEqual(Array(AT_ONCE).fill(largest.row.upload));
  await checkAfterwards(api);
});

/** The API still works, logged no internal error, and stayed within its memory bound. */
async function checkAfterwards(api: Api): Promise<void> {
  expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
  expect(api.process.stderr).toEqual([]);
  expect(api.process.stdout.filter((line) => line.includes('"level":50'))).toEqual([]);
  const peak = peakBytes(api.process.pid);
  if (peak === null) return;
  console.log(`${expect.getState().currentTestName}: at most ${Math.round(peak / 1e6)} MB`);
  expect(peak).toBeLessThan(PEAK_MAX_BYTES);
}
