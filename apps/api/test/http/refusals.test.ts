import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import type { LightMyRequestResponse } from 'fastify';
import { expect, test } from 'vitest';
import { type Api, openApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';
import { bearer } from './tokens.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

/** The wait time in the form of each API surface. */
function waitOf(name: 'REST' | 'tRPC', response: LightMyRequestResponse): { header: number; bodyMs: number | null } {
  const bodyMs = name === 'tRPC' ? response.json().error.data.retry_after_ms : null;
  return { header: Number(response.headers['retry-after']), bodyMs };
}

async function expectRefusal(
  api: Api,
  input: unknown,
  status: number,
  error_code: string,
  waitS: number,
): Promise<void> {
  for (const surface of bothSurfaces(api.server)) {
    const response = await surface.create(input);
    expect(surface.read(response)).toEqual({ status, error_code, paths: null });
    const { header, bodyMs } = waitOf(surface.name, response);
    expect(header).toBeGreaterThanOrEqual(1);
    expect(header).toBeLessThanOrEqual(waitS);
    if (bodyMs !== null) expect(Math.ceil(bodyMs / 1_000)).toBe(header);
  }
}

test.each([
  ['rate_limited', 429, { RATE_LIMIT_PER_MINUTE: '1' }, 60],
  ['quota_exceeded', 429, { USER_DAILY_IMAGES: '1' }, 86_400],
  ['quota_exceeded', 429, { DAILY_IMAGES: '1' }, 86_400],
  ['quota_exceeded', 429, { USER_DAILY_UNITS: '1' }, 86_400],
  ['quota_exceeded', 429, { DAILY_UNITS: '1' }, 86_400],
  ['too_many_jobs', 429, { USER_ACTIVE_LIMIT: '1' }, 5],
  ['queue_full', 503, { QUEUE_LIMIT: '1' }, 5],
])('answers %s with the time to wait on REST and tRPC', async (code, status, env, waitS) => {
  const api = await openApi(env);
  const [rest] = bothSurfaces(api.server);
  expect((await rest.create(request)).statusCode).toBe(202);
  await expectRefusal(api, request, status, code, waitS);
});

test('counts an upload towards the rate limit of creates', async () => {
  const api = await openApi({ RATE_LIMIT_PER_MINUTE: '1' });
  const upload = new FormData();
  upload.append('file', new Blob([await readPhoto('rocket.jpg')]));
  const address = await api.server.listen({ host: '127.0.0.1', port: 0 });
  const send = () => fetch(`${address}${UPLOADS_PATH}`, { method: 'POST', body: upload, headers: bearer('1') });
  expect((await send()).status).toBe(201);
  const refused = await send();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ error_code: 'rate_limited', data: null });
  await expectRefusal(api, request, 429, 'rate_limited', 60);
});

test('refuses creates and answers reads during a drain', async () => {
  const api = await openApi();
  const [rest] = bothSurfaces(api.server);
  const created = (await rest.create(request)).json();
  await api.app.drain();
  await expectRefusal(api, request, 503, 'draining', 5);
  for (const surface of bothSurfaces(api.server)) {
    const read = surface.read(await surface.status({ job_id: created.data.job_id, wait_seconds: 25 }));
    expect(read).toMatchObject({ data: { status: 'PENDING' } });
  }
});

test('answers unavailable with the time to wait when the disk accepts no files', async () => {
  const api = await openApi();
  const writing = path.join(api.dataDir, 'files', 'writing');
  await rm(writing, { recursive: true });
  await writeFile(writing, 'in the way');
  const photo = `data:image/jpeg;base64,${(await readPhoto('rocket.jpg')).toString('base64')}`;
  const withPhoto = { ...request, subject_reference: [{ type: 'character', image_file: photo }] };
  await expectRefusal(api, withPhoto, 503, 'unavailable', 5);
  expect(api.logged().filter(({ level }) => level === 40)).toHaveLength(2);
});
