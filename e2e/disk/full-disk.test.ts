import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { followUntil, isSaving } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { API_MAIN, readAstronaut } from '@darkroom/test-kit/process/checkout';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test, vi } from 'vitest';
import { allowWrites, CAN_LIMIT_FILE_SIZE, failWrites } from './limit-file-size.ts';

const TIMEOUT = { timeout: 20_000, interval: 50 };

async function readyOf(api: Api): Promise<unknown> {
  const response = await fetch(`${api.url}/health/ready`);
  return { status: response.status, body: await response.json() };
}

const untilReady = (api: Api) =>
  vi.waitFor(async () => expect(await readyOf(api)).toMatchObject({ status: 200 }), TIMEOUT);

const untilNotReady = (api: Api) =>
  vi.waitFor(
    async () =>
      expect(await readyOf(api)).toEqual({ status: 503, body: { status: 'unavailable', reason: 'database' } }),
    TIMEOUT,
  );

const FULL_DISK = expect.stringMatching(/^\S.* (cannot be (used|opened|written|brought up to date)): /);

/** Starts the API again with a limit on file sizes from the first instant. */
function startWithFileLimit({ dataDir, env }: Api, bytes: number) {
  return startChild('prlimit', [`--fsize=${bytes}:`, process.execPath, API_MAIN], { cwd: dataDir, env });
}

/** Resolves when the process has met the fault and retries. */
const untilItTriesAgain = (api: Api) => api.process.lineWith('storage unavailable; retrying');

describe.skipIf(!CAN_LIMIT_FILE_SIZE)('the API on a full disk', () => {
  test('refuses requests and uploads as unavailable, fails readiness, and recovers when there is space', async () => {
    const api = await startApi(await startProvider());
    const { rest, sdk } = api.user();
    const before = await sdk.generate(imageRequest('before'));

    failWrites(api.process.pid);

    const created = await rest.refused('POST', GENERATION_PATH, imageRequest('while it is full'));
    expect(created).toMatchObject({ status: 503, error_code: 'unavailable' });
    expect(Number(created.headers.get('retry-after'))).toBeGreaterThan(0);
    const form = new FormData();
    form.set('file', new Blob([await readAstronaut()]), 'photo');
    const uploaded = await rest.refused('POST', UPLOADS_PATH, form);
    expect(uploaded).toMatchObject({ status: 503, error_code: 'unavailable' });
    await untilNotReady(api);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    expect((await rest.status(before.job_id)).data).toEqual(expect.objectContaining({ status: 'COMPLETED' }));

    allowWrites(api.process.pid);
    await untilReady(api);
    expect(await sdk.generate(imageRequest('after'))).toMatchObject({ status: 'COMPLETED' });
    expect(api.process.stderr).toEqual([]);
  });

  test('keeps a paid answer in memory until it can be written, and completes with one call', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const { sdk } = api.user();
    const job = await sdk.create(imageRequest('paid'));
    await provider.held(1);

    failWrites(api.process.pid);
    provider.release();
    await untilItTriesAgain(api);
    expect(await sdk.status(job.job_id)).toMatchObject({ status: 'PROCESSING' });

    allowWrites(api.process.pid);
    expect(await sdk.wait(job.job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(provider.callsFor('paid')).toBe(1);
    expect(readAttempts(api)).toMatchObject([{ outcome: 'answered' }]);
  });

  test('keeps a job in saving while its images do not fit, and completes it when there is space', async () => {
    const provider = await startProvider();
    // Two downloads fail, so that the disk is full by the time the third brings the image.
    provider.script({ fault: { kind: 'image', image: { kind: 'status', status: 500 }, times: 2 } });
    const api = await startApi(provider);
    const { sdk } = api.user();
    const job = await sdk.create(imageRequest('no room'));
    await followUntil(sdk, job.job_id, isSaving);

    failWrites(api.process.pid);
    await untilItTriesAgain(api);
    expect(await sdk.status(job.job_id)).toMatchObject({ status: 'PROCESSING', stage: 'saving' });
    await expect(sdk.cancel(job.job_id)).rejects.toMatchObject({ code: 'unavailable' });

    allowWrites(api.process.pid);
    expect(await sdk.wait(job.job_id)).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
    expect(provider.callsFor('no room')).toBe(1);
  });

  test('ends a start before it listens, even without any work to do', async () => {
    const api = await startApi(await startProvider());
    await api.kill();
    // Enough to open the database, but not for an image.
    for (const bytes of [0, 40_000]) {
      const refused = startWithFileLimit(api, bytes);
      expect(await refused.ended).toBe(1);
      expect(refused.stdout).toEqual([]);
      expect(refused.stderr).toEqual([FULL_DISK]);
    }
  });

  test('ends a start with one line, and lets the next start complete what waited', async () => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'image', image: { kind: 'status', status: 500 }, times: 2 } });
    const api = await startApi(provider);
    const { sdk } = api.user();
    const { job_id } = await sdk.create(imageRequest('from before'));
    await followUntil(sdk, job_id, isSaving);
    await api.kill();

    const refused = startWithFileLimit(api, 0);
    expect(await refused.ended).toBe(1);
    expect(refused.stdout).toEqual([]);
    expect(refused.stderr).toEqual([FULL_DISK]);

    const after = (await api.restart()).user();
    expect(await after.sdk.wait(job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(provider.callsFor('from before')).toBe(1);
  });
});
