import { rm } from 'node:fs/promises';
import path from 'node:path';
import { shareCluster } from '@darkroom/test-kit/api/share-cluster';
import { SHORT_LEASE } from '@darkroom/test-kit/api/short-lease';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { h3Request } from '@darkroom/test-kit/client/image-request';
import { beforeAll, describe, expect, test } from 'vitest';
import { shownIndexes, shows } from './shown-images.ts';

// A worker for each story, and one that recovers their jobs.
const cluster = shareCluster({ apis: 1, workers: 3, settings: { ...SHORT_LEASE, MINIMAX_H3_CONCURRENCY: 1 } });

async function killWorkerOf(jobId: string): Promise<void> {
  const isAbout = (line: string) => line.includes(jobId) && line.includes('provider call starts');
  const worker = cluster().workers.find((each) => each.outputLines().some(isAbout));
  if (!worker) throw new Error(`no worker calls for job ${jobId}`);
  await worker.kill();
}

describe('in a cluster of three workers', () => {
  beforeAll(() => {
    const fault = { kind: 'completion_order' as const, order: [2, 0, 1] };
    cluster().provider.script(
      { prompt: 'after two images', hold: true, holdAfter: 2, fault },
      { prompt: 'before the first image', hold: true },
    );
  });

  test('another worker completes a job with the images that arrived before its worker was killed', async () => {
    const { sdk } = cluster().user();
    const { job_id } = await sdk.create(h3Request('after two images', { n: 3 }));
    await followUntil(sdk, job_id, shows(2));

    await killWorkerOf(job_id);
    await rm(path.join(cluster().dataDir, 'answers'), { recursive: true }); // the recording was on the worker's disk

    const job = await sdk.wait(job_id);
    expect(job).toMatchObject({ status: 'COMPLETED', failed_count: 1, charged: 'yes' });
    expect(shownIndexes(job)).toEqual([0, 2]);
    expect(cluster().callsFor('after two images')).toBe(1);
  });

  test('a job whose worker was killed before the first image fails as outcome_unknown, without another call', async () => {
    const { sdk } = cluster().user();
    const { job_id } = await sdk.create(h3Request('before the first image', { n: 3 }));
    await expect.poll(() => cluster().callsFor('before the first image'), { timeout: 60_000 }).toBe(1);

    await killWorkerOf(job_id);

    const unknown = { status: 'FAILED', error_code: 'outcome_unknown', charged: 'unknown' };
    expect(await sdk.wait(job_id)).toMatchObject(unknown);
    expect(cluster().callsFor('before the first image')).toBe(1);
  });
});
