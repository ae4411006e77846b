import type { FailedJob } from '@darkroom/contracts';
import { JOB_ERRORS, REQUEST_ERRORS } from '@darkroom/contracts/errors';
import { describe, expect, it } from 'vitest';
import {
  describeCreateFailure,
  describeJobFailure,
  describeReadFailure,
  type RequestError,
} from '../src/features/job/describe-failure.ts';
import { en } from '../src/i18n/en.ts';
import { zh } from '../src/i18n/zh.ts';

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
])('a FAILED job in %s', (_language, text) => {
  it('has its own words for every code', () => {
    const titles = jobCodes.map((code) => describeJobFailure(failed(code), text).title);
    // `internal` and the generator's own fault may sound alike; every other code is told apart.
    expect(new Set(titles).size).toBe(jobCodes.length);
  });

  it.each(jobCodes)('says what can be done about %s', (code) => {
    const { reason, next } = describeJobFailure(failed(code), text);
    expect(reason).not.toBe('');
    expect(next).not.toBe('');
  });

  it('does not say that it costs again where nothing was charged', () => {
    const { again, againPaid } = text.actions;
    expect(
      (['no', 'yes', 'unknown'] as const).map((charged) => describeJobFailure(failed('internal', charged), text).again),
    ).toEqual([again, againPaid, againPaid]);
  });

  it.each(['yes', 'no', 'unknown'] as const)('says that it was charged: %s', (charged) => {
    expect(describeJobFailure(failed('internal', charged), text).charge).toBe(text.charge[charged]);
  });
});

describe('the step that is offered', () => {
  it.each(jobCodes)('is trying %s again only where the contract calls that sensible', (code) => {
    const { step } = describeJobFailure(failed(code), zh);
    expect(step === 'retry').toBe(JOB_ERRORS[code].retryable);
  });

  it('tells the three causes of a blocked content apart', () => {
    const withPhoto = { subject_reference: [{ type: 'character' as const, image_file: 'upload://1' }] };
    const job = failed('content_rejected');
    const causes = [
      job,
      { ...job, request: { ...job.request, ...withPhoto } },
      failed('content_rejected', 'unknown'),
    ].map((known) => describeJobFailure(known, zh).reason);
    expect(new Set(causes).size).toBe(3);
  });

  it('is another order where the same would be refused again', () => {
    expect(describeJobFailure(failed('content_rejected'), zh).step).toBe('edit');
    expect(describeJobFailure(failed('provider_rejected'), zh).step).toBe('edit');
  });

  it('is no blame for a job that the user canceled', () => {
    expect(describeJobFailure(failed('canceled'), zh).isWished).toBe(true);
    expect(describeJobFailure(failed('expired'), zh).isWished).toBe(false);
  });

  it('survives a code that only a newer service knows', () => {
    const job: unknown = { ...failed('internal'), error_code: 'from_the_future' };
    expect(describeJobFailure(job as FailedJob, zh).title).toBe(zh.jobFailures.internal.title);
  });
});

describe('an order that was not accepted', () => {
  it.each(requestCodes)('has words for %s', (code) => {
    const { title, charge } = describeCreateFailure(refused(code), en);
    expect(title).not.toBe('');
    expect(charge).not.toBe('');
  });

  it('does not promise that nothing was ordered when no answer came', () => {
    expect(describeCreateFailure(refused('network'), zh).charge).toBe(zh.charge.unanswered);
    expect(describeCreateFailure(refused('queue_full'), zh).charge).toBe(zh.charge.none);
  });

  it('says that it is kept where it is, and of a job that could not be read nothing of the kind', () => {
    const saysKept = ({ next }: { next: string }) => next.includes(zh.orderKept);
    expect(saysKept(describeCreateFailure(refused('network'), zh))).toBe(true);
    expect(saysKept(describeCreateFailure(refused('unauthenticated'), zh))).toBe(true);
    expect(saysKept(describeCreateFailure(refused('upload_not_found'), zh))).toBe(false);
    expect(requestCodes.filter((code) => saysKept(describeReadFailure(refused(code), zh)))).toEqual([]);
  });

  it('names the fields that the service named', () => {
    const error = refused('invalid_request', { issues: [{ path: ['prompt'], message: '提示词不能为空' }] });
    expect(describeCreateFailure(error, zh).reason).toBe('提示词不能为空。');
  });

  it('says in English what the service says in Chinese', () => {
    const error = refused('invalid_request', { issues: [{ path: ['prompt'], message: '提示词不能为空' }] });
    expect(describeCreateFailure(error, en).reason).toBe('The description is not accepted.');
  });

  it('names the cause for which a photo was refused, in the language that is read', () => {
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

  it('has words of its own for uploads that take up all the room, which is no matter of today’s pictures', () => {
    const issue = { path: ['file'], message: '', reason: 'upload_space_full', params: { max_bytes: 1_073_741_824 } };
    const { title, reason } = describeCreateFailure(refused('quota_exceeded', { issues: [issue] }), en);
    expect(title).not.toBe(en.requestFailures.quota_exceeded.title);
    expect(reason).toContain('1024 MB');
  });

  it('shows what the service says of a cause that only a newer service knows', () => {
    const issue = { path: ['file'], message: '以后才有的原因', reason: 'from_the_future' };
    expect(describeCreateFailure(refused('unsupported_image', { issues: [issue] }), zh).reason).toBe(
      '以后才有的原因。',
    );
  });

  it('leads to what is running where there is too much of it', () => {
    expect(describeCreateFailure(refused('too_many_jobs'), zh)).toMatchObject({ step: 'running', also: 'resend' });
  });
});

describe('a job that could not be read', () => {
  it('says how long to wait', () => {
    expect(describeReadFailure(refused('unavailable', { retryAfterMs: 11_200 }), zh).next).toContain('12 秒');
  });

  it.each(requestCodes)('says nothing about charges for %s, and never orders anything', (code) => {
    const { charge, step } = describeReadFailure(refused(code), zh);
    expect(charge).toBe('');
    expect(['reload', 'home']).toContain(step);
  });
});
