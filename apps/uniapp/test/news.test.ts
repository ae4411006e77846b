import type { ImageJob } from '@darkroom/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startJobServer } from './job-server.ts';
import { stubStorage } from './stub-uni.ts';

let server: Awaited<ReturnType<typeof startJobServer>>;

/** The first page's look at what became of the jobs that were ordered on this device. */
async function start(ordered: ImageJob[]) {
  vi.resetModules();
  const { forgetJob, rememberJob } = await import('../src/features/image-job/current-job.ts');
  const { useNews } = await import('../src/features/image-job/use-news.ts');
  for (const { job_id } of ordered) rememberJob({ job_id, photoUrl: null });
  const { ended, follow, pause } = useNews();
  const look = async () => {
    await follow();
    pause();
    return ended.value.map(({ request }) => request.prompt);
  };
  return { look, forgetJob };
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

it('are the jobs ordered here that have ended, until each was seen', async () => {
  const [first, second] = [server.add('first'), server.add('second')];
  server.end(server.add('ordered on another device'));
  const { look, forgetJob } = await start([first, second]);
  expect(await look()).toEqual([]);
  server.end(first);
  expect(await look()).toEqual(['first']);
  server.end(second);
  expect(await look()).toEqual(['second', 'first']);
  forgetJob(first.job_id);
  expect(await look()).toEqual(['second']);
});

it('are not asked for where nothing was ordered, and are none when they cannot be read', async () => {
  const job = server.end(server.add('ended'));
  server.list(false);
  expect(await (await start([])).look()).toEqual([]);
  expect(server.requests()).toBe(0);
  const { look } = await start([job]);
  expect(await look()).toEqual([]);
  server.list(true);
  expect(await look()).toEqual(['ended']);
});
