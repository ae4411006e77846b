import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ImageError, type ImageService, REQUEST_ERRORS, type RequestErrorCode } from '../src/index.ts';
import { appRouter } from '../src/router.ts';
import type { Context } from '../src/trpc.ts';
import { completed, pending } from './example-jobs.ts';

const viewer = { user_id: '1', star_id: '2' };
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' } as const;

let images: { [Method in keyof ImageService]: ReturnType<typeof vi.fn<ImageService[Method]>> };
let context: Context;

beforeEach(() => {
  images = {
    create: vi.fn<ImageService['create']>(async () => pending),
    status: vi.fn<ImageService['status']>(async () => completed),
    list: vi.fn<ImageService['list']>(async () => ({ jobs: [pending], next_cursor: null })),
    cancel: vi.fn<ImageService['cancel']>(async () => completed),
    delete: vi.fn<ImageService['delete']>(async (_viewer, ref) => ref),
    models: vi.fn<ImageService['models']>(async () => ({ models: [] })),
    upload: vi.fn<ImageService['upload']>(),
  };
  context = { viewer, images, batchSize: 1 };
});

const caller = () => appRouter.createCaller(context).image;

describe('the procedures', () => {
  test('create: separates the key from the request', async () => {
    expect(await caller().create({ ...request, prompt: ' a ', idempotency_key: 'k' })).toBe(pending);
    expect(images.create).toHaveBeenCalledWith(
      viewer,
      { model: 'image-01', prompt: 'a', n: 1 },
      { idempotency_key: 'k' },
    );
  });

  test('status, list, cancel, delete and models: pass the parsed input on and return the result', async () => {
    expect(await caller().status({ job_id: 'x', wait_seconds: 5, after_version: 1 })).toBe(completed);
    expect(images.status.mock.calls[0]?.slice(0, 2)).toEqual([
      viewer,
      { job_id: 'x', wait_seconds: 5, after_version: 1 },
    ]);
    expect(await caller().list({})).toEqual({ jobs: [pending], next_cursor: null });
    expect(images.list).toHaveBeenCalledWith(viewer, { limit: 20 });
    expect(await caller().cancel({ job_id: 'x' })).toBe(completed);
    expect(images.cancel).toHaveBeenCalledWith(viewer, { job_id: 'x' });
    expect(await caller().delete({ job_id: 'x' })).toEqual({ job_id: 'x' });
    expect(images.delete).toHaveBeenCalledWith(viewer, { job_id: 'x' });
    expect(await caller().models()).toEqual({ models: [] });
    expect(images.models).toHaveBeenCalledWith(viewer);
  });

  test('status: does not hold a poll that is part of a batch', async () => {
    context.batchSize = 2;
    await caller().status({ job_id: 'x', wait_seconds: 25, after_version: 3 });
    expect(images.status.mock.calls[0]?.[1]).toEqual({ job_id: 'x', wait_seconds: 0, after_version: 3 });
  });

  test('refuse a caller without an identity before validating the input', async () => {
    context.viewer = null;
    for (const call of [
      caller().create({ ...request, n: 99 }),
      caller().status({ job_id: 'x' }),
      caller().list({}),
      caller().cancel({ job_id: 'x' }),
      caller().delete({ job_id: 'x' }),
      caller().models(),
    ])
      await expect(call).rejects.toMatchObject({ code: 'UNAUTHORIZED', cause: { code: 'unauthenticated' } });
    for (const method of Object.values(images)) expect(method).not.toHaveBeenCalled();
  });
});

describe('the HTTP adapter', () => {
  async function send(path: string, init?: RequestInit) {
    const onError = () => {};
    const req = new Request(`http://localhost/trpc/${path}`, init);
    const response = await fetchRequestHandler({
      endpoint: '/trpc',
      req,
      router: appRouter,
      createContext: () => context,
      onError,
    });
    const text = await response.text();
    return { status: response.status, text, error: JSON.parse(text).error };
  }
  const post = (body: string, type = 'application/json') => ({
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });

  // Object.keys is typed string[]; the table is closed, so its keys are exactly these.
  const codes = (Object.keys(REQUEST_ERRORS) as RequestErrorCode[]).filter((code) => REQUEST_ERRORS[code].trpc);

  test.each(codes)('answers %s with status, message, code, issues and retry time', async (code) => {
    const issues = [{ path: ['n'], message: 'why' }];
    images.list.mockRejectedValue(new ImageError(code, { issues, retryAfterMs: 1500 }));
    const { status, error } = await send('image.list?input={}');
    expect(status).toBe(REQUEST_ERRORS[code].http);
    expect(error).toMatchObject({
      message: REQUEST_ERRORS[code].zh,
      data: { error_code: code, issues, retry_after_ms: 1500 },
    });
  });

  test('leaves issues and retry time out of an error that has none', async () => {
    images.list.mockRejectedValue(new ImageError('job_not_found'));
    const { error } = await send('image.list?input={}');
    expect(Object.keys(error.data).sort()).toEqual(['code', 'error_code', 'httpStatus', 'path']);
  });

  test('answers an internal error with a fixed text, without its cause or stack', async () => {
    images.list.mockRejectedValue(new Error('SQLITE_CORRUPT at /data/jobs.db'));
    const { status, text, error } = await send('image.list?input={}');
    expect(status).toBe(500);
    expect(error).toMatchObject({ message: REQUEST_ERRORS.internal.zh, data: { error_code: 'internal' } });
    expect(text).not.toMatch(/SQLITE|stack|\.ts/);
  });

  test('names the invalid fields of the input', async () => {
    const { status, error } = await send('image.create', post(JSON.stringify({ ...request, prompt: '', promt: 'x' })));
    expect(status).toBe(400);
    expect(error.data).toMatchObject({
      error_code: 'invalid_request',
      issues: [{ path: ['prompt'] }, { path: ['promt'] }],
    });
    expect(images.create).not.toHaveBeenCalled();
  });

  test.each<[string, string, RequestInit | undefined, number, RequestErrorCode]>([
    ['a body that is not JSON', 'image.create', post('{'), 400, 'invalid_request'],
    ['a query that is not JSON', 'image.list?input={', undefined, 400, 'invalid_request'],
    [
      'another content type',
      'image.create',
      post('a=b', 'application/x-www-form-urlencoded'),
      415,
      'unsupported_media_type',
    ],
    ['an unknown procedure', 'image.draw', undefined, 404, 'not_found'],
    ['a mutation by GET', 'image.create?input={}', undefined, 405, 'method_not_allowed'],
    ['a query by POST', 'image.list', post('{}'), 405, 'method_not_allowed'],
  ])('maps the errors of tRPC to the documented codes: %s', async (_name, path, init, status, error_code) => {
    const answer = await send(path, init);
    expect(answer.error.data.error_code).toBe(error_code);
    expect(answer.error.message).toBe(REQUEST_ERRORS[error_code].zh);
    expect(answer.status).toBe(status);
  });
});
