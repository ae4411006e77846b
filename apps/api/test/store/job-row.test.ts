import type { Selectable } from 'kysely';
import { expect, test } from 'vitest';
import { fromState, toImage, toJob } from '../../src/store/shared/job-row.ts';
import type { JobRow } from '../../src/store/shared/schema.ts';
import { exampleAsset } from '../jobs/example-job.ts';

const request = { model: 'image-01', prompt: 'a lighthouse', n: 2 };
const row = (fields: Partial<Selectable<JobRow>> = {}): Selectable<JobRow> => ({
  ...fromState({
    status: 'COMPLETED',
    completedAt: 2,
    assets: [exampleAsset('a.jpg')],
    failedCount: 1,
    charged: 'yes',
  }),
  ...{ job_id: 'job', user_id: '1', star_id: null, upload_id: null, version: 4, created_at: 1, updated_at: 2 },
  request: JSON.stringify(request),
  family: 'image-01',
  ...fields,
});

test('a row is read as it was written', () => {
  expect(toJob(row())).toMatchObject({ request, state: { assets: [exampleAsset('a.jpg')], failedCount: 1 } });
});

test('a request without a number of images has one', () => {
  expect(toJob(row({ request: '{"model":"image-01","prompt":"a lighthouse"}' })).request.n).toBe(1);
});

test.each<[string, Partial<Selectable<JobRow>>]>([
  ['a request that is not JSON', { request: '{"model":' }],
  ['a request that is not an object', { request: 'null' }],
  ['a request without a prompt', { request: '{"model":"image-01","n":1}' }],
  ['a request for an unknown model', { request: JSON.stringify({ ...request, model: 'image-99' }) }],
  ['a request with an unknown field', { request: JSON.stringify({ ...request, later: true }) }],
  ['an unknown status', { status: 'LATER' }],
  ['a completed job without assets', { assets: null }],
  ['assets that are not a list', { assets: '{}' }],
  ['an asset without a key', { assets: '[{"contentType":"image/jpeg"}]' }],
  ['a completed job without a time', { completed_at: null }],
])('rejects %s', (_, damage) => {
  expect(() => toJob(row(damage))).toThrow();
});

test('rejects an image without a source', () => {
  expect(() => toImage({ job_id: 'job', position: 0, source: '{}', asset: null, failed: 0 })).toThrow();
});
