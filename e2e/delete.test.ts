import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { readSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { followUntil, isSaving } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { SURFACES, sendCreate } from '@darkroom/test-kit/client/send-create';
import { readAstronaut } from '@darkroom/test-kit/process/checkout';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test, vi } from 'vitest';

/** Ends the process cleanly, then reads the recorded attempts and the remaining files. */
async function stopAndReadRecords(api: Api) {
  api.process.signal('SIGTERM');
  expect(await api.process.ended).toBe(0);
  expect(api.process.stdout.filter((line) => /"level":[4-6]0\b/.test(line))).toEqual([]);
  const { jobs, attempts, files } = readSnapshot(api.dataDir);
  const kept = await readFileKeys(api.dataDir);
  return { prompts: jobs.map((job) => job.prompt), attempts, kept, strays: [...kept.difference(files)] };
}

describe('deleting a job during its call', () => {
  test.each(['url', 'base64'])(
    'keeps nothing of the paid answer (%s), and counts the job against its user until the answer arrives',
    async (format) => {
      const provider = await startProvider();
      provider.script({ prompt: 'no longer wanted', hold: true });
      const api = await startApi(provider, { USER_ACTIVE_LIMIT: 1, MINIMAX_RESPONSE_FORMAT: format });
      const { sdk, rest, token } = api.user();
      const photograph = (await rest.upload(await readAstronaut())).data.image_file;
      const reference = [{ type: 'character' as const, image_file: photograph }];
      const { job_id } = await sdk.create(imageRequest('no longer wanted', { n: 2, subject_reference: reference }));
      await provider.held(1);

      await sdk.delete(job_id);

      expect(await readFileKeys(api.dataDir)).toEqual(new Set());
      await expect(sdk.status(job_id)).rejects.toMatchObject({ code: 'job_not_found' });
      for (const surface of SURFACES) {
        const refused = await sendCreate({ url: api.url, token, surface }, imageRequest('the next one'));
        expect(refused).toMatchObject({ status: 429, errorCode: 'too_many_jobs' });
      }
      provider.release();
      const next = await vi.waitFor(() => rest.create(imageRequest('the next one')), { timeout: 20_000, interval: 50 });
      await sdk.wait(next.data);
      const records = await stopAndReadRecords(api);
      expect(records).toMatchObject({ prompts: ['the next one'], strays: [] });
      expect(records.kept.size).toBe(1);
      expect(records.attempts).toMatchObject([{ job_id, outcome: 'answered' }, { job_id: next.data.job_id }]);
    },
  );
});

test('removes the saved images of a job deleted while saving, without waiting for the other images', async () => {
  const provider = await startProvider();
  provider.script({ fault: { kind: 'image', image: { kind: 'hang' }, position: 1 } });
  // Waiting for the hanging image would exceed the grace period.
  const api = await startApi(provider, { DOWNLOAD_TIMEOUT_MS: 300_000, SHUTDOWN_GRACE_MS: 20_000 });
  const { sdk } = api.user();
  const { job_id } = await sdk.create(imageRequest('half saved', { n: 2 }));
  await followUntil(sdk, job_id, isSaving);
  await vi.waitFor(async () => expect((await readFileKeys(api.dataDir)).size).toBe(1), { timeout: 20_000 });

  await sdk.delete(job_id);

  expect(await readFileKeys(api.dataDir)).toEqual(new Set());
  expect(await stopAndReadRecords(api)).toMatchObject({ prompts: [], strays: [] });
});

test('makes no call for a job that is deleted while it waits, and moves the next one up', async () => {
  const provider = await startProvider();
  provider.script({ prompt: 'first', hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
  const { sdk } = api.user();
  const first = await sdk.create(imageRequest('first'));
  await provider.held(1);
  const second = await sdk.create(imageRequest('second'));
  const third = await sdk.create(imageRequest('third'));
  expect(third).toMatchObject({ queue_position: 2 });

  await sdk.delete(second.job_id);

  expect(await sdk.status(third.job_id)).toMatchObject({ queue_position: 1 });
  provider.release();
  await sdk.wait(first);
  await sdk.wait(third);
  expect(provider.prompts()).toEqual(['first', 'third']);
});

describe('fifty simultaneous deletes over REST and tRPC', () => {
  async function remove(api: Api, jobId: string, number: number): Promise<number> {
    const headers = { authorization: `Bearer ${api.user().token}`, 'content-type': 'application/json' };
    const response = await (number % 2 === 0
      ? fetch(`${api.url}${GENERATION_PATH}/${jobId}`, {
          method: 'DELETE',
          headers: { authorization: headers.authorization },
        })
      : fetch(`${api.url}/trpc/image.delete`, { method: 'POST', headers, body: JSON.stringify({ job_id: jobId }) }));
    return response.status;
  }

  test('answer 200 or 404 for one job', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const { job_id } = await api.user().sdk.create(imageRequest('unwanted by all'));
    await provider.held(1);

    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => remove(api, job_id, number)));

    expect(answers).toContain(200);
    expect(answers.filter((status) => status !== 200 && status !== 404)).toEqual([]);
    provider.release();
    expect(await stopAndReadRecords(api)).toMatchObject({ prompts: [], strays: [] });
  });

  test('answer 200 for fifty jobs, let running calls end and leave no file behind', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 4, USER_ACTIVE_LIMIT: 50 });
    const { sdk } = api.user();
    const jobs = await Promise.all(
      Array.from({ length: 50 }, (_, number) => sdk.create(imageRequest(`unwanted ${number}`))),
    );
    await provider.held(4);

    const answers = await Promise.all(jobs.map(({ job_id }, number) => remove(api, job_id, number)));

    expect(answers).toEqual(Array(50).fill(200));
    provider.release();
    const records = await stopAndReadRecords(api);
    expect(records).toMatchObject({ prompts: [], strays: [] });
    expect(records.attempts.map(({ outcome }) => outcome)).toEqual(Array(4).fill('answered'));
    expect(provider.calls()).toHaveLength(4);
  });
});
