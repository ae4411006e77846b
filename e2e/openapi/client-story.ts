/** A client that knows the API only from its OpenAPI document. Its types are generated when the test runs. */
import { openAsBlob } from 'node:fs';
import type { components, paths } from 'darkroom-openapi';
import createClient from 'openapi-fetch';

type Job = components['schemas']['ImageJob'];

const [baseUrl = '', token = '', photograph = ''] = process.argv.slice(2);
const JOBS = '/api/v1/assets/mints/image/generation';
const ONE_JOB = `${JOBS}/{job_id}` as const;

const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });

function tell(event: string, facts: Record<string, unknown>): void {
  console.log(JSON.stringify({ event, ...facts }));
}

/** Returns the answer's data; throws the error code of a refusal. */
function dataOf<Data>({ data, error }: { data?: { data: Data }; error?: { error_code: string } }): Data {
  if (data === undefined) throw new Error(error?.error_code);
  return data.data;
}

async function follow(job: Job): Promise<Job> {
  if (job.status === 'COMPLETED' || job.status === 'FAILED') return job;
  const query = { wait_seconds: 25, after_version: job.version };
  return follow(dataOf(await api.GET(ONE_JOB, { params: { path: { job_id: job.job_id }, query } })));
}

const upload = await api.POST('/api/v1/assets/mints/image/uploads', {
  body: { file: await openAsBlob(photograph) },
  bodySerializer({ file }) {
    const form = new FormData();
    form.set('file', file);
    return form;
  },
});
const { image_file, width, height } = dataOf(upload);
tell('uploaded', { width, height });

const created = await api.POST(JOBS, {
  params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
  body: {
    model: 'image-01',
    prompt: 'an astronaut in a sunflower field',
    subject_reference: [{ type: 'character', image_file }],
  },
});
const ended = await follow(dataOf(created));
if (ended.status !== 'COMPLETED') throw new Error(ended.status === 'FAILED' ? ended.error_msg : ended.status);
tell('completed', { n: ended.request.n, charged: ended.charged, width: ended.assets[0]?.width });

const [link = ''] = ended.images;
const file = await fetch(link);
tell('downloaded', { status: file.status, type: file.headers.get('content-type') });

const second = dataOf(await api.POST(JOBS, { body: { model: 'image-01', prompt: 'given up' } }));
const canceled = dataOf(await api.POST(`${ONE_JOB}/cancel`, { params: { path: { job_id: second.job_id } } }));
tell('canceled', { code: canceled.status === 'FAILED' && canceled.error_code });

const page = dataOf(await api.GET(JOBS, { params: { query: { limit: 10 } } }));
tell('listed', { statuses: page.jobs.map(({ status }) => status), next: page.next_cursor });

const path = { job_id: ended.job_id };
dataOf(await api.DELETE(ONE_JOB, { params: { path } }));
const { error, response } = await api.GET(ONE_JOB, { params: { path } });
tell('deleted', { status: response.status, code: error?.error_code });

const refused = await api.POST(JOBS, { body: { model: 'image-01', prompt: '   ' } });
tell('refused', {
  code: refused.error?.error_code,
  fields: refused.error?.issues?.map((issue) => issue.path.join('.')),
});
