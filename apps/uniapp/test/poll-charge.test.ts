import type { ImageJob } from '@darkroom/contracts';
import { ImageApiError } from '@darkroom/sdk';
import { describe, expect, it, vi } from 'vitest';
import { followCharge } from '../src/features/job/poll-charge.ts';

/** A canceled job; only what is read of it. */
const canceled = (charged: 'yes' | 'no' | 'unknown') =>
  ({ status: 'FAILED', error_code: 'canceled', charged }) as ImageJob;

const { signal } = new AbortController();
const sleep = async () => {};

describe('followCharge for a canceled job', () => {
  it('reads the job until its charge is known', async () => {
    const read = vi.fn<() => Promise<ImageJob>>().mockResolvedValue(canceled('yes'));
    read.mockResolvedValueOnce(canceled('unknown'));
    await followCharge(canceled('unknown'), { read, signal, sleep });
    expect(read).toHaveBeenCalledTimes(2);
  });

  it.each([canceled('no'), { status: 'FAILED', error_code: 'provider_timeout', charged: 'unknown' } as ImageJob])(
    'reads nothing where the charge is final',
    async (job) => {
      const read = vi.fn<() => Promise<ImageJob>>();
      await followCharge(job, { read, signal, sleep });
      expect(read).not.toHaveBeenCalled();
    },
  );

  it('reads a job that was just canceled once more, for an image that is stored late', async () => {
    const read = vi.fn<() => Promise<ImageJob>>().mockResolvedValue(canceled('yes'));
    await followCharge(canceled('yes'), { read, signal, sleep, wasCanceledHere: true });
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('stops after 200 s, lost connections included', async () => {
    const read = vi.fn<() => Promise<ImageJob>>().mockRejectedValue(new ImageApiError('network'));
    const slept: number[] = [];
    await followCharge(canceled('unknown'), { read, signal, sleep: async (ms) => void slept.push(ms) });
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(200_000);
    expect(read).toHaveBeenCalledTimes(20);
  });

  it('stops when the page is hidden', async () => {
    const read = vi.fn<() => Promise<ImageJob>>();
    const hiding = new AbortController();
    const following = followCharge(canceled('unknown'), { read, signal: hiding.signal });
    hiding.abort();
    await following;
    expect(read).not.toHaveBeenCalled();
  });
});
