import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { followUntil, isSaving } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const secondTry = (line: string) => (/"tries":2\b.*"image could not be fetched"/.test(line) ? line : null);

describe('a restart after kill -9', () => {
  test('completes a job that waited when its 202 was sent', async () => {
    const provider = await startProvider();
    provider.script({ prompt: 'occupies the only slot', hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
    const { rest } = api.user();
    await rest.create(imageRequest('occupies the only slot'));
    await provider.held(1);
    const accepted = await rest.create(imageRequest('has its 202'));
    expect(accepted).toMatchObject({ status: 202, data: { status: 'PENDING' } });

    await api.kill();
    expect(provider.prompts()).not.toContain('has its 202');
    const { sdk } = (await api.restart()).user();

    expect(await sdk.wait(accepted.data.job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(provider.callsFor('has its 202')).toBe(1);
  });

  test('ends a job with outcome_unknown when its call was running, and does not repeat the call', async () => {
    const provider = await startProvider();
    provider.script({ prompt: 'interrupted', hold: true });
    const api = await startApi(provider);
    const { job_id } = await api.user().sdk.create(imageRequest('interrupted'));
    await provider.held(1);

    await api.kill();
    provider.release();
    const { sdk } = (await api.restart()).user();

    expect(await sdk.wait(job_id)).toMatchObject({
      status: 'FAILED',
      error_code: 'outcome_unknown',
      charged: 'unknown',
      retryable: true,
    });
    await sdk.generate(imageRequest('a later job')); // the queue has run since, without the first job
    expect(provider.callsFor('interrupted')).toBe(1);
  });

  test('fetches the images of a call that was answered before the kill', async () => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'image', image: { kind: 'hang' } } });
    const api = await startApi(provider);
    const { sdk } = api.user();
    const created = await sdk.create(imageRequest('answered', { n: 2 }));
    await followUntil(sdk, created.job_id, isSaving);
    expect(provider.callsFor('answered')).toBe(1);

    await api.kill();
    provider.reset(); // makes the images available and resets the count of calls
    const after = (await api.restart()).user();

    const job = await after.sdk.wait(created.job_id);
    expect(job).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
    expect(provider.calls()).toEqual([]);
  });

  test('continues the retries of an image download, and keeps the images already saved', async () => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'image', image: { kind: 'status', status: 503 }, position: 1 } });
    const api = await startApi(provider);
    const { sdk } = api.user();
    const created = await sdk.create(imageRequest('two, one of them late', { n: 2 }));
    await api.process.line(secondTry);

    await api.kill();
    const next = await api.restart();
    await next.process.line(secondTry);
    provider.reset(); // makes the image available and resets the count of calls

    expect(await next.user().sdk.wait(created.job_id)).toMatchObject({
      status: 'COMPLETED',
      failed_count: 0,
      charged: 'yes',
    });
    expect(provider.calls()).toEqual([]);
  });

  test('repeats a call that was waiting for its retry', async () => {
    const provider = await startProvider();
    provider.script({ times: 1, fault: { kind: 'base_resp', code: 1002 } });
    // Longer than a restart takes on a busy machine.
    const api = await startApi(provider, { MINIMAX_RETRY_BASE_MS: 9_000 });
    const { job_id } = await api.user().sdk.create(imageRequest('too fast'));
    await expect
      .poll(() => readAttempts(api).map(({ outcome }) => outcome), { timeout: 20_000 })
      .toEqual(['not_taken']);

    await api.kill();
    const after = (await api.restart()).user();

    expect(await after.sdk.status(job_id)).toMatchObject({ status: 'PROCESSING', stage: 'generating' });
    expect(provider.callsFor('too fast')).toBe(1);
    expect(await after.sdk.wait(job_id)).toMatchObject({ status: 'COMPLETED' });
    expect(provider.callsFor('too fast')).toBe(2);
  });

  test('finds the job of an idempotency key', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const { data: first } = await api.user().rest.create(imageRequest('only once'), 'key-1');

    await api.kill();
    const { rest, sdk } = (await api.restart()).user();

    const again = await rest.create(imageRequest('only once'), 'key-1');
    expect(again).toMatchObject({ status: 202, data: { job_id: first.job_id } });
    expect(await sdk.create(imageRequest('only once'), { idempotencyKey: 'key-1' })).toMatchObject({
      job_id: first.job_id,
    });
    await expect(sdk.create(imageRequest('another'), { idempotencyKey: 'key-1' })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
      httpStatus: 422,
    });
    await sdk.wait(first.job_id);
    expect(provider.calls().length).toBeLessThanOrEqual(1);
  });
});
