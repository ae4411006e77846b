import { ImageError, JSON_BODY_MAX_BYTES, UPLOAD_MAX_BYTES } from '@darkroom/contracts';
import { GENERATION_PATH, MODELS_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { readDocumentedAnswers } from './documented-answers.ts';
import { buildFaultyServer } from './faulty-server.ts';
import { finishJob, pathOf } from './finished-job.ts';
import { openApi, PUBLIC_URL, shareApi } from './running-api.ts';
import { restSurface } from './surfaces.ts';
import { bearer } from './tokens.ts';

const documented = readDocumentedAnswers(openApiDocument(PUBLIC_URL));

/** The first API never starts its jobs; the second runs them. */
const waiting = shareApi();
const running = shareApi();
let link: string;
let finished: string;
beforeAll(async () => {
  await running().app.start();
  const job = await finishJob(running());
  finished = job.job_id;
  link = pathOf(job.images[0] ?? '');
});

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const NOBODYS = '123e4567-e89b-42d3-a456-426614174000';
const ours = bearer('1');
const theirs = bearer('2');
const jobPath = (jobId: string) => `${GENERATION_PATH}/${jobId}`;

interface Api {
  server: FastifyInstance;
}
const ask = (options: InjectOptions, api: Api = waiting()) => api.server.inject({ headers: ours, ...options });
const create = (payload: object, headers: Record<string, string> = ours, api?: Api) =>
  ask({ method: 'POST', url: GENERATION_PATH, payload, headers }, api);
const newJob = async (): Promise<string> => (await create(request)).json().data.job_id;

async function upload(name: string, bytes: Uint8Array<ArrayBuffer>, api?: Api) {
  const form = new FormData();
  form.set(name, new Blob([bytes]), 'photo');
  const multipart = new Request(PUBLIC_URL, { method: 'POST', body: form });
  const headers = { ...ours, 'content-type': multipart.headers.get('content-type') ?? '' };
  return ask({ method: 'POST', url: UPLOADS_PATH, payload: Buffer.from(await multipart.arrayBuffer()), headers }, api);
}
const photo = async () => new Uint8Array(await readPhoto('rocket.jpg'));

async function drained() {
  const api = await openApi();
  await api.app.drain();
  return api;
}

type Ask = () => Promise<LightMyRequestResponse>;

function answersOfFiles(operation: string, method: 'GET' | 'HEAD'): Record<string, Ask> {
  return {
    [`${operation} 200`]: () => ask({ method, url: link }, running()),
    [`${operation} 304`]: async () => {
      const { etag } = (await ask({ url: link }, running())).headers;
      return ask({ method, url: link, headers: { 'if-none-match': String(etag) } }, running());
    },
    [`${operation} 400`]: () => ask({ method, url: '/files/%zz' }),
    [`${operation} 403`]: () => ask({ method, url: link }), // the other server signs with another key
    [`${operation} 404`]: async () => {
      const job = await finishJob(running());
      await restSurface(running().server).delete({ job_id: job.job_id });
      return ask({ method, url: pathOf(job.images[0] ?? '') }, running());
    },
  };
}

const TOO_LONG = `"${'a'.repeat(JSON_BODY_MAX_BYTES)}"`;

function withBody(payload: string, type = 'application/json'): InjectOptions {
  return { payload, headers: { ...ours, 'content-type': type } };
}

/** The request that produces each answer. Internal and storage errors are tested below. */
const ANSWERS: Record<string, Ask> = {
  'createJob 202': () => create(request),
  'createJob 400': () => create({ ...request, n: 10 }),
  'createJob 401': () => create(request, {}),
  'createJob 404': () =>
    create({ ...request, subject_reference: [{ type: 'character', image_file: `upload://${NOBODYS}` }] }),
  'createJob 413': () => create({ ...request, prompt: 'a'.repeat(JSON_BODY_MAX_BYTES) }),
  'createJob 415': () => ask({ method: 'POST', url: GENERATION_PATH, payload: 'a lighthouse' }),
  'createJob 422': async () => {
    const headers = { ...ours, 'idempotency-key': 'once' };
    await create(request, headers);
    return create({ ...request, n: 2 }, headers);
  },
  'createJob 429': async () => {
    const api = await openApi({ RATE_LIMIT_PER_MINUTE: '1' });
    await create(request, ours, api);
    return create(request, ours, api);
  },
  'createJob 503': async () => create(request, ours, await drained()),

  'listJobs 200': () => ask({ url: GENERATION_PATH }, running()),
  'listJobs 400': () => ask({ url: `${GENERATION_PATH}?limit=0` }),
  'listJobs 401': () => ask({ url: GENERATION_PATH, headers: {} }),

  'getJob 200': () => ask({ url: jobPath(finished) }, running()),
  'getJob 400': () => ask({ url: `${jobPath(finished)}?wait_seconds=26` }),
  'getJob 401': () => ask({ url: jobPath(finished), headers: {} }),
  'getJob 403': () => ask({ url: jobPath(finished), headers: theirs }, running()),
  'getJob 404': () => ask({ url: jobPath(NOBODYS) }),

  'deleteJob 200': async () => ask({ method: 'DELETE', url: jobPath(await newJob()) }),
  'deleteJob 400': () => ask({ ...withBody('{'), method: 'DELETE', url: jobPath(finished) }),
  'deleteJob 413': () => ask({ ...withBody(TOO_LONG), method: 'DELETE', url: jobPath(finished) }),
  'deleteJob 415': () => ask({ ...withBody('a', 'text/plain'), method: 'DELETE', url: jobPath(finished) }),
  'deleteJob 401': () => ask({ method: 'DELETE', url: jobPath(finished), headers: {} }),
  'deleteJob 403': () => ask({ method: 'DELETE', url: jobPath(finished), headers: theirs }, running()),
  'deleteJob 404': () => ask({ method: 'DELETE', url: jobPath(NOBODYS) }),

  'cancelJob 200': async () => ask({ method: 'POST', url: `${jobPath(await newJob())}/cancel` }),
  'cancelJob 400': () => ask({ ...withBody('{'), method: 'POST', url: `${jobPath(finished)}/cancel` }),
  'cancelJob 413': () => ask({ ...withBody(TOO_LONG), method: 'POST', url: `${jobPath(finished)}/cancel` }),
  'cancelJob 415': () => ask({ ...withBody('a', 'text/plain'), method: 'POST', url: `${jobPath(finished)}/cancel` }),
  'cancelJob 401': () => ask({ method: 'POST', url: `${jobPath(finished)}/cancel`, headers: {} }),
  'cancelJob 403': () => ask({ method: 'POST', url: `${jobPath(finished)}/cancel`, headers: theirs }, running()),
  'cancelJob 404': () => ask({ method: 'POST', url: `${jobPath(NOBODYS)}/cancel` }),

  'listModels 200': () => ask({ url: MODELS_PATH }),
  'listModels 401': () => ask({ url: MODELS_PATH, headers: {} }),

  'uploadImage 201': async () => upload('file', await photo()),
  'uploadImage 400': async () => upload('photo', await photo()),
  'uploadImage 401': () => ask({ method: 'POST', url: UPLOADS_PATH, headers: {} }),
  'uploadImage 413': () => upload('file', new Uint8Array(UPLOAD_MAX_BYTES + 1)),
  'uploadImage 415': () => upload('file', new Uint8Array(1_000)),
  'uploadImage 429': async () => {
    const api = await openApi({ RATE_LIMIT_PER_MINUTE: '1' });
    await create(request, ours, api);
    return upload('file', await photo(), api);
  },

  ...answersOfFiles('getFile', 'GET'),
  ...answersOfFiles('headFile', 'HEAD'),

  'isLive 200': () => ask({ url: '/health/live' }),
  'isReady 200': () => ask({ url: '/health/ready' }, running()),
  'isReady 503': async () => ask({ url: '/health/ready' }, await drained()),

  'getMetrics 200': () => ask({ url: '/metrics' }),
  'getMetrics 404': () => ask({ url: '/metrics', headers: { 'x-forwarded-for': '192.0.2.1' } }),
};

test.each(Object.keys(ANSWERS))('documents the answer %s', async (name) => {
  const response = await ANSWERS[name]?.();
  expect(response && documented.problems(name, response)).toEqual([]);
});

describe('documents a job in every state', () => {
  test('as it waits', async () => {
    const response = await ask({ url: jobPath(await newJob()) });
    expect(response.json().data.status).toBe('PENDING');
    expect(documented.problems('getJob 200', response)).toEqual([]);
  });

  test('as it runs and after it was canceled', async () => {
    const { app, server, simulator } = await openApi();
    simulator.script({ hold: true });
    await app.start();
    const rest = restSurface(server);
    const { job_id } = (await rest.create(request)).json().data;
    const response = await rest.status({ job_id, wait_seconds: 25, after_version: 1 });
    expect(response.json().data.status).toBe('PROCESSING');
    expect(documented.problems('getJob 200', response)).toEqual([]);

    const given = await rest.cancel({ job_id });
    expect(given.json().data).toMatchObject({ status: 'FAILED', error_code: 'canceled' });
    expect(documented.problems('cancelJob 200', given)).toEqual([]);
  });
});

/** One request for every operation that can meet an internal error. */
const REQUESTS: Record<string, InjectOptions> = {
  createJob: { method: 'POST', url: GENERATION_PATH, payload: request },
  listJobs: { url: GENERATION_PATH },
  getJob: { url: jobPath(NOBODYS) },
  deleteJob: { method: 'DELETE', url: jobPath(NOBODYS) },
  cancelJob: { method: 'POST', url: `${jobPath(NOBODYS)}/cancel` },
  listModels: { url: MODELS_PATH },
  getFile: { url: '/files/a.jpg' },
  headFile: { method: 'HEAD', url: '/files/a.jpg' },
  getMetrics: { url: '/metrics' },
};
const FAULTS = Object.keys(REQUESTS).map((operation) => `${operation} 500`);
const OUTAGES = ['createJob 503', 'listJobs 503', 'getJob 503', 'deleteJob 503', 'cancelJob 503', 'listModels 503'];

test.each([
  ...FAULTS.map((name) => [name, new Error('a fault of ours')] as const),
  ...OUTAGES.map((name) => [name, new ImageError('unavailable', { retryAfterMs: 5_000 })] as const),
])('documents %s for %s', async (name, fault) => {
  const server = await buildFaultyServer(fault);
  const response = await server.inject({ headers: ours, ...REQUESTS[name.split(' ')[0] ?? ''] });
  expect(documented.problems(name, response)).toEqual([]);
});

test.each([
  ['uploadImage 500', new Error('a fault of ours')],
  ['uploadImage 503', new ImageError('unavailable', { retryAfterMs: 5_000 })],
])('documents %s on an upload', async (name, fault) => {
  const server = await buildFaultyServer(fault);
  expect(documented.problems(name, await upload('file', await photo(), { server }))).toEqual([]);
});

test('tests every answer in the document', () => {
  const shown = [...Object.keys(ANSWERS), ...FAULTS, ...OUTAGES, 'uploadImage 500', 'uploadImage 503'];
  expect([...new Set(shown)].sort()).toEqual(documented.names.sort());
});
