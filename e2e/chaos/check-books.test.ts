import type { Call } from '@darkroom/minimax-simulator';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../harness/attempts.ts';
import type { BookedJob } from './books.ts';
import { type Accounts, checkBooks, checkSettled } from './check-books.ts';
import type { Entry } from './ledger.ts';

const job: BookedJob = {
  job_id: 'a',
  user_id: '1',
  prompt: 'wolf',
  status: 'COMPLETED',
  version: 4,
  charged: 'yes',
  files: ['a-0.jpg'],
};
const attempt: Attempt = { job_id: 'a', started_at: 100, outcome: 'answered', failure_message: null };
const call: Call = { prompt: 'wolf', at: 105, accepted: true, request: null, answer: 'images' };
const entry: Entry = {
  prompt: 'wolf',
  userId: '1',
  key: 'wolf',
  jobIds: new Set(['a']),
  version: 4,
  progress: 90,
  ended: null,
  deletion: 'none',
};

/** One order that went well, but for what a test changes. */
function accounts({ jobs = [job], attempts = [attempt], calls = [call], entries = [entry], files = ['a-0.jpg'] } = {}) {
  return { books: { jobs, attempts, files: new Set(files) }, calls, entries, files: new Set(files) } satisfies Accounts;
}

describe('the accounts are held against each other', () => {
  test('one order, one job, one call, its picture: nothing to say', () => {
    expect(checkBooks(accounts())).toEqual([]);
  });

  test.each([
    ['an accepted job that is not in the books', { jobs: [] }, /accepted and lost/],
    ['two jobs of one order', { jobs: [job, { ...job, job_id: 'b' }] }, /became the jobs a, b/],
    ['a second job that only a person heard of', { entries: [{ ...entry, jobIds: new Set(['a', 'b']) }] }, /a, b/],
    ['a job that nobody ordered', { jobs: [job, { ...job, job_id: 'b', prompt: 'bear' }] }, /nobody ordered/],
    ['two calls that were taken', { calls: [call, call], attempts: [attempt, attempt] }, /took 2 calls/],
    ['a call without an attempt', { attempts: [] }, /1 calls, and 0 attempts/],
    ['a call whose attempt was given back', { attempts: [{ ...attempt, outcome: 'not_sent' }] }, /and 0 attempts/],
    ['a call before its attempt', { attempts: [{ ...attempt, started_at: 106 }] }, /before its attempt/],
    ['an unread call without an attempt', { calls: [call, { ...call, prompt: null }] }, /saw 2 calls, and 1 are/],
    ['an answer out of nowhere', { calls: [{ ...call, accepted: false }] }, /never gave/],
    ['a version that was told and not kept', { jobs: [{ ...job, version: 3 }] }, /version 3 in the books, 4 was told/],
    ['a charge without a call', { calls: [] }, /charged, for 0 calls/],
    ['a call without a charge', { jobs: [{ ...job, charged: 'no' as const }] }, /not charged, for 1 calls/],
    ['a completed job without pictures', { jobs: [{ ...job, files: [] }] }, /without pictures/],
    ['a completed job without its file', { files: [] }, /without its file a-0.jpg/],
  ])('%s', (_, changed, breach) => {
    expect(checkBooks(accounts(changed)).join('\n')).toMatch(breach);
  });

  test('a job that its user deleted may be gone', () => {
    expect(checkBooks(accounts({ jobs: [], entries: [{ ...entry, deletion: 'asked' }] }))).toEqual([]);
  });

  test('in the end nothing is left open', () => {
    const running = { jobs: [{ ...job, status: 'PROCESSING' as const }], attempts: [{ ...attempt, outcome: null }] };
    expect(checkSettled(accounts(running))).toEqual([
      'wolf: still PROCESSING',
      'wolf: its end was never told',
      'a: an attempt without an end',
    ]);
  });
});
