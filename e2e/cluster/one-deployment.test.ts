import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { shareCluster } from '@darkroom/test-kit/api/share-cluster';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { SURFACES, sendCreate } from '@darkroom/test-kit/client/send-create';
import { readAstronaut } from '@darkroom/test-kit/process/checkout';
import { beforeEach, expect, test } from 'vitest';

/** Two API and two worker processes that clients see as one service. */

const QUEUE_LIMIT = 12;
const USER_ACTIVE_LIMIT = 5;
const SLOTS = 2;
/** The resync interval, the fallback for lost notifications: an earlier update proves a notification. */
const RESYNC_EVERY_MS = 5_000;
const cluster = shareCluster({
  settings: { QUEUE_LIMIT, USER_ACTIVE_LIMIT, GENERATION_CONCURRENCY: SLOTS / 2, RATE_LIMIT_PER_MINUTE: 0 },
});
beforeEach(() => cluster().provider.reset());

test('shows each step of a job created at one API process at the other before the next resync', async () => {
  const { apis, provider, user, callsFor } = cluster();
  const [here, there] = [user('1', 0), user('1', 1)];
  provider.script({ prompt: 'followed', hold: true });

  const created = await here.sdk.create(imageRequest('followed', { n: 2 }));
  const generating = await followUntil(there.sdk, created.job_id, (job) => job.status === 'PROCESSING');
  expect(generating).toMatchObject({ stage: 'generating', version: created.version + 1 });
  const updates: { version: number; afterMs: number }[] = [];
  const following = there.sdk.wait(generating, {
    onUpdate: ({ version, updated_at }) => updates.push({ version, afterMs: Date.now() - Date.parse(updated_at) }),
  });
  await expect.poll(() => provider.stats().heldCalls).toBe(1);
  provider.release();
  const job = await following;

  expect(job).toMatchObject({ status: 'COMPLETED', charged: 'yes', failed_count: 0 });
  expect(updates.map(({ version }) => version)).toEqual(updates.map((_, index) => generating.version + 1 + index));
  const delays = updates.map(({ afterMs }) => afterMs);
  console.log(`updates seen ${delays.join(', ')} ms after another process's commit`);
  expect(Math.max(...delays)).toBeLessThan(RESYNC_EVERY_MS / 2);
  expect(callsFor('followed')).toBe(1);
  // A link signed by one process works on the other.
  const link = new URL(job.status === 'COMPLETED' ? (job.images[0] ?? '') : '');
  for (const api of apis) {
    const image = await fetch(`${api.url}${link.pathname}${link.search}`);
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  }
});

test('accepts an upload to one API process as a reference at the other', async () => {
  const { user } = cluster();
  const { image_file } = (await user('7', 0).rest.upload(await readAstronaut())).data;
  const reference = imageRequest('with a reference', { subject_reference: [{ type: 'character', image_file }] });
  expect(await user('7', 1).sdk.generate(reference)).toMatchObject({ status: 'COMPLETED' });
});

test('creates one job with one call for fifty requests with one key at both API processes', async () => {
  const { api, provider, user } = cluster();
  const { token } = user('50', 0);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const surface = index % 4 < 2 ? 'rest' : 'trpc';
      return sendCreate({ url: api(index).url, token, surface }, imageRequest('tapped'), 'one-key');
    }),
  );
  expect([...new Set(answers.map((answer) => answer.jobId))]).toHaveLength(1);
  expect(answers.filter((answer) => answer.status >= 300)).toEqual([]);
  const jobId = answers[0]?.jobId ?? '';
  expect(await user('50', 1).sdk.wait(jobId)).toMatchObject({ status: 'COMPLETED' });
  expect(provider.calls()).toHaveLength(1);
});

test('enforces the queue and user limits across both API processes under simultaneous requests', async () => {
  const { api, provider, user } = cluster();
  provider.script({ hold: true });
  const users = ['61', '62', '63', '64', '65'].map((userId) => user(userId, 0));

  const answers = await Promise.all(
    users.flatMap(({ token }, user) =>
      Array.from({ length: 8 }, (_, index) =>
        sendCreate({ url: api(index).url, token, surface: 'rest' }, imageRequest(`of ${user}, number ${index}`)),
      ),
    ),
  );

  const accepted = answers.filter((answer) => answer.status === 202);
  const count = (code: string) => answers.filter((answer) => answer.errorCode === code).length;
  expect(accepted.length).toBeGreaterThanOrEqual(QUEUE_LIMIT);
  expect(accepted.length).toBeLessThanOrEqual(QUEUE_LIMIT + SLOTS); // some may already run on a worker
  expect(count('queue_full') + count('too_many_jobs')).toBe(answers.length - accepted.length);
  for (const { sdk } of users) expect((await sdk.list()).jobs.length).toBeLessThanOrEqual(USER_ACTIVE_LIMIT);

  provider.release();
  for (const { sdk } of users) {
    for (const job of (await sdk.list()).jobs) expect(await sdk.wait(job)).toMatchObject({ status: 'COMPLETED' });
  }
  expect(provider.calls()).toHaveLength(new Set(provider.calls().map((call) => call.prompt)).size);
});

test('enforces the active jobs of one user across both API processes', async () => {
  const { api, provider, user } = cluster();
  provider.script({ hold: true });
  const { token, sdk } = user('70', 0);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      sendCreate({ url: api(index).url, token, surface: 'trpc' }, imageRequest(`of one, number ${index}`)),
    ),
  );
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(USER_ACTIVE_LIMIT);
  expect(answers.filter((answer) => answer.errorCode === 'too_many_jobs')).toHaveLength(10 - USER_ACTIVE_LIMIT);
  provider.release();
  for (const job of (await sdk.list()).jobs) await sdk.wait(job);
});

test('serves health and metrics from a worker, and answers 404 to anything else', async () => {
  const { worker, user } = cluster();
  const { url } = worker(0);
  for (const path of ['/health/live', '/health/ready', '/metrics']) expect((await fetch(url + path)).status).toBe(200);
  for (const surface of SURFACES) {
    const refused = await sendCreate({ url, token: user().token, surface }, imageRequest('here?'));
    expect(refused).toMatchObject({ status: 404, errorCode: 'not_found' });
  }
  for (const path of ['/', '/openapi.json', '/docs', '/dev/token', '/files/a.jpg', UPLOADS_PATH]) {
    expect((await fetch(url + path)).status).toBe(404);
  }
});

test('keeps jobs waiting without a worker, since an API process makes no calls', async () => {
  const { worker, workers, provider, user } = cluster();
  for (const each of workers) expect(await each.terminate()).toBe(0);
  const { sdk } = user('80', 0);
  const created = await sdk.create(imageRequest('waits for a worker'));
  const held = await user('80', 1).sdk.status(created.job_id, { waitSeconds: 1 });
  expect(held).toMatchObject({ status: 'PENDING', queue_position: 1 });
  expect(provider.calls()).toEqual([]);
  await worker(0).start();
  expect(await sdk.wait(created)).toMatchObject({ status: 'COMPLETED' });
});
