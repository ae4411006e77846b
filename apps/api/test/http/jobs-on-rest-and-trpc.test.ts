import { ImageJob, ImageJobPage } from '@darkroom/contracts';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { beforeEach, describe, expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { type Answer, bothSurfaces, type Surface } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ RATE_LIMIT_PER_MINUTE: '0', USER_ACTIVE_LIMIT: '1000' });
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const UNKNOWN_ID = '123e4567-e89b-42d3-a456-426614174000';

/** Sends the same request on both API surfaces, whose answers must be equal. */
async function askBoth(ask: (surface: Surface) => ReturnType<Surface['create']>): Promise<Answer> {
  const answers = [];
  for (const surface of bothSurfaces(api().server)) answers.push(surface.read(await ask(surface)));
  const [rest, trpc] = answers;
  expect(trpc).toEqual(rest);
  return rest ?? { data: null };
}

async function createJob(headers = bearer('1')): Promise<ImageJob> {
  const [rest] = bothSurfaces(api().server);
  const answer = rest.read(await rest.create(request, headers));
  return ImageJob.parse('data' in answer && answer.data);
}

const VERBS = ['status', 'cancel', 'delete'] as const;

describe.each(VERBS)('the verb %s', (verb) => {
  test.each([UNKNOWN_ID, 'x', '1', `${UNKNOWN_ID}0`, '%2e%2e', 'é', 'null'])(
    'rejects the id %j as not found',
    async (id) => {
      const answer = await askBoth((surface) => surface[verb]({ job_id: id }));
      expect(answer).toEqual({ status: 404, error_code: 'job_not_found', paths: null });
    },
  );

  test('rejects the job of another user as forbidden', async () => {
    const { job_id } = await createJob(bearer('2'));
    expect(await askBoth((surface) => surface[verb]({ job_id }))).toEqual({
      status: 403,
      error_code: 'forbidden',
      paths: null,
    });
    expect(await askBoth((surface) => surface.status({ job_id }, bearer('2')))).toMatchObject({
      data: { status: 'PENDING' },
    });
  });
});

test('returns the same job on REST and tRPC, before and after its end', async () => {
  const { job_id } = await createJob();
  expect(await askBoth((surface) => surface.status({ job_id }))).toMatchObject({ data: { job_id, version: 1 } });
  const canceled = await askBoth((surface) => surface.cancel({ job_id }));
  expect(canceled).toMatchObject({ data: { status: 'FAILED', error_code: 'canceled', charged: 'no', version: 2 } });
  expect(await askBoth((surface) => surface.status({ job_id, wait_seconds: 25 }))).toEqual(canceled);
});

test('treats null in a status query as absent', async () => {
  const { job_id } = await createJob();
  const nulls = { job_id, wait_seconds: null, after_version: null };
  expect(await askBoth((surface) => surface.status(nulls))).toEqual(
    await askBoth((surface) => surface.status({ job_id })),
  );
});

test('rejects a deleted job as not found on REST and tRPC', async () => {
  for (const surface of bothSurfaces(api().server)) {
    const { job_id } = await createJob();
    expect(surface.read(await surface.delete({ job_id }))).toEqual({ data: { job_id } });
    expect(await askBoth((other) => other.status({ job_id }))).toMatchObject({ error_code: 'job_not_found' });
  }
});

test('answers a repeated delete of the owner as the first one, and of other users with not found', async () => {
  for (const surface of bothSurfaces(api().server)) {
    const { job_id } = await createJob();
    await surface.delete({ job_id });
    expect(await askBoth((other) => other.delete({ job_id }))).toEqual({ data: { job_id } });
    expect(await askBoth((other) => other.delete({ job_id: job_id.toUpperCase() }))).toEqual({ data: { job_id } });
    expect(await askBoth((other) => other.delete({ job_id }, bearer('2')))).toMatchObject({
      error_code: 'job_not_found',
    });
  }
});

describe('an invalid query is rejected in the same way on REST and tRPC', () => {
  test.each([
    [{ wait_seconds: -1 }, 'wait_seconds'],
    [{ wait_seconds: 26 }, 'wait_seconds'],
    [{ wait_seconds: 'soon' }, 'wait_seconds'],
    [{ after_version: -1 }, 'after_version'],
    [{ after_version: 1.5 }, 'after_version'],
    [{ after_version: 'x' }, 'after_version'],
  ])('rejects a status query with %j', async (query, path) => {
    const { job_id } = await createJob();
    const answer = await askBoth((surface) => surface.status({ job_id, ...query }));
    expect(answer).toEqual({ status: 400, error_code: 'invalid_request', paths: [path] });
  });

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 101 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ limit: 'all' }, 'limit'],
    [{ status: 'DONE' }, 'status'],
    [{ star_id: 'x' }, 'star_id'],
    [{ star_id: '-1' }, 'star_id'],
    [{ star_id: '9223372036854775808' }, 'star_id'],
    [{ cursor: 'x'.repeat(201) }, 'cursor'],
    ...['x', 'W10', Buffer.from('[1,2]').toString('base64url'), Buffer.from('{}').toString('base64url')].map(
      (cursor): [object, string] => [{ cursor }, 'cursor'],
    ),
  ])('rejects a list query with %j', async (query, path) => {
    expect(await askBoth((surface) => surface.list(query))).toEqual({
      status: 400,
      error_code: 'invalid_request',
      paths: [path],
    });
  });
});

describe('the list of jobs', () => {
  let user: ReturnType<typeof bearer>;
  let users = 10;
  beforeEach(() => {
    user = bearer(String(users++));
  });

  const pageOf = (answer: Answer) => ImageJobPage.parse('data' in answer && answer.data);

  test('is empty without jobs', async () => {
    expect(await askBoth((surface) => surface.list({}, user))).toEqual({ data: { jobs: [], next_cursor: null } });
  });

  test('returns the first page for null parameters, so that a null next_cursor can be sent back', async () => {
    await createJob(user);
    const first = await askBoth((surface) => surface.list({}, user));
    const nulls = { limit: null, cursor: null, status: null, star_id: null };
    expect(await askBoth((surface) => surface.list(nulls, user))).toEqual(first);
    expect(pageOf(first).next_cursor).toBeNull();
  });

  test('returns pages from newest to oldest while jobs are added', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) ids.add((await createJob(user)).job_id);
    const first = await askBoth((surface) => surface.list({ limit: 3 }, user));
    expect(first).toMatchObject({ data: { jobs: [{}, {}, {}], next_cursor: expect.any(String) } });
    const { next_cursor: cursor, jobs } = pageOf(first);
    await createJob(user);
    const second = await askBoth((surface) => surface.list({ limit: 3, cursor }, user));
    expect(second).toMatchObject({ data: { jobs: [{}, {}], next_cursor: null } });
    expect(new Set([...jobs, ...pageOf(second).jobs].map(({ job_id }) => job_id))).toEqual(ids);
  });

  test('contains the jobs that match the filters', async () => {
    const canceled = await createJob(user);
    await askBoth((surface) => surface.cancel({ job_id: canceled.job_id }, user));
    await createJob(user);
    expect(await askBoth((surface) => surface.list({ status: 'FAILED' }, user))).toMatchObject({
      data: { jobs: [{ job_id: canceled.job_id }] },
    });
    expect(await askBoth((surface) => surface.list({ star_id: '7' }, user))).toMatchObject({ data: { jobs: [] } });
  });
});

test('ignores unknown and empty query keys on REST', async () => {
  const { job_id } = await createJob();
  const url = `${GENERATION_PATH}/${job_id}?utm_source=x&wait_seconds=&after_version=`;
  const response = await api().server.inject({ url, headers: bearer('1') });
  expect(response.json()).toMatchObject({ code: 200, message: '排队中', data: { job_id } });
});
