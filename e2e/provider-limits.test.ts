import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

describe('the limits towards the provider', () => {
  test('makes at most GENERATION_CONCURRENCY calls at once for 50 jobs of 5 users', async () => {
    const provider = await startProvider({ latencyMs: 50 });
    provider.script({ hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 4 });
    const users = ['1', '2', '3', '4', '5'].map((userId) => api.user(userId));
    const prompts = users.flatMap((user, index) =>
      Array.from({ length: 10 }, (_, number) => ({ user, prompt: `job ${number} of user ${index}` })),
    );

    const ends = Promise.all(prompts.map(({ user, prompt }) => user.sdk.generate(imageRequest(prompt))));
    await provider.held(4); // every slot is taken once, even on a busy machine
    provider.release();
    const jobs = await ends;

    expect(jobs.map((job) => job.status)).toEqual(Array(50).fill('COMPLETED'));
    expect(provider.prompts().toSorted()).toEqual(prompts.map(({ prompt }) => prompt).toSorted());
    expect(provider.maxConcurrent()).toBe(4);
  });

  test('serves users with one job each before the rest of a user with thirty', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 2, USER_ACTIVE_LIMIT: 30 });
    const greedy = api.user('1');
    const many = await Promise.all(Array.from({ length: 30 }, () => greedy.sdk.create(imageRequest('one of thirty'))));
    await provider.held(2);
    const modest = ['2', '3', '4', '5', '6'].map((userId) => api.user(userId));
    const single = await Promise.all(modest.map((user) => user.sdk.create(imageRequest('the only one'))));

    provider.release();
    await Promise.all(single.map((job, index) => modest[index]?.sdk.wait(job)));
    await Promise.all(many.map((job) => greedy.sdk.wait(job)));

    const positions = provider.prompts().flatMap((prompt, position) => (prompt === 'the only one' ? [position] : []));
    expect(positions).toHaveLength(5);
    // Two calls were already held; in the next round of the rotation each user is served once.
    expect(Math.max(...positions)).toBeLessThan(8);
    expect(provider.calls()).toHaveLength(35);
  });

  test('begins at most MINIMAX_RPM calls within a minute, across a restart', async () => {
    const provider = await startProvider();
    const api = await startApi(provider, { MINIMAX_RPM: 5 });
    const { sdk } = api.user();
    const jobs = [];
    for (let number = 0; number < 7; number++) jobs.push(await sdk.create(imageRequest(`job ${number}`)));
    const atOnce = await Promise.all(jobs.slice(0, 5).map((job) => sdk.wait(job)));
    expect(atOnce.map((job) => job.status)).toEqual(Array(5).fill('COMPLETED'));

    await api.kill();
    const after = (await api.restart()).user();
    const sixth = await after.sdk.status(jobs[5]?.job_id ?? '', { waitSeconds: 1 });
    const seventh = await after.sdk.status(jobs[6]?.job_id ?? '');

    expect(provider.calls()).toHaveLength(5);
    expect(sixth).toMatchObject({ status: 'PENDING', queue_position: 1 });
    expect(seventh).toMatchObject({ status: 'PENDING', queue_position: 2 });
    // The first call leaves the rolling window after a minute, minus the duration of this test.
    for (const job of [sixth, seventh]) {
      expect('eta_seconds' in job && job.eta_seconds).toBeGreaterThan(30);
      expect('eta_seconds' in job && job.eta_seconds).toBeLessThan(75);
    }
  });
});
