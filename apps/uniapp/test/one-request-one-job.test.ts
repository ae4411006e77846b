import type { CreateImageInput } from '@darkroom/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { startJobServer } from './job-server.ts';
import { stubStorage } from './stub-uni.ts';

const request: CreateImageInput = { model: 'image-01', prompt: '海边', n: 1 };

let server: Awaited<ReturnType<typeof startJobServer>>;
let stored: Map<string, unknown>;

/** The app as it starts: everything that it keeps in memory is new, the device's storage is what it was. */
async function startApp() {
  vi.resetModules();
  const [{ drafts }, { deviceJobs }, { useCreateJob }, { useJob }] = await Promise.all([
    import('../src/features/create/draft.ts'),
    import('../src/features/job/device-jobs.ts'),
    import('../src/features/create/use-create-job.ts'),
    import('../src/features/job/use-job.ts'),
  ]);
  return { drafts, deviceJobs, useCreateJob, useJob };
}

beforeEach(async () => {
  server = await startJobServer();
  stored = stubStorage();
  stored.set('darkroom.token', '"token"');
  vi.stubGlobal('window', { location: { origin: server.origin } });
});

afterEach(() => {
  server.close();
  vi.unstubAllGlobals();
});

describe('sending a request', () => {
  it('creates one job when the app is killed between the request and the answer', async () => {
    const killed = await startApp();
    server.answer(false);
    void killed.useCreateJob().send(killed.drafts.prepare(request, null));
    await vi.waitFor(() => expect(server.arrivals()).toBe(1));

    server.answer(true);
    const { drafts, deviceJobs, useCreateJob } = await startApp();
    const draft = drafts.read();
    if (!draft) throw new Error('The draft did not survive.');
    const { state, send } = useCreateJob();
    await send(draft);

    const [jobId] = server.jobs.keys();
    expect(server.jobs.size).toBe(1);
    expect(state.value).toEqual({ status: 'created', jobId });
    expect(deviceJobs.read()).toMatchObject([{ job_id: jobId, idempotencyKey: draft.idempotencyKey }]);
    expect(drafts.read()).toBeNull();
  });

  it('creates one job when two pages send the same draft at once', async () => {
    const { drafts, useCreateJob } = await startApp();
    const draft = drafts.prepare(request, null);
    await Promise.all([useCreateJob().send(draft), useCreateJob().send(drafts.prepare(request, null))]);
    expect(server.jobs.size).toBe(1);
  });

  it('keeps the draft or the job stored on the device at every moment', async () => {
    const { drafts, useCreateJob } = await startApp();
    const draft = drafts.prepare(request, null);
    const wasKept: boolean[] = [];
    const { setStorageSync, removeStorageSync } = uni;
    const look = () => wasKept.push(stored.has('darkroom.draft') || stored.has('darkroom.jobs'));
    Object.assign(uni, {
      setStorageSync(key: string, value: unknown) {
        setStorageSync(key, value);
        look();
      },
      removeStorageSync(key: string) {
        removeStorageSync(key);
        look();
      },
    });
    await useCreateJob().send(draft);
    expect(wasKept).not.toContain(false);
    expect(wasKept.length).toBeGreaterThan(1);
  });

  it('drops the draft when the service refuses the request for good', async () => {
    const { drafts, useCreateJob } = await startApp();
    const { state, send } = useCreateJob();
    await send(drafts.prepare({ ...request, n: 10 }, null));
    expect(state.value).toMatchObject({ status: 'failed', error: { code: 'invalid_request' } });
    expect(drafts.read()).toBeNull();
  });
});

describe('following a job', () => {
  async function followNewJob() {
    const { drafts, useCreateJob, useJob } = await startApp();
    await useCreateJob().send(drafts.prepare(request, null));
    const [jobId = ''] = server.jobs.keys();
    const job = useJob(jobId);
    const following = job.follow();
    await vi.waitFor(() => expect(server.heldPolls()).toBe(1));
    return { ...job, following };
  }

  it('closes the connection when the page is hidden, and opens one when it is shown again', async () => {
    const { state, follow, pause, following } = await followNewJob();
    pause();
    await following;
    await vi.waitFor(() => expect(server.heldPolls()).toBe(0));
    expect(state.value).toMatchObject({ status: 'known', job: { status: 'PENDING' } });

    const again = follow();
    await vi.waitFor(() => expect(server.heldPolls()).toBe(1));
    pause();
    await again;
  });

  it('shows the end at once after a cancel, and ignores older answers that arrive later', async () => {
    const { state, cancel, following } = await followNewJob();
    const shown: string[] = [];
    watch(state, (now) => shown.push(now.status === 'known' ? now.job.status : now.status), { flush: 'sync' });
    await cancel();
    expect(shown).toEqual(['FAILED']);
    server.releaseHeldPolls();
    await following;
    expect(new Set(shown)).toEqual(new Set(['FAILED']));
  });

  it('reports job_not_found for an unknown job', async () => {
    const { useJob } = await startApp();
    const { state, follow } = useJob('none');
    await follow();
    expect(state.value).toMatchObject({ status: 'unreadable', error: { code: 'job_not_found' } });
  });
});
