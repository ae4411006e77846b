import type { ImageJob } from '@darkroom/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startJobServer } from './job-server.ts';
import { stubStorage } from './stub-uni.ts';

let server: Awaited<ReturnType<typeof startJobServer>>;

/** The first page's look at what became of the jobs that were created on this device. */
async function start(created: ImageJob[]) {
  vi.resetModules();
  const { deviceJobs } = await import('../src/features/job/device-jobs.ts');
  const { useJobUpdates } = await import('../src/features/create/use-job-updates.ts');
  for (const { job_id } of created) deviceJobs.add({ job_id, idempotencyKey: job_id, photoUrl: null });
  const { ended, running, follow, pause } = useJobUpdates();
  const look = async () => {
    await follow();
    pause();
    return ended.value.map(({ request }) => request.prompt);
  };
  return { look, running, forgetJob: deviceJobs.forget };
}

beforeEach(async () => {
  server = await startJobServer();
  stubStorage().set('darkroom.token', '"token"');
  vi.stubGlobal('window', { location: { origin: server.origin } });
});

afterEach(() => {
  vi.unstubAllGlobals();
  server.close();
});

it('lists the jobs created on this device that have ended, until each was seen', async () => {
  const [first, second] = [server.add('first'), server.add('second')];
  server.end(server.add('created on another device'));
  const { look, forgetJob } = await start([first, second]);
  expect(await look()).toEqual([]);
  server.end(first);
  expect(await look()).toEqual(['first']);
  server.end(second);
  expect(await look()).toEqual(['second', 'first']);
  forgetJob(first.job_id);
  expect(await look()).toEqual(['second']);
});

it('sends no request where nothing was created, and lists nothing when the request fails', async () => {
  const job = server.end(server.add('ended'));
  server.list(false);
  expect(await (await start([])).look()).toEqual([]);
  expect(server.requests()).toBe(0);
  const { look } = await start([job]);
  expect(await look()).toEqual([]);
  server.list(true);
  expect(await look()).toEqual(['ended']);
});

it('reports which jobs created here still run, even before the service answers', async () => {
  const [first, second] = [server.add('first'), server.add('second')];
  const { look, running } = await start([first, second]);
  server.list(false);
  await look();
  expect(running.value).toEqual([second.job_id, first.job_id]);
  server.list(true);
  server.end(second);
  await look();
  expect(running.value).toEqual([first.job_id]);
});

it('finds a job that others have pushed off the first page, and drops one that no longer exists', async () => {
  const [pushedOut, gone] = [server.add('pushed out'), server.add('gone')];
  for (let count = 0; count < 20; count++) server.add('created on another device');
  const { look, running } = await start([pushedOut, gone]);
  server.jobs.delete(gone.job_id);
  await look();
  expect(running.value).toEqual([pushedOut.job_id]);
  server.end(pushedOut);
  expect(await look()).toEqual(['pushed out']);
});
