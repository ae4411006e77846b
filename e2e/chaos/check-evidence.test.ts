import type { Call } from '@darkroom/minimax-simulator';
import type { SnapshotJob } from '@darkroom/test-kit/api/database-snapshot';
import type { Attempt } from '@darkroom/test-kit/api/read-attempts';
import { describe, expect, test } from 'vitest';
import { checkEvidence, checkSettled, type Evidence } from './check-evidence.ts';
import type { Observation } from './client-observations.ts';

const job: SnapshotJob = {
  job_id: 'a',
  user_id: '1',
  prompt: 'wolf',
  status: 'COMPLETED',
  version: 4,
  error_code: null,
  charged: 'yes',
  stored: [0],
  files: ['a-0.jpg'],
};
const attempt: Attempt = { job_id: 'a', started_at: 100, outcome: 'answered', failure_message: null };
const call: Call = {
  endpoint: '/v1/image_generation',
  prompt: 'wolf',
  at: 105,
  closedAt: 110,
  accepted: true,
  request: null,
  h3: null,
  id: null,
  charged: 1,
  answer: 'images',
};
const entry: Observation = {
  prompt: 'wolf',
  userId: '1',
  key: 'wolf',
  jobIds: new Set(['a']),
  version: 4,
  progress: 90,
  shown: new Set(),
  deadLinks: new Set(),
  cancelAskedAt: null,
  ended: null,
  deletion: 'none',
};

/** One successful request, with the changes of a test. */
function evidence({ jobs = [job], attempts = [attempt], calls = [call], entries = [entry], files = ['a-0.jpg'] } = {}) {
  return {
    snapshot: { jobs, attempts, files: new Set(files) },
    calls,
    entries,
    files: new Set(files),
  } satisfies Evidence;
}

describe('cross-checking database, provider calls and observations', () => {
  test('accepts one request with one job, one call and its image', () => {
    expect(checkEvidence(evidence())).toEqual([]);
  });

  test.each([
    ['an accepted job that is not in the database', { jobs: [] }, /accepted, then lost/],
    ['two jobs of one request', { jobs: [job, { ...job, job_id: 'b' }] }, /created the jobs a, b/],
    ['a second job that only a client observed', { entries: [{ ...entry, jobIds: new Set(['a', 'b']) }] }, /a, b/],
    ['a job without a request', { jobs: [job, { ...job, job_id: 'b', prompt: 'bear' }] }, /without a request/],
    ['two accepted calls', { calls: [call, call], attempts: [attempt, attempt] }, /accepted 2 calls/],
    ['a call without an attempt', { attempts: [] }, /1 calls, but 0 attempts/],
    ['a call whose reservation was released', { attempts: [{ ...attempt, outcome: 'not_sent' }] }, /but 0 attempts/],
    ['a call before its attempt', { attempts: [{ ...attempt, started_at: 106 }] }, /precedes its attempt/],
    [
      'an unread call without an attempt',
      { calls: [call, { ...call, prompt: null }] },
      /received 2 calls, the database has 1/,
    ],
    [
      'an answered attempt without a provider answer',
      { calls: [{ ...call, accepted: false }] },
      /without a provider answer/,
    ],
    [
      'an observed version that was not stored',
      { jobs: [{ ...job, version: 3 }] },
      /version 3 in the database, 4 was observed/,
    ],
    ['a charge without a call', { calls: [] }, /charged, for 0 calls/],
    ['a call without a charge', { jobs: [{ ...job, charged: 'no' as const }] }, /not charged, for 1 calls/],
    ['a completed job without images', { jobs: [{ ...job, files: [] }] }, /without images/],
    ['a completed job without its file', { files: [] }, /without its file a-0.jpg/],
  ])('reports %s', (_, changed, violation) => {
    expect(checkEvidence(evidence(changed)).join('\n')).toMatch(violation);
  });

  test('accepts that a deleted job is gone', () => {
    expect(checkEvidence(evidence({ jobs: [], entries: [{ ...entry, deletion: 'asked' }] }))).toEqual([]);
  });

  test('reports everything that is still open in the end', () => {
    const running = { jobs: [{ ...job, status: 'PROCESSING' as const }], attempts: [{ ...attempt, outcome: null }] };
    expect(checkSettled(evidence(running))).toEqual([
      'wolf: still PROCESSING',
      'wolf: no client observed its end',
      'a: an open attempt',
    ]);
  });
});
