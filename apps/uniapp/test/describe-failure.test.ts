import type { FailedJob } from '@darkroom/contracts';
import { JOB_ERRORS, REQUEST_ERRORS } from '@darkroom/contracts/errors';
import { describe, expect, it } from 'vitest';
import {
  describeCreateFailure,
  describeJobFailure,
  describeReadFailure,
} from '../src/features/job/describe-failure.ts';
import type { RequestError } from '../src/features/job/describe-request-failure.ts';
import { job as enJob } from '../src/i18n/en/job.ts';
import { en as enMessages } from '../src/i18n/en.ts';
import { job as zhJob } from '../src/i18n/zh/job.ts';
import { zh as zhMessages } from '../src/i18n/zh.ts';

const zh = { ...zhMessages, ...zhJob };
const en = { ...enMessages, ...enJob };

type JobCode = keyof typeof JOB_ERRORS;
type RequestCode = RequestError['code'];

// Object.keys is typed string[]; the tables are closed.
const jobCodes = Object.keys(JOB_ERRORS) as JobCode[];
const requestCodes = [...(Object.keys(REQUEST_ERRORS) as RequestCode[]), 'network', 'bad_answer'] as RequestCode[];

function failed(error_code: JobCode, charged: FailedJob['charged'] = 'no'): FailedJob {
  return {
    job_id: '0b8f3c7e-6a3e-4c86-9a55-0d5f3b1c2a11',
    user_id: '1',
    star_id: null,
    created_at: '2026-11-22T10:00:00.000Z',
    updated_at: '2026-11-22T10:00:01.000Z',
    completed_at: '2026-11-22T10:00:01.000Z',
    version: 3,
    request: { model: 'image-01', prompt: '海边', n: 1 },
    status: 'FAILED',
    progress: 0,
    error_code,
    error_msg: '',
    retryable: JOB_ERRORS[error_code].retryable,
    charged,
  };
}

const refused = (code: RequestCode, rest: Partial<RequestError> = {}): RequestError => ({
  code,
  retryable:
    code in REQUEST_ERRORS ? REQUEST_ERRORS[code as keyof typeof REQUEST_ERRORS].retryable : code === 'network',
  issues: [],
  retryAfterMs: undefined,
  ...rest,
});

describe.each([
  ['zh', zh],
  ['en', en],
])('describeJobFailure in %s', (_language, text) => {
  it('gives every error code a title of its own', () => {
    const titles = jobCodes.map((code) => describeJobFailure(failed(code), text).title);
    // `internal` and the generator's own fault may sound alike; every other code is told apart.
    expect(new Set(titles).size).toBe(jobCodes.length);
  });

  it.each(jobCodes)('explains the reason and the next step for %s', (code) => {
    const { reason, next } = describeJobFailure(failed(code), text);
    expect(reason).not.toBe('');
    expect(next).not.toBe('');
  });

  it('warns of another charge on retry unless nothing was charged', () => {
    const { again, againPaid } = text.actions;
    expect(
      (['no', 'yes', 'unknown'] as const).map((charged) => describeJobFailure(failed('internal', charged), text).again),
    ).toEqual([again, againPaid, againPaid]);
  });

  it.each(['yes', 'no', 'unknown'] as const)('states the charge: %s', (charged) => {
    expect(describeJobFailure(failed('internal', charged), text).charge).toBe(text.charge[charged]);
  });
});

describe('the step offered after a failed job', () => {
  it.each(jobCodes)('offers a retry for %s exactly if the contract marks it retryable', (code) => {
    const { step } = describeJobFailure(failed(code), zh);
    expect(step === 'retry').toBe(JOB_ERRORS[code].retryable);
  });

  it('explains the three causes of blocked content differently', () => {
    const withPhoto = { subject_reference: [{ type: 'character' as const, image_file: 'upload://1' }] };
    const job = failed('content_rejected');
    const causes = [
      job,
      { ...job, request: { ...job.request, ...withPhoto } },
      failed('content_rejected', 'unknown'),
    ].map((known) => describeJobFailure(known, zh).reason);
    expect(new Set(causes).size).toBe(3);
  });

  it('offers to edit the request where the same request would be refused again', () => {
    expect(describeJobFailure(failed('content_rejected'), zh).step).toBe('edit');
    expect(describeJobFailure(failed('provider_rejected'), zh).step).toBe('edit');
  });

  it('marks a job that the user canceled as intended, and an expired one as not', () => {
    expect(describeJobFailure(failed('canceled'), zh).isWished).toBe(true);
    expect(describeJobFailure(failed('expired'), zh).isWished).toBe(false);
  });

  it('falls back to the internal error for a code that only a newer service knows', () => {
    const job: unknown = { ...failed('internal'), error_code: 'from_the_future' };
    expect(describeJobFailure(job as FailedJob, zh).title).toBe(zh.jobFailures.internal.title);
  });
});

describe('describeCreateFailure', () => {
  it.each(requestCodes)('has a title and a charge text for %s', (code) => {
    const { title, charge } = describeCreateFailure(refused(code), en);
    expect(title).not.toBe('');
    expect(charge).not.toBe('');
  });

  it('does not claim that nothing was created when no answer came', () => {
    expect(describeCreateFailure(refused('network'), zh).charge).toBe(zh.charge.unanswered);
    expect(describeCreateFailure(refused('queue_full'), zh).charge).toBe(zh.charge.none);
  });

  it('says that the request is kept on the device only where it is, and never for a job that could not be read', () => {
    const saysKept = ({ next }: { next: string }) => next.includes(zh.requestKept);
    expect(saysKept(describeCreateFailure(refused('network'), zh))).toBe(true);
    expect(saysKept(describeCreateFailure(refused('unauthenticated'), zh))).toBe(true);
    expect(saysKept(describeCreateFailure(refused('upload_not_found'), zh))).toBe(false);
    expect(requestCodes.filter((code) => saysKept(describeReadFailure(refused(code), zh)))).toEqual([]);
  });

  it('names the fields that the service reported', () => {
    const error = refused('invalid_request', { issues: [{ path: ['prompt'], message: '提示词不能为空' }] });
    expect(describeCreateFailure(error, zh).reason).toBe('提示词不能为空。');
  });

  it('replaces the Chinese message of the service by an English one in English', () => {
    const error = refused('invalid_request', { issues: [{ path: ['prompt'], message: '提示词不能为空' }] });
    expect(describeCreateFailure(error, en).reason).toBe('The description is not accepted.');
  });

  it('names the reference that the service reported by its number', () => {
    const issue = {
      path: ['references', 3, 'image_file'],
      message: '太小',
      reason: 'side_too_short',
      params: { width: 9, height: 9, min_side: 128 },
    };
    const error = refused('invalid_request', { issues: [issue, { path: ['references', 0], message: '' }] });
    expect(describeCreateFailure(error, zh).reason).toMatch(/^图 4：.*128/);
    expect(describeCreateFailure(error, en).reason).toMatch(
      /^Image 4: .*128.* Image 1: The reference is not accepted\.$/,
    );
  });

  it('names the reason for a refused photo in the language of the app', () => {
    const issue = {
      path: ['file'],
      message: '图片有 40000 万像素',
      reason: 'too_many_pixels',
      params: { format: 'JPEG', width: 20_000, height: 20_000, max_pixels: 210_000_000 },
    };
    const error = refused('unsupported_image', { issues: [issue] });
    expect(describeCreateFailure(error, zh).reason).toContain('最多 21000 万像素');
    expect(describeCreateFailure(error, en).reason).toContain('may have up to 210');
  });

  it('has its own text for full upload storage, apart from the daily quota', () => {
    const issue = { path: ['file'], message: '', reason: 'upload_space_full', params: { max_bytes: 1_073_741_824 } };
    const { title, reason } = describeCreateFailure(refused('quota_exceeded', { issues: [issue] }), en);
    expect(title).not.toBe(en.requestFailures.quota_exceeded.title);
    expect(reason).toContain('1024 MB');
  });

  it('shows the message of the service for a reason that only a newer service knows', () => {
    const issue = { path: ['file'], message: '以后才有的原因', reason: 'from_the_future' };
    expect(describeCreateFailure(refused('unsupported_image', { issues: [issue] }), zh).reason).toBe(
      '以后才有的原因。',
    );
  });

  it('offers the list of running jobs after too_many_jobs', () => {
    expect(describeCreateFailure(refused('too_many_jobs'), zh)).toMatchObject({ step: 'running', also: 'resend' });
  });
});

describe('describeReadFailure', () => {
  it('says how long to wait before the next attempt', () => {
    expect(describeReadFailure(refused('unavailable', { retryAfterMs: 11_200 }), zh).next).toContain('12 秒');
  });

  it.each(requestCodes)('mentions no charge for %s and offers no new request', (code) => {
    const { charge, step } = describeReadFailure(refused(code), zh);
    expect(charge).toBe('');
    expect(['reload', 'home']).toContain(step);
  });
});
