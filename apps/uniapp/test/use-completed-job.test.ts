import type { CompletedJob, ImageJob } from '@darkroom/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startJobServer } from './job-server.ts';
import { stubStorage } from './stub-uni.ts';

const JOB_ID = '8f9e6679-7425-40de-944b-e07fc1f90ae7';
const EXPIRES_AT = '2026-11-22T11:00:00.000Z';
const EARLY_MS = Date.parse('2026-11-22T10:30:00.000Z');
const LATE_MS = Date.parse('2026-11-22T10:59:30.000Z');

const completed = (url: string): CompletedJob => ({
  job_id: JOB_ID,
  user_id: '1',
  star_id: null,
  created_at: '2026-11-22T10:00:00.000Z',
  updated_at: '2026-11-22T10:00:00.000Z',
  version: 4,
  request: { model: 'image-01', prompt: '海边', n: 1 },
  status: 'COMPLETED',
  progress: 100,
  images: [url],
  assets: [
    {
      url,
      url_expires_at: EXPIRES_AT,
      width: 864,
      height: 1152,
      bytes: 1,
      content_type: 'image/jpeg',
      compressed: true,
      placeholder: null,
    },
  ],
  failed_count: 0,
  completed_at: '2026-11-22T10:00:00.000Z',
  charged: 'yes',
});

let server: Awaited<ReturnType<typeof startJobServer>>;

beforeEach(async () => {
  server = await startJobServer();
  stubStorage().set('darkroom.token', '"token"');
  vi.stubGlobal('window', { location: { origin: server.origin } });
});

afterEach(() => {
  server.close();
  vi.unstubAllGlobals();
});

/** A result that was read with the first link; from then on the service answers with the second. */
async function openResult(nowMs: number) {
  vi.resetModules();
  const { useCompletedJob } = await import('../src/features/result/use-completed-job.ts');
  server.jobs.set(JOB_ID, completed('/files/first'));
  const result = useCompletedJob(JOB_ID, () => nowMs);
  await result.read();
  server.jobs.set(JOB_ID, completed('/files/second'));
  return result;
}

const linkOf = (job: ImageJob | null) => (job?.status === 'COMPLETED' ? job.images[0] : null);

describe('the links of a completed job', () => {
  it('are kept while they are valid', async () => {
    const { freshen } = await openResult(EARLY_MS);
    expect(linkOf(await freshen())).toBe('/files/first');
  });

  it('are renewed before they expire', async () => {
    const { freshen } = await openResult(LATE_MS);
    expect(linkOf(await freshen())).toBe('/files/second');
  });

  it('are renewed when one fails to load, once for each failed link', async () => {
    const { mend } = await openResult(EARLY_MS);
    expect(linkOf(await mend())).toBe('/files/second');
    server.jobs.set(JOB_ID, completed('/files/third'));
    expect(linkOf(await mend())).toBe('/files/third');
    server.jobs.set(JOB_ID, completed('/files/fourth'));
    expect(linkOf(await mend())).toBe('/files/fourth');
  });

  it('are not requested again when the renewed links are the same', async () => {
    const { mend, state } = await openResult(EARLY_MS);
    server.jobs.set(JOB_ID, completed('/files/first'));
    await mend();
    const { value: known } = state;
    await mend();
    expect(state.value).toBe(known);
  });

  it('stay as they are when the renewal fails', async () => {
    const { freshen, state } = await openResult(LATE_MS);
    server.close();
    await freshen();
    expect(state.value).toMatchObject({ status: 'known', job: { images: ['/files/first'] } });
  });

  it('are removed when the job was deleted meanwhile', async () => {
    const { freshen, state } = await openResult(LATE_MS);
    server.jobs.delete(JOB_ID);
    await freshen();
    expect(state.value).toMatchObject({ status: 'unreadable', error: { code: 'job_not_found' } });
  });
});
