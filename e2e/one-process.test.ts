import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { cleanEnvironment, readListening } from '@darkroom/test-kit/api/api-environment';
import { startApi, startApiProcess } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';

test('ends a second process on the same DATA_DIR with one line while the first continues', async () => {
  const api = await startApi(await startProvider());

  const second = startApiProcess(api.env);

  expect(await second.ended).toBe(1);
  expect(second.stderr).toEqual([`DATA_DIR ${api.dataDir} is in use by another Darkroom process`]);
  expect(second.stdout).toEqual([]);
  expect(await api.user().sdk.generate(imageRequest('the first goes on'))).toMatchObject({ status: 'COMPLETED' });
});

test('leaves the simulator of the first process alone when a second one starts', async () => {
  const DATA_DIR = await createTempDir();
  const env = { ...cleanEnvironment(), DATA_DIR, PORT: '0' };
  await startApiProcess(env).line(readListening);
  const readPort = () => readFile(path.join(DATA_DIR, 'simulator', 'simulator.json'), 'utf8');
  const before = await readPort();

  expect(await startApiProcess(env).ended).toBe(1);

  expect(await readPort()).toBe(before);
});

test('refuses to start in production without its keys, with one line for each', async () => {
  const DATA_DIR = await createTempDir();
  const api = startApiProcess({ ...cleanEnvironment(), DATA_DIR, PORT: '0', NODE_ENV: 'production' });

  expect(await api.ended).toBe(1);
  expect(api.stderr.toSorted()).toEqual([
    expect.stringMatching(/^JWT_SECRET: .*JWT_PUBLIC_KEY.*JWT_JWKS_URL/),
    expect.stringMatching(/^MINIMAX_API_KEY: /),
  ]);
});

test('answers 403 for a job of another user and 404 for an unknown one, over REST and tRPC', async () => {
  const api = await startApi(await startProvider());
  const { job_id } = await api.user('1').sdk.create(imageRequest('mine'));
  const { sdk, rest } = api.user('2');
  const unknown = '00000000-0000-4000-8000-000000000000';

  for (const [id, status, code] of [
    [job_id, 403, 'forbidden'],
    [unknown, 404, 'job_not_found'],
    ['no-uuid', 404, 'job_not_found'],
  ] as const) {
    expect(await rest.refused('GET', `${GENERATION_PATH}/${id}`)).toMatchObject({ status, error_code: code });
    expect(await rest.refused('POST', `${GENERATION_PATH}/${id}/cancel`)).toMatchObject({ status, error_code: code });
    expect(await rest.refused('DELETE', `${GENERATION_PATH}/${id}`)).toMatchObject({ status, error_code: code });
    const refusal = { name: 'ImageApiError', httpStatus: status, code };
    await expect(sdk.status(id)).rejects.toMatchObject(refusal);
    await expect(sdk.cancel(id)).rejects.toMatchObject(refusal);
    await expect(sdk.delete(id)).rejects.toMatchObject(refusal);
  }
});
