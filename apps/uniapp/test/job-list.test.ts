import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startJobServer } from './job-server.ts';
import { stubStorage } from './stub-uni.ts';

let server: Awaited<ReturnType<typeof startJobServer>>;

async function openList() {
  vi.resetModules();
  const { useJobList } = await import('../src/features/history/use-job-list.ts');
  const list = useJobList();
  const prompts = () => {
    const { value } = list.state;
    return value.status === 'known' ? value.jobs.map(({ request }) => request.prompt) : value.status;
  };
  return { ...list, prompts };
}

beforeEach(async () => {
  server = await startJobServer();
  stubStorage().set('darkroom.token', '"token"');
  vi.stubGlobal('window', { location: { origin: server.origin } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  server.close();
});

it('loads one page at a time until the last', async () => {
  for (let number = 1; number <= 25; number++) server.add(String(number));
  const { state, refresh, more, prompts } = await openList();
  await refresh();
  expect(prompts()).toHaveLength(20);
  await more();
  expect(prompts()).toEqual(Array.from({ length: 25 }, (_, index) => String(25 - index)));
  expect(state.value).toMatchObject({ nextCursor: null });
});

it('lists no job twice when new jobs push old ones onto the next page', async () => {
  for (let number = 1; number <= 21; number++) server.add(String(number));
  const { refresh, more, prompts } = await openList();
  await refresh();
  server.add('new');
  await more();
  expect(prompts()).toEqual(Array.from({ length: 21 }, (_, index) => String(21 - index)));
});

it('filters by running, which includes waiting jobs, by failed and by done', async () => {
  server.end(server.add('failed'));
  server.add('waiting');
  const { choose, prompts } = await openList();
  await choose('running');
  expect(prompts()).toEqual(['waiting']);
  await choose('failed');
  expect(prompts()).toEqual(['failed']);
  await choose('done');
  expect(prompts()).toEqual([]);
});

it('keeps the loaded jobs when a reload fails, and reports the error', async () => {
  for (let number = 1; number <= 21; number++) server.add(String(number));
  const { state, refresh, more, prompts } = await openList();
  await refresh();
  server.list(false);
  await more();
  expect(state.value).toMatchObject({ fault: { at: 'end', error: { code: 'unavailable' } } });
  await refresh();
  expect(state.value).toMatchObject({ fault: { at: 'top' } });
  expect(prompts()).toHaveLength(20);
  server.list(true);
  await refresh();
  expect(state.value).toMatchObject({ fault: null });
});

it('reports the error when the first load fails', async () => {
  server.list(false);
  const { state, refresh } = await openList();
  await refresh();
  expect(state.value).toMatchObject({ status: 'unreadable', error: { code: 'unavailable' } });
});

it('refreshes while it is followed, and stops polling once every job has ended', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const job = server.add('running');
  const { state, refresh, follow, pause } = await openList();
  const firstStatus = () => (state.value.status === 'known' ? state.value.jobs[0]?.status : null);
  await refresh();
  follow();

  server.end(job);
  vi.advanceTimersByTime(4_000);
  await vi.waitFor(() => expect(firstStatus()).toBe('FAILED'));

  const asked = server.requests();
  vi.advanceTimersByTime(40_000);
  await refresh();
  pause();
  expect(server.requests()).toBe(asked + 1); // by refresh alone
});

it('ignores the answer to an outdated filter', async () => {
  server.add('waiting');
  let answer = () => {};
  server.holdNextListing(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const { refresh, choose, prompts } = await openList();
  const refreshed = refresh();
  await vi.waitFor(() => expect(server.requests()).toBe(1));
  await choose('failed');
  answer();
  await refreshed;
  expect(prompts()).toEqual([]);
});
