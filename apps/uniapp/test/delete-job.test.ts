import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startJobServer } from './job-server.ts';
import { stubStorage } from './stub-uni.ts';

let server: Awaited<ReturnType<typeof startJobServer>>;

/** The list's way to delete, and a user who answers every question with yes or no. */
async function start(answer: boolean) {
  vi.resetModules();
  const { useDeleteJob } = await import('../src/features/history/use-delete-job.ts');
  const { openQuestion } = await import('../src/ui/confirm.ts');
  const { watch } = await import('vue');
  watch(openQuestion, (question) => question?.answer(answer), { flush: 'sync' });
  return useDeleteJob();
}

beforeEach(async () => {
  server = await startJobServer();
  stubStorage().set('darkroom.token', '"token"');
  Object.assign(uni, { getLocale: () => 'zh-Hans' });
  vi.stubGlobal('window', { location: { origin: server.origin } });
  vi.stubGlobal('document', { documentElement: {}, createElement: () => ({}) }); // what Vue and the language look for
});

afterEach(() => {
  vi.unstubAllGlobals();
  server.close();
});

it('hides a deleted job at once and deletes it on the service', async () => {
  const job = server.add('gone');
  const { deleted, undeleted, askToDelete } = await start(true);
  const deleting = askToDelete(job);
  await vi.waitFor(() => expect([...deleted.value]).toEqual([job.job_id]));
  await deleting;
  expect(server.jobs.size).toBe(0);
  expect(undeleted.value.size).toBe(0);
});

it('shows a job again with the error when the service refuses to delete it', async () => {
  const job = server.add('kept');
  server.list(false);
  const { deleted, undeleted, askToDelete } = await start(true);
  await askToDelete(job);
  expect(deleted.value.size).toBe(0);
  expect(undeleted.value.get(job.job_id)?.code).toBe('unavailable');
});

it('keeps a job hidden when the service answers that it no longer exists', async () => {
  const job = server.add('gone elsewhere');
  server.jobs.clear();
  const { deleted, askToDelete } = await start(true);
  await askToDelete(job);
  expect([...deleted.value]).toEqual([job.job_id]);
});

it('deletes nothing when the user declines the confirmation', async () => {
  const job = server.add('kept');
  const { deleted, askToDelete } = await start(false);
  await askToDelete(job);
  expect(deleted.value.size).toBe(0);
  expect(server.jobs.size).toBe(1);
});
