import { expect, test } from 'vitest';
import {
  explainUploadProblem,
  isUploadProblemReason,
  UPLOAD_PROBLEMS,
  type UploadProblemReason,
  uploadProblemError,
} from '../src/upload-problems.ts';

// Object.keys is typed string[]; the table is closed.
const reasons = Object.keys(UPLOAD_PROBLEMS) as UploadProblemReason[];
const params = {
  ...{ format: 'JPEG', width: 20_000, height: 20_000 },
  ...{ max_pixels: 210_000_000, max_bytes: 1_073_741_824, min_side: 128, max_ratio: 4 },
};

test.each(['zh', 'en'] as const)('has a distinct, complete text for every reason in %s', (language) => {
  const texts = reasons.map((reason) => explainUploadProblem({ reason, params }, language));
  expect(new Set(texts).size).toBe(reasons.length);
  expect(texts.filter((text) => /undefined|NaN|Infinity/.test(text))).toEqual([]);
});

test('names the number of pixels and their limit', () => {
  const problem = { reason: 'too_many_pixels', params } as const;
  expect(explainUploadProblem(problem, 'zh')).toBe(
    '图片有 40000 万像素（20000×20000），JPEG 最多 21000 万像素，请缩小后再上传',
  );
  expect(explainUploadProblem(problem, 'en')).toBe(
    'The image has 400 megapixels (20000×20000); JPEG may have up to 210. Make it smaller first.',
  );
});

test('names the variant of a format that has its own limit', () => {
  const problem = { reason: 'too_many_pixels', params: { ...params, variant: 'progressive' } } as const;
  expect(explainUploadProblem(problem, 'zh')).toContain('渐进式 JPEG 最多');
  expect(explainUploadProblem(problem, 'en')).toContain('progressive JPEG may have');
});

test('rounds up the size of an image just above its limit', () => {
  const just = {
    reason: 'too_many_pixels',
    params: { format: 'PNG', width: 50_000_001, height: 1, max_pixels: 50_000_000 },
  } as const;
  expect(explainUploadProblem(just, 'zh')).toContain('5001 万像素');
  expect(explainUploadProblem(just, 'en')).toContain('50.1 megapixels');
});

test('refuses an upload with the message of its reason, and a request with an issue on its field', () => {
  const problem = { reason: 'heic' } as const;
  expect(uploadProblemError('unsupported_image', ['file'], problem)).toMatchObject({
    code: 'unsupported_image',
    message: expect.stringContaining('HEIC'),
    issues: [{ path: ['file'], message: expect.stringContaining('HEIC'), reason: 'heic' }],
  });
  expect(uploadProblemError('invalid_request', ['a'], problem)).toMatchObject({
    message: '请求参数有误',
    issues: [{ path: ['a'], message: expect.stringContaining('HEIC'), reason: 'heic' }],
  });
});

test('does not recognize a reason that only a newer service knows', () => {
  expect(isUploadProblemReason('from_the_future')).toBe(false);
  expect(isUploadProblemReason('toString')).toBe(false);
  expect(isUploadProblemReason(undefined)).toBe(false);
  expect(isUploadProblemReason('heic')).toBe(true);
});
