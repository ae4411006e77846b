import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const BUSY = { kind: 'base_resp', code: 1002 } as const;
const WAITING = { status: 'PROCESSING', stage: 'generating' };

/** Resolves once this many attempts are recorded as not accepted: from then on the job waits for its retry. */
async function attemptsEnded(api: Api, count: number): Promise<void> {
  const outcomes = () => readAttempts(api).map(({ outcome }) => outcome);
  await expect.poll(outcomes, { timeout: 20_000 }).toEqual(Array(count).fill('not_taken'));
}

/** Milliseconds between successive calls, as the provider received them. */
function pauses(provider: Provider): number[] {
  const times = provider.calls().map((call) => call.at);
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

describe('a retry', () => {
  test('counts as a call within MINIMAX_RPM', async () => {
    const provider = await startProvider();
    provider.script({ prompt: 'too fast', fault: BUSY });
    const api = await startApi(provider, { MINIMAX_RPM: 3, MINIMAX_RETRY_BASE_MS: 10 });
    const { sdk } = api.user();

    const repeating = await sdk.create(imageRequest('too fast'));
    await attemptsEnded(api, 3);
    const waiting = await sdk.create(imageRequest('behind it')); // wakes the queue, which has no call left
    const status = await sdk.status(waiting.job_id, { waitSeconds: 1, afterVersion: waiting.version });

    expect(status).toMatchObject({ status: 'PENDING', queue_position: 1 });
    expect(await sdk.status(repeating.job_id)).toMatchObject({ ...WAITING, version: 2 });
    expect(provider.prompts()).toEqual(['too fast', 'too fast', 'too fast']);
  });

  test('still counts within MINIMAX_RPM after kill -9', async () => {
    const provider = await startProvider();
    provider.script({ fault: BUSY });
    const api = await startApi(provider, { MINIMAX_RPM: 2, MINIMAX_RETRY_BASE_MS: 10 });
    const { job_id } = await api.user().sdk.create(imageRequest('too fast'));
    await attemptsEnded(api, 2);

    await api.kill();
    const { sdk } = (await api.restart()).user();

    expect(await sdk.status(job_id, { waitSeconds: 1 })).toMatchObject(WAITING);
    expect(provider.calls()).toHaveLength(2);
  });

  test('waits at least MINIMAX_RETRY_BASE_MS, doubled each time', async () => {
    const provider = await startProvider();
    provider.script({ times: 3, fault: { ...BUSY, headers: { 'retry-after': '0' } } });
    const { sdk } = (await startApi(provider, { MINIMAX_RETRY_BASE_MS: 200 })).user();

    await sdk.generate(imageRequest('too fast'));

    const [first = 0, second = 0, third = 0] = pauses(provider);
    expect(first).toBeGreaterThanOrEqual(200);
    expect(second).toBeGreaterThanOrEqual(400);
    expect(third).toBeGreaterThanOrEqual(800);
  });

  test('obeys a longer Retry-After, in seconds or as a date', async () => {
    const provider = await startProvider();
    // A date has whole seconds, so this one is two to three seconds away.
    const date = Math.ceil(Date.now() / 1_000) * 1_000 + 2_000;
    provider.script(
      { prompt: 'seconds', times: 1, fault: { kind: 'http', status: 429, headers: { 'retry-after': '2' } } },
      { prompt: 'date', times: 1, fault: { ...BUSY, headers: { 'retry-after': new Date(date).toUTCString() } } },
    );
    const { sdk } = (await startApi(provider, { MINIMAX_RETRY_BASE_MS: 10 })).user();

    await Promise.all([sdk.generate(imageRequest('seconds')), sdk.generate(imageRequest('date'))]);

    const timesOf = (prompt: string) => provider.calls().flatMap((call) => (call.prompt === prompt ? [call.at] : []));
    const [asked = 0, askedAgain = 0] = timesOf('seconds');
    expect(askedAgain - asked).toBeGreaterThanOrEqual(2_000);
    expect(timesOf('date')[1]).toBeGreaterThanOrEqual(date);
  });

  test('does not happen when Retry-After exceeds QUEUE_TTL_MS, and new requests get queue_full meanwhile', async () => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'http', status: 429, headers: { 'retry-after': '3600' } } });
    const { sdk, rest } = (await startApi(provider, { QUEUE_TTL_MS: 60_000 })).user();

    const job = await sdk.wait(await sdk.create(imageRequest('busy for long')));
    const refusal = await rest.refused('POST', GENERATION_PATH, imageRequest('behind it'));

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'provider_rate_limited', charged: 'no' });
    expect(refusal).toMatchObject({ status: 503, error_code: 'queue_full' });
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(provider.calls()).toHaveLength(1);
  });
});

describe('the back-off before a retry', () => {
  test('ends at once when the job is canceled, without a charge', async () => {
    const provider = await startProvider();
    provider.script({ prompt: 'no longer wanted', fault: BUSY });
    const api = await startApi(provider, { MINIMAX_RETRY_BASE_MS: 5_000 });
    const { sdk } = api.user();
    const { job_id } = await sdk.create(imageRequest('no longer wanted'));
    await attemptsEnded(api, 1);
    const held = sdk.status(job_id, { waitSeconds: 25 });

    const canceled = await sdk.cancel(job_id);

    expect(canceled).toMatchObject({ status: 'FAILED', error_code: 'canceled', charged: 'no' });
    expect(await held).toEqual(canceled);
    await sdk.generate(imageRequest('the next one')); // after the back-off
    expect(provider.prompts()).toEqual(['no longer wanted', 'the next one']);
  });

  test('does not delay SIGTERM, and continues after the next start', async () => {
    const provider = await startProvider();
    provider.script({ times: 1, fault: BUSY });
    const api = await startApi(provider, { MINIMAX_RETRY_BASE_MS: 5_000 });
    const { job_id, version } = await api.user().sdk.create(imageRequest('too fast'));
    await attemptsEnded(api, 1);

    api.process.signal('SIGTERM');

    expect(await api.process.ended).toBe(0);
    expect(provider.calls()).toHaveLength(1); // so the drain did not wait for the retry
    const { sdk } = (await api.restart()).user();
    expect(await sdk.status(job_id)).toMatchObject({ ...WAITING, version: version + 1 });
    expect(await sdk.wait(job_id)).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(readAttempts(api).map(({ outcome }) => outcome)).toEqual(['not_taken', 'answered']);
    expect(pauses(provider)[0]).toBeGreaterThanOrEqual(5_000);
  });

  test('applies to all jobs, and the retry is made first', async () => {
    const provider = await startProvider();
    provider.script({ prompt: 'too fast', times: 1, fault: BUSY });
    // One slot: two calls that start together reach the provider in either order.
    const api = await startApi(provider, { MINIMAX_RETRY_BASE_MS: 1_000, GENERATION_CONCURRENCY: 1 });
    const { sdk } = api.user();
    await sdk.create(imageRequest('too fast'));
    await attemptsEnded(api, 1);

    expect(await sdk.generate(imageRequest('behind it'))).toMatchObject({ status: 'COMPLETED' });

    expect(provider.prompts()).toEqual(['too fast', 'too fast', 'behind it']);
    expect(pauses(provider)[0]).toBeGreaterThanOrEqual(1_000);
  });
});
