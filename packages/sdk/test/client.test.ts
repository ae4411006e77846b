import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from 'vitest';
import {
  type CompletedJob,
  createImageClient,
  type ImageClient,
  type ImageJob,
  isJobFailedError,
  JobFailedError,
} from '../src/index.ts';
import { completed, failed, processing } from './memory-images.ts';
import { hang, type StubServer, startStubServer } from './stub-server.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' } as const;

let server: StubServer;
let client: ImageClient;

beforeEach(async () => {
  server = await startStubServer();
  client = createImageClient({ baseUrl: `${server.url}/`, token: 'good' });
});
afterEach(() => server.close());

test('generate: creates a job, follows its stages and resolves with its images, in four requests', async () => {
  const seen: string[] = [];
  const job = await client.generate(request, {
    onUpdate(update) {
      seen.push(update.status === 'PROCESSING' ? update.stage : update.status);
      if (update.status === 'PENDING') server.images.set(update.job_id, processing);
      else if (seen.at(-1) === 'generating') server.images.set(update.job_id, { ...processing, stage: 'saving' });
      else server.images.set(update.job_id, completed);
    },
  });
  expect(job.images).toEqual(['http://localhost/files/a']);
  expect(seen).toEqual(['PENDING', 'generating', 'saving', 'COMPLETED']);
  expect(server.requests).toEqual(['image.create', 'image.status', 'image.status', 'image.status']);
});

test('list: accepts next_cursor as it was returned, null included', async () => {
  await client.create(request);
  let cursor: string | null = null;
  let jobs = 0;
  do {
    const page = await client.list({ cursor, limit: 1 });
    jobs += page.jobs.length;
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(jobs).toBe(1);
});

test('generate: rejects with the FAILED job, and does not create a second job', async () => {
  const generated = client.generate(request, { onUpdate: ({ job_id }) => server.images.set(job_id, failed) });
  const error: unknown = await generated.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(JobFailedError);
  if (!isJobFailedError(error)) throw error;
  expect(error).toMatchObject({ code: 'content_rejected', retryable: false, charged: 'no' });
  expect(error.message).toMatch(/^MiniMax API 调用失败: /);
  expect(error.job.status).toBe('FAILED');
  expect(server.images.keys).toHaveLength(1);
});

test('status: sends one request of its own even beside simultaneous calls, so that it can be held', async () => {
  const { job_id, version } = await client.create(request);
  const held = client.status(job_id, { waitSeconds: 25, afterVersion: version });
  await Promise.all([client.status(job_id), client.list()]);
  await vi.waitFor(() => expect(server.images.held).toBe(1));
  server.images.set(job_id, completed);
  expect((await held).status).toBe('COMPLETED');
  expect(server.requests.slice(1).sort()).toEqual(['image.list', 'image.status', 'image.status']);
});

test('list, cancel and delete: return what the service answers', async () => {
  const { job_id } = await client.create(request);
  await client.create(request);
  expect((await client.list({ limit: 5 })).jobs).toHaveLength(2);
  expect(await client.cancel(job_id)).toMatchObject({ job_id, status: 'FAILED' });
  expect(await client.delete(job_id)).toEqual({ job_id });
  await expect(client.status(job_id)).rejects.toMatchObject({ code: 'job_not_found' });
});

test('ends an aborted call at once, even when fetch ignores the signal', async () => {
  const called = Promise.withResolvers<void>();
  const deafFetch = () => {
    called.resolve();
    return new Promise<never>(() => {});
  };
  const deaf = createImageClient({ baseUrl: server.url, token: 'good', fetch: deafFetch });
  const controller = new AbortController();
  const listed = deaf.list({}, { signal: controller.signal });
  await called.promise;
  controller.abort();
  await expect(listed).rejects.toMatchObject({ name: 'ImageApiError', code: 'aborted', retryable: false });
  await expect(deaf.list({}, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
});

test('sends nothing for a call that was aborted before', async () => {
  await expect(client.create(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  expect(server.requests).toEqual([]);
});

test('rejects with network when the server does not answer within requestTimeoutMs', async () => {
  server.before.push(hang);
  const hasty = createImageClient({ baseUrl: server.url, token: 'good', requestTimeoutMs: 20 });
  await expect(hasty.list()).rejects.toMatchObject({ code: 'network', retryable: true });
});

test('exposes no any in its types', () => {
  expectTypeOf(client.create).returns.resolves.toEqualTypeOf<ImageJob>();
  expectTypeOf(client.generate).returns.resolves.toEqualTypeOf<CompletedJob>();
  expectTypeOf(client.wait).returns.resolves.toExtend<ImageJob>();
  // @ts-expect-error: no such model
  const misspelt = () => client.create({ model: 'image-2', prompt: randomUUID() });
  expect(misspelt).toBeTypeOf('function');
});
