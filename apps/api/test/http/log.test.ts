import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { expect, test } from 'vitest';
import { finishJob, pathOf } from './finished-job.ts';
import { API_KEY, openApi } from './running-api.ts';
import { bothSurfaces, restSurface } from './surfaces.ts';
import { bearer, SECRET, tokenOf } from './tokens.ts';

const PROMPT = 'a prompt that is nobody else to read';
const REFERENCE_URL = 'https://photos.example/a.jpg?token=of-the-reference';

test('never writes a token, key, prompt, photo or signed link to the log', async () => {
  const api = await openApi({ MINIMAX_RETRY_BASE_MS: '1', DOWNLOAD_RETRY_FOR_MS: '0' });
  await api.app.start();
  const token = tokenOf({ user_id: '1' });
  const authorization = `Bearer ${token}`;
  const photo = (await readPhoto('rocket.jpg')).toString('base64');
  const request = { model: 'image-01', prompt: PROMPT };
  const withPhoto = (image_file: string) => ({ ...request, subject_reference: [{ type: 'character', image_file }] });
  const echo = { kind: 'base_resp' as const, message: `input sensitive: ${PROMPT}` };

  // Successful requests.
  const done = await finishJob(api, withPhoto(`data:image/jpeg;base64,${photo}`));
  const link = pathOf(done.images[0] ?? '');
  await api.server.inject({ url: link });
  await api.server.inject({ url: link.replace(/signature=./, 'signature=_') });

  // Refused requests.
  for (const surface of bothSurfaces(api.server)) {
    await surface.create({ ...withPhoto(`data:image/png;base64,${photo}`), n: 99 }, { authorization });
    await surface.create(request, { authorization: `Bearer ${tokenOf({ user_id: -1 })}` });
    await surface.status({ job_id: 'x' }, { authorization });
  }
  const unread = { authorization, 'content-type': 'application/json' };
  await api.server.inject({ method: 'POST', url: UPLOADS_PATH, payload: PROMPT, headers: { ...unread } });
  await api.server.inject({
    method: 'POST',
    url: '/trpc/image.create',
    payload: `{"prompt":"${PROMPT}`,
    headers: unread,
  });

  // Failed calls and downloads, with a provider that repeats the prompt in its answer.
  api.simulator.script(
    { times: 1, fault: { ...echo, code: 1026 } },
    { times: 1, fault: { ...echo, code: 1002 } },
    { times: 1, fault: { ...echo, code: 7777 } },
    { times: 1, fault: { kind: 'http', status: 502, body: `<html>${PROMPT}</html>` } },
    { times: 1, fault: { kind: 'reset', at: 'body' } },
    { times: 1, fault: { kind: 'image', image: { kind: 'status', status: 500 } } },
    { times: 1, fault: { kind: 'image', image: { kind: 'html' } } },
    { times: 1, fault: { kind: 'image', image: { kind: 'redirect', location: 'http://10.0.0.1/x?Signature=y' } } },
  );
  for (let i = 0; i < 7; i++) await finishJob(api, withPhoto(REFERENCE_URL)).catch(() => {});
  await restSurface(api.server).delete({ job_id: done.job_id });

  expect(api.simulator.stats().calls).toBe(9);
  expect(api.logLines.length).toBeGreaterThan(20);
  const log = api.logLines.join('\n');
  const [, payload = '', signature = ''] = token.split('.');
  const secrets = {
    PROMPT,
    SECRET,
    API_KEY,
    payload,
    signature,
    photo: photo.slice(1_000, 1_040),
    token: bearer('1').authorization,
  };
  for (const [name, secret] of Object.entries(secrets)) expect(log.includes(secret), name).toBe(false);
  expect(log).not.toMatch(/signature=|base64,|of-the-reference|Bearer /i);
});
