import { JOB_ERROR_CODES } from '@darkroom/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cancel,
  complete,
  countArrival,
  expire,
  failCall,
  failSaving,
  hasEnded,
  showArrival,
  startCall,
  startSaving,
  waitForRetry,
  wantsImages,
} from '../../src/job/job-state.ts';
import type { StoredJob, Transition } from '../../src/job/stored-job.ts';
import { exampleAsset, jobIn } from '../jobs/example-job.ts';

interface NamedStep {
  name: string;
  step: Transition;
}

const CHARGES = fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const);

/** Every transition, at any time and with any outcome. */
const steps: fc.Arbitrary<NamedStep> = fc.oneof(
  fc.constant({ name: 'startCall', step: startWhereItMay }),
  fc
    .record({ retryAt: fc.nat(), progressFrom: fc.integer({ min: 1, max: 89 }) })
    .map((wait) => ({ name: 'waitForRetry', step: (job: StoredJob) => waitForRetry(job, wait) })),
  fc.constant({ name: 'startSaving', step: startSaving }),
  fc.constant({ name: 'countArrival', step: countArrival }),
  fc.tuple(fc.constantFrom(...JOB_ERROR_CODES), CHARGES, fc.nat()).map(([errorCode, charged, now]) => ({
    name: `failCall ${errorCode} ${charged}`,
    step: (job: StoredJob) => failCall(job, errorCode, charged, now),
  })),
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.nat()).map(([images, now]) => ({
    name: `complete ${images}`,
    step: (job: StoredJob) =>
      complete(
        job,
        Array.from({ length: images }, (_, i) => exampleAsset(`${i}`)),
        now,
      ),
  })),
  fc.nat().map((now) => ({
    name: 'failSaving',
    step: (job: StoredJob) => failSaving(job, 'download_failed', now),
  })),
  fc.nat().map((now) => ({ name: 'cancel', step: (job: StoredJob) => cancel(job, now) })),
  fc.nat().map((now) => ({ name: 'expire', step: (job: StoredJob) => expire(job, now) })),
);

/** The store starts calls only for jobs that wait for a slot. */
function startWhereItMay(job: StoredJob): StoredJob | null {
  const { state } = job;
  const waits = state.status === 'PENDING' || (state.status === 'PROCESSING' && 'call' in state && state.call === null);
  return waits ? startCall(job, { startedAt: 0, expectedMs: 1_000 }) : null;
}

/** Fields of a state that clients do not see, or see only as progress and estimate. Changes of all others are seen. */
const UNSEEN = ['progressFrom', 'call', 'retryAt', 'arrived'];

/** What a change must raise the version for. */
function visible({ state, ...job }: StoredJob) {
  const fields = Object.entries({ ...job, ...state, version: null, updatedAt: null });
  return fields.filter(([name]) => !UNSEEN.includes(name));
}

function seenBy({ state }: StoredJob) {
  return {
    status: state.status,
    stage: 'stage' in state ? state.stage : null,
    images: 'assets' in state ? state.assets.map(({ key }) => key) : [],
    charged: 'charged' in state ? state.charged : null,
  };
}

/** Checks every pair of successive states of a random sequence. */
function forEveryStep(check: (before: StoredJob, after: StoredJob, name: string) => void): void {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 12 }), (life) => {
      let job = jobIn({ status: 'PENDING' });
      for (const { name, step } of life) {
        const next = step(job, 0) ?? job;
        check(job, next, name);
        job = next;
      }
    }),
    { numRuns: 2_000 },
  );
}

describe('any sequence of steps', () => {
  test('raises the version by one exactly for changes that clients can see', () => {
    forEveryStep((before, after) => {
      const isSeen = JSON.stringify(visible(before)) !== JSON.stringify(visible(after));
      expect(after.version - before.version).toBe(isSeen ? 1 : 0);
    });
  });

  test('never changes the end of a job or its time', () => {
    forEveryStep((before, after) => {
      if (!hasEnded(before)) return;
      const end = ({ state }: StoredJob) => ({ ...state, charged: null });
      expect(end(after)).toEqual(end(before));
    });
  });

  test('never changes a known charge, and changes an unknown one only into a known one', () => {
    forEveryStep((before, after) => {
      const [was, is] = [seenBy(before).charged, seenBy(after).charged];
      if (was === 'yes' || was === 'no') expect(is).toBe(was);
      if (was === 'unknown') expect(is).not.toBeNull();
    });
  });

  test('reaches saving only after a call, and COMPLETED only after saving', () => {
    forEveryStep((before, after) => {
      if (seenBy(after).stage === 'saving' && seenBy(before).stage !== 'saving') {
        expect(before.state).toMatchObject({ stage: 'generating', call: { startedAt: 0 } });
      }
      if (after.state.status === 'COMPLETED' && before.state.status !== 'COMPLETED') {
        expect(seenBy(before).stage).toBe('saving');
        expect(after.state.assets.length + after.state.failedCount).toBe(before.request.n);
      }
    });
  });

  test('never changes the identity and the request of a job', () => {
    forEveryStep((before, after) => {
      expect({ ...after, version: 0, state: null }).toEqual({ ...before, version: 0, state: null });
    });
  });
});

const call = { startedAt: 5, expectedMs: 1_000 };
const waiting = jobIn({ status: 'PENDING' });
const calling = jobIn({ status: 'PROCESSING', stage: 'generating', progressFrom: 1, call, retryAt: null });
const retrying = jobIn({ status: 'PROCESSING', stage: 'generating', progressFrom: 7, call: null, retryAt: 9 });
const saving = jobIn({ status: 'PROCESSING', stage: 'saving' });

test.each([
  ['waiting', waiting, 'no'],
  ['waiting to retry', retrying, 'no'],
  ['calling', calling, 'unknown'],
  ['saving', saving, 'yes'],
] as const)('records for a job canceled while %s the charge: %s', (_, job, charged) => {
  expect(cancel(job, 77)?.state).toEqual({ status: 'FAILED', completedAt: 77, errorCode: 'canceled', charged });
});

test.each([
  ['the answer', startSaving, 'yes'],
  [
    'proof that the call was not accepted',
    (job: StoredJob) => waitForRetry(job, { retryAt: 9, progressFrom: 1 }),
    'no',
  ],
  ['a refusal', (job: StoredJob) => failCall(job, 'content_rejected', 'no', 9), 'no'],
] as const)('settles the charge of a canceled job once and for good on %s', (_, settle, charged) => {
  const canceled = cancel(calling, 7) ?? calling;
  const settled = settle(canceled);
  expect(settled).toMatchObject({ version: canceled.version + 1, state: { errorCode: 'canceled', charged } });
  expect(settled && startSaving(settled)).toBeNull();
});

test('leaves a canceled job unchanged on an unknown outcome', () => {
  const canceled = cancel(calling, 7) ?? calling;
  expect(failCall(canceled, 'provider_timeout', 'unknown', 9)).toBeNull();
});

test('expires only jobs that were never sent', () => {
  expect(expire(waiting, 9)?.state).toMatchObject({ errorCode: 'expired', charged: 'no' });
  for (const job of [calling, retrying, saving]) expect(expire(job, 9)).toBeNull();
});

test('shows no difference between waiting to retry a call and making it', () => {
  const waits = waitForRetry(calling, { retryAt: 9, progressFrom: 33 });
  expect(waits).toMatchObject({ version: 1, state: { call: null, retryAt: 9, progressFrom: 33 } });
  expect(waits && startCall(waits, call)).toMatchObject({ version: 1, state: { call, retryAt: null } });
});

test.each([
  ['calling', calling],
  ['saving', saving],
  ['ended', cancel(waiting, 1) ?? waiting],
])('does not start a call of a job that is %s', (_, job) => {
  expect(() => startCall(job, call)).toThrow('cannot start a call');
});

describe('a job whose images arrive during its call', () => {
  const arriving = countArrival(countArrival(calling) ?? calling) ?? calling;

  test.each([
    ['the answer', startSaving],
    ['the loss of its worker', (job: StoredJob) => failCall(job, 'outcome_unknown', 'unknown', 9)],
    ['an error in the middle of the answer', (job: StoredJob) => failCall(job, 'provider_error', 'unknown', 9)],
  ] as const)('saves what has arrived after %s', (_, end) => {
    expect(end(arriving)?.state).toEqual({ status: 'PROCESSING', stage: 'saving', arrived: 2 });
  });

  test('keeps the index of an image that clients have seen during the call, and no other', () => {
    const indexed = [{ ...exampleAsset('0'), index: 2 }];
    expect(complete(startSaving(arriving) ?? arriving, indexed, 9)?.state).toMatchObject({ assets: indexed });
    expect(complete(saving, indexed, 9)?.state).toMatchObject({ assets: [exampleAsset('0')] });
    expect(complete(saving, indexed, 9)?.state).not.toHaveProperty('assets.0.index');
  });

  test('completes with the rest counted as failed', () => {
    const done = complete(startSaving(arriving) ?? arriving, [exampleAsset('0')], 9);
    expect(done?.state).toMatchObject({ status: 'COMPLETED', failedCount: 1, charged: 'yes' });
  });

  test.each([
    ['during the call', arriving],
    ['while saving', startSaving(arriving) ?? arriving],
  ])('is charged and keeps its images when it is canceled %s', (_, job) => {
    const canceled = cancel(job, 7) ?? job;
    expect(canceled.state).toEqual({
      ...{ status: 'FAILED', completedAt: 7, errorCode: 'canceled', charged: 'yes', arrived: 2 },
    });
    expect(wantsImages(canceled)).toBe(true);
    expect(showArrival(canceled)).toEqual({ ...canceled, version: canceled.version + 1 });
  });

  test('raises the version when the file of an image is stored, and for no other job', () => {
    expect(arriving.version).toBe(calling.version);
    expect(showArrival(arriving)).toEqual({ ...arriving, version: arriving.version + 1 });
    for (const job of [waiting, calling, retrying, saving]) expect(showArrival(job)).toBeNull();
  });

  test('does not show images that arrive after it was canceled', () => {
    const canceled = cancel(calling, 7) ?? calling;
    const late = countArrival(canceled);
    expect(late?.state).toEqual({ status: 'FAILED', completedAt: 7, errorCode: 'canceled', charged: 'yes' });
    expect(late && wantsImages(late)).toBe(false);
  });
});
