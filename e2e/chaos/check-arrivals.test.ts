import type { Call } from '@darkroom/minimax-simulator';
import type { SnapshotJob } from '@darkroom/test-kit/api/database-snapshot';
import type { Attempt } from '@darkroom/test-kit/api/read-attempts';
import { describe, expect, test } from 'vitest';
import { checkArrivals, type Standstill } from './check-arrivals.ts';
import type { Observation } from './client-observations.ts';

/** Two of three images were sent; the second one just before the connection was closed. */
const call: Call = {
  endpoint: '/v1/images/generations',
  prompt: 'wolf',
  at: 10_000,
  closedAt: 15_000,
  accepted: true,
  request: null,
  h3: {
    request: { model: 'MiniMax-H3-Image', prompt: 'wolf', n: 3 },
    references: [],
    sent: [
      { index: 2, at: 12_000 },
      { index: 0, at: 14_500 },
    ],
  },
  id: 'call',
  charged: 2,
  answer: null,
};
/** The second image was not read. */
const job: SnapshotJob = {
  job_id: 'a',
  user_id: '1',
  prompt: 'wolf',
  status: 'COMPLETED',
  version: 4,
  error_code: null,
  charged: 'yes',
  files: ['a-2.jpg'],
  stored: [2],
};
const lost: SnapshotJob = {
  ...job,
  status: 'FAILED',
  error_code: 'outcome_unknown',
  charged: 'unknown',
  files: [],
  stored: [],
};
const canceled: SnapshotJob = { ...job, status: 'FAILED', error_code: 'canceled', files: [] };
const cut: Attempt = { job_id: 'a', started_at: 9_990, outcome: 'answered', failure_message: 'the stream ended' };
const whole: Attempt = { ...cut, failure_message: null };
const entry: Observation = {
  prompt: 'wolf',
  userId: '1',
  key: 'wolf',
  deadLinks: new Set(),
  jobIds: new Set(['a']),
  version: 4,
  progress: 90,
  shown: new Set([2]),
  cancelAskedAt: null,
  ended: null,
  deletion: 'none',
};
const ofTheWorker = (at: number, jobIds = ['a']): Standstill => ({ at, jobIds: new Set(jobIds) });
const ofTheDatabase = (at: number): Standstill => ({ at, jobIds: null });

interface Changes {
  jobs?: SnapshotJob[];
  attempts?: Attempt[];
  calls?: Call[];
  entries?: Observation[];
  standstills?: Standstill[];
}

/** One stream that was cut by a kill, with the changes of a test. */
function check({ jobs = [job], attempts = [cut], calls = [call], entries = [entry], standstills = [] }: Changes) {
  return checkArrivals({ snapshot: { jobs, attempts, files: new Set() }, calls, entries, standstills });
}

describe('comparing the images that were sent with those that jobs have', () => {
  test('accepts a job that has what had arrived before the kill, and counts it', () => {
    expect(check({})).toEqual({ violations: [], cutStreams: 1, arrivedInCutStreams: 1 });
  });

  test.each<[string, Changes, RegExp]>([
    [
      'an image that had arrived and is not stored',
      { jobs: [{ ...job, stored: [] }] },
      /^wolf: COMPLETED without the images 2, which had arrived$/,
    ],
    ['a job that failed although an image had arrived', { jobs: [lost] }, /outcome_unknown without the images 2/],
    ['a charge that is unknown although an image had arrived', { jobs: [lost] }, /charged unknown, after images/],
    ['an image that was not sent', { jobs: [{ ...job, stored: [1, 2] }] }, /with the images 1, which were not sent/],
    ['a missing image of an answer that was read to its end', { attempts: [whole] }, /without the images 0/],
    [
      'an image that had arrived before its job was canceled',
      { jobs: [{ ...canceled, stored: [] }], entries: [{ ...entry, cancelAskedAt: 14_000 }] },
      /FAILED canceled without the images 2/,
    ],
    [
      'an image that had arrived before its worker stood still',
      { jobs: [lost], standstills: [ofTheWorker(13_000)] },
      /without the images 2/,
    ],
    [
      'an image although a worker of another job stood still',
      { jobs: [lost], standstills: [ofTheWorker(11_000, ['b'])] },
      /without the images 2/,
    ],
    [
      'an image although the database was away during its call',
      { jobs: [lost], standstills: [ofTheDatabase(11_000)] },
      /without the images 2/,
    ],
    ['a charge for no image', { calls: [{ ...call, charged: 0 }] }, /^wolf: charged, for no image$/],
    ['images without a charge', { jobs: [{ ...lost, charged: 'no' }] }, /not charged, for 2 images/],
  ])('reports %s', (_, changes, violation) => {
    expect(check(changes).violations).toContainEqual(expect.stringMatching(violation));
  });

  test.each<[string, Changes]>([
    [
      'an image whose own link is dead',
      { jobs: [{ ...job, stored: [] }], entries: [{ ...entry, deadLinks: new Set([2]) }] },
    ],
    [
      'a canceled job without what came after the cancellation',
      { jobs: [{ ...canceled, stored: [] }], entries: [{ ...entry, cancelAskedAt: 12_500 }] },
    ],
    [
      'a job whose worker stood still before an image was sent',
      { jobs: [{ ...job, stored: [] }], standstills: [ofTheWorker(11_000)] },
    ],
    [
      'a canceled job whose image met an absent database',
      {
        jobs: [{ ...canceled, stored: [] }],
        entries: [{ ...entry, cancelAskedAt: 14_000 }],
        standstills: [ofTheDatabase(11_000)],
      },
    ],
    ['a standstill after the connection was closed', { standstills: [ofTheWorker(16_000)] }],
    ['a whole answer with all of its images', { jobs: [{ ...job, stored: [0, 2] }], attempts: [whole] }],
    ['a job that is deleted', { jobs: [lost], entries: [{ ...entry, deletion: 'asked' }] }],
    ['a call that was not accepted', { jobs: [lost], calls: [{ ...call, accepted: false }] }],
  ])('accepts %s', (_, changes) => {
    expect(check(changes).violations).toEqual([]);
  });
});
