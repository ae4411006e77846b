import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletedJob, FailedJob, ImageJob } from '@darkroom/contracts';
import type { ServiceProcess } from '@darkroom/test-kit/api/service-process';
import { shareCluster } from '@darkroom/test-kit/api/share-cluster';
import { SHORT_LEASE } from '@darkroom/test-kit/api/short-lease';
import { followUntil, isSaving } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { pauseAfterReservation } from './pause-after-reservation.ts';

/** A worker's lease is lost after this time without a heartbeat; the other workers notice within a third of it. */
const LEASE_MS = SHORT_LEASE.WORKER_LEASE_MS;
const PRESUMED_AFTER_MS = LEASE_MS + LEASE_MS / 3;
/** Longer than it takes to record a presumed outcome; in milliseconds. */
const LONG_CALL_MS = PRESUMED_AFTER_MS + 4_000;
/** Generous, for a busy machine. */
const TIMEOUT = { timeout: 60_000, interval: 50 };

// One slot per worker, so that every test has its own worker; one more records the presumed outcomes.
const cluster = shareCluster({ apis: 1, workers: 7, settings: { ...SHORT_LEASE, GENERATION_CONCURRENCY: 1 } });

/** Starts a job on one worker and waits for the given state. */
async function createAndAwait(prompt: string, isAwaited: (job: ImageJob) => boolean) {
  const { user, workers } = cluster();
  const { sdk } = user(prompt.length.toString());
  const { job_id } = await sdk.create(imageRequest(prompt));
  await followUntil(sdk, job_id, isAwaited);
  const worker = await vi.waitFor(() => {
    const isAbout = (line: string) => line.includes(job_id) && line.includes('provider call starts');
    const found = workers.find((candidate) => candidate.outputLines().some(isAbout));
    if (!found) throw new Error(`no worker calls for ${prompt}`);
    return found;
  }, TIMEOUT);
  const ended: Promise<CompletedJob | FailedJob> = sdk.wait(job_id);
  return { sdk, jobId: job_id, worker, ended };
}

async function createAndAwaitCall(prompt: string) {
  const started = await createAndAwait(prompt, (job) => job.status === 'PROCESSING');
  await vi.waitFor(() => expect(cluster().callsFor(prompt)).toBe(1), TIMEOUT);
  return started;
}

const UNKNOWN = { status: 'FAILED', error_code: 'outcome_unknown', charged: 'unknown', retryable: true };

describe('a cluster of seven workers', () => {
  let paused: { worker: ServiceProcess; created: ImageJob };
  beforeAll(async () => {
    const { provider, user } = cluster();
    provider.script(
      { prompt: 'killed in its call', fault: { kind: 'hang', at: 'headers' } },
      { prompt: 'killed while saving', fault: { kind: 'image', image: { kind: 'hang' }, times: 1 } },
      { prompt: 'paused for long', latencyMs: 3_000 },
      { prompt: 'paused within its lease', latencyMs: 3_000 },
      { prompt: 'drained for long', latencyMs: LONG_CALL_MS },
    );
    let created: ImageJob | undefined;
    const worker = await pauseAfterReservation(cluster(), async () => {
      created = await user('9').sdk.create(imageRequest('paused before it was sent'));
    });
    if (created) paused = { worker, created };
  });

  test.concurrent('records outcome_unknown for a worker killed in a call, and repeats no call', async () => {
    const { worker, ended } = await createAndAwaitCall('killed in its call');
    await worker.kill();
    expect(await ended).toMatchObject(UNKNOWN);
    expect(cluster().callsFor('killed in its call')).toBe(1);
  });

  test.concurrent('saves the images of a worker that is killed while saving, without another call', async () => {
    const { worker, ended } = await createAndAwait('killed while saving', isSaving);
    await worker.kill();
    expect(await ended).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
    expect(cluster().callsFor('killed while saving')).toBe(1);
  });

  test.concurrent('keeps the presumed outcome of a worker paused past its lease, and takes its charge', async () => {
    const { sdk, jobId, worker, ended } = await createAndAwaitCall('paused for long');
    worker.pause();
    const presumed = await ended;
    expect(presumed).toMatchObject(UNKNOWN);
    worker.resume();
    const settled = { ...UNKNOWN, charged: 'yes', version: presumed.version + 1 };
    await vi.waitFor(async () => expect(await sdk.status(jobId)).toMatchObject(settled), TIMEOUT);
    expect(await sdk.status(jobId)).not.toHaveProperty('images');
    expect(cluster().callsFor('paused for long')).toBe(1);
  });

  test.concurrent('completes the job of a worker that is paused for less than its lease', async () => {
    const { worker, ended } = await createAndAwaitCall('paused within its lease');
    worker.pause();
    await sleep(LEASE_MS / 2);
    worker.resume();
    expect(await ended).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(cluster().callsFor('paused within its lease')).toBe(1);
  });

  test.concurrent('leaves the call of a worker that drains for longer than its lease to that worker', async () => {
    const { worker, ended } = await createAndAwaitCall('drained for long');
    const exit = worker.terminate();
    expect(await ended).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(await exit).toBe(0);
  });

  test.concurrent('makes no call for a worker paused past its lease before its call, nor charges one', async () => {
    const { sdk } = cluster().user('9');
    const presumed = await sdk.wait(paused.created);
    expect(presumed).toMatchObject(UNKNOWN);
    paused.worker.resume();
    const settled = { ...UNKNOWN, charged: 'no' };
    await vi.waitFor(async () => expect(await sdk.status(presumed.job_id)).toMatchObject(settled), TIMEOUT);
    expect(cluster().callsFor('paused before it was sent')).toBe(0);
  });
});
