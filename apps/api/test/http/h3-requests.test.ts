import { ImageJob, ImageJobPage } from '@darkroom/contracts';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { beforeAll, expect, test } from 'vitest';
import { pathOf } from './finished-job.ts';
import { PUBLIC_URL, shareApi } from './running-api.ts';
import { bothSurfaces, type Surface } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ MODELS: 'MiniMax-H3-Image,image-01', RATE_LIMIT_PER_MINUTE: '0', USER_ACTIVE_LIMIT: '1000' });
const request = { model: 'MiniMax-H3-Image', prompt: 'image 1 beside image 2' };
const link = 'https://photos.example/a.jpg';

let upload: string;
let dataUrl: string;
beforeAll(async () => {
  const photo = await readPhoto('rocket.jpg');
  dataUrl = `data:image/jpeg;base64,${photo.toString('base64')}`;
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(photo)]), 'photo');
  const sent = new Request(PUBLIC_URL, { method: 'POST', body: form });
  const headers = { ...bearer('1'), 'content-type': sent.headers.get('content-type') ?? '' };
  const payload = Buffer.from(await sent.arrayBuffer());
  const response = await api().server.inject({ method: 'POST', url: UPLOADS_PATH, payload, headers });
  upload = response.json().data.image_file;
});

const surfaces = (): Surface[] => bothSurfaces(api().server);

async function create(surface: Surface, references: string[]): Promise<ImageJob> {
  const input = { ...request, references: references.map((image_file) => ({ image_file })) };
  const answer = surface.read(await surface.create(input));
  return ImageJob.parse('data' in answer ? answer.data : answer);
}

test('accepts several references, and answers with links to those that are uploads', async () => {
  for (const surface of surfaces()) {
    const job = await create(surface, [upload, link, dataUrl]);
    expect(job.request).toEqual({
      ...{ ...request, n: 1, area: '2K' },
      references: [{ image_file: upload }, { image_file: link }, { image_file: expect.stringMatching(/^upload:\/\//) }],
    });
    const [first, second, third] = job.reference_urls ?? [];
    expect(second).toBeNull();
    for (const url of [first, third]) {
      const shown = await api().server.inject({ url: pathOf(url ?? '') });
      expect([shown.statusCode, shown.headers['content-type']]).toEqual([200, 'image/jpeg']);
    }
    const status = surface.read(await surface.status({ job_id: job.job_id }));
    expect(status).toMatchObject({ data: { reference_urls: [first, null, third] } });
    const page = surface.read(await surface.list({ limit: 1 }));
    expect(ImageJobPage.parse('data' in page && page.data).jobs[0]?.reference_urls).toEqual([first, null, third]);
  }
});

test('can be created again with the request that the job shows', async () => {
  for (const surface of surfaces()) {
    const job = await create(surface, [dataUrl, upload]);
    const again = surface.read(await surface.create(job.request));
    expect(again).toMatchObject({ data: { request: job.request, reference_urls: job.reference_urls } });
  }
});

test('answers image-01 jobs with no link, or with that of their one reference', async () => {
  const [rest] = surfaces();
  if (!rest) throw new Error('no API');
  const image01 = { model: 'image-01', prompt: 'a lighthouse at dawn' };
  expect(rest.read(await rest.create(image01))).toMatchObject({ data: { reference_urls: [] } });
  const referring = { ...image01, subject_reference: [{ type: 'character', image_file: upload }] };
  expect(rest.read(await rest.create(referring))).toMatchObject({
    data: { reference_urls: [expect.stringContaining('/files/')] },
  });
});

test('names the reference at fault by its path', async () => {
  const input = { ...request, references: [link, link, link, 'a.jpg'].map((image_file) => ({ image_file })) };
  for (const surface of surfaces()) {
    expect(surface.read(await surface.create(input))).toEqual({
      status: 400,
      error_code: 'invalid_request',
      paths: ['references.3.image_file'],
    });
    const stranger = (await surface.create({ ...request, references: [{ image_file: upload }] }, bearer('2'))).json();
    const { error_code, issues } = stranger.error?.data ?? stranger;
    expect({ error_code, issues }).toMatchObject({
      error_code: 'upload_not_found',
      issues: [{ path: ['references', 0, 'image_file'] }],
    });
  }
});

test('accepts sixteen data URLs in one request', async () => {
  const [rest] = surfaces();
  if (!rest) throw new Error('no API');
  const photos = Array.from({ length: 16 }, () => dataUrl);
  const job = await create(rest, photos);
  expect(job.reference_urls?.filter((url) => url !== null)).toHaveLength(16);
});
