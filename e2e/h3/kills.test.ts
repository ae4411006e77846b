import { rm } from 'node:fs/promises';
import path from 'node:path';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { h3Request } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';
import { countArrivals } from './count-arrivals.ts';
import { shownIndexes, shows } from './shown-images.ts';

const ORDER = { kind: 'completion_order' as const, order: [2, 0, 1] };
const ONE_MISSING = { status: 'COMPLETED', failed_count: 1, charged: 'yes' };

/** Removes the recording of the answer, as when the machine is lost. The database has the images that arrived. */
const loseRecording = (dataDir: string) => rm(path.join(dataDir, 'answers'), { recursive: true });

test.each([
  ['with its recording', async () => {}],
  ['without its recording', loseRecording],
])('keeps the two images that had arrived when kill -9 ends a stream of three, %s', async (_, lose) => {
  const provider = await startProvider();
  provider.script({ hold: true, holdAfter: 2, fault: ORDER });
  const api = await startApi(provider);
  const { job_id } = await api.user().sdk.create(h3Request('a triptych', { n: 3 }));
  await followUntil(api.user().sdk, job_id, shows(2));

  await api.kill();
  await lose(api.dataDir);
  const next = await api.restart();

  const job = await next.user().sdk.wait(job_id);
  expect(job).toMatchObject(ONE_MISSING);
  expect(shownIndexes(job)).toEqual([0, 2]);
  expect(provider.callsFor('a triptych')).toBe(1);
});

test('fetches an image that had arrived but was not saved when kill -9 ended its stream', async () => {
  const provider = await startProvider();
  // The first download of each image hangs.
  provider.script({ hold: true, holdAfter: 1, fault: { kind: 'image', image: { kind: 'hang' }, times: 1 } });
  const api = await startApi(provider);
  const { job_id } = await api.user().sdk.create(h3Request('a diptych', { n: 2 }));
  await provider.held(1);
  await expect.poll(() => countArrivals(api.dataDir), { timeout: 20_000 }).toBe(1);

  await api.kill();
  await loseRecording(api.dataDir);
  const next = await api.restart();

  expect(await next.user().sdk.wait(job_id)).toMatchObject(ONE_MISSING);
  expect(provider.callsFor('a diptych')).toBe(1);
});

test('records outcome_unknown when kill -9 comes before the first image of a stream, and repeats no call', async () => {
  const provider = await startProvider();
  provider.script({ hold: true, h3Wire: { headers: 'at_once' } });
  const api = await startApi(provider);
  const { job_id } = await api.user().sdk.create(h3Request('not started', { n: 3 }));
  await provider.held(1);

  await api.kill();
  const next = await api.restart();

  const job = await next.user().sdk.wait(job_id);
  expect(job).toMatchObject({ status: 'FAILED', error_code: 'outcome_unknown', charged: 'unknown', retryable: true });
  expect(job).not.toHaveProperty('images');
  expect(provider.callsFor('not started')).toBe(1);
  expect(readAttempts(next)).toMatchObject([{ outcome: 'unknown' }]);
});
