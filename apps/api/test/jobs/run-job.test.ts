import { ImageError } from '@darkroom/contracts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { cancel } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import type { ProviderOutcome } from '../../src/provider/image-provider.ts';
import { addJob } from '../store/stores.ts';
import { type CallLine, openCallLine } from './call-line.ts';
import { createRecordedLog, type RecordedLog } from './recorded-log.ts';
import { answered, failed, notTaken } from './scripted-provider.ts';

let line: CallLine;
beforeEach(async () => {
  line = await openCallLine();
});

const byValue: ProviderOutcome = { ...answered, kind: 'answered', images: [{ bytes: Buffer.from('jpeg') }] };
const sources = async (job: StoredJob) =>
  (await line.stores.jobs.getImages(job.jobId))?.images.map(({ source }) => source);

test('calls nothing while no job waits', async () => {
  expect(await line.runNext()).toBeNull();
  expect(line.provider.calls).toEqual([]);
});

test('commits an answer before fetching its images', async () => {
  const job = await addJob(line.stores);
  expect(await line.runNext()).toBe('ran');
  expect(await line.stateOf(job)).toEqual({ status: 'PROCESSING', stage: 'saving' });
  expect(await sources(job)).toEqual([{ url: 'http://images/a' }]);
  expect(line.saved).toEqual([job.jobId]);
});

test('commits the attempt before the call is sent', async () => {
  const job = await addJob(line.stores);
  line.provider.onCall = async () => {
    expect(await line.openAttempts()).toMatchObject([{ jobId: job.jobId }]);
    expect(await line.stateOf(job)).toMatchObject({ stage: 'generating', call: { expectedMs: 24_000 } });
  };
  await line.runNext();
  expect(line.provider.calls).toMatchObject([{ request: job.request, references: [] }]);
});

test('stores base64 images in the file store before committing the answer', async () => {
  const job = await addJob(line.stores);
  line.provider.outcomes = [byValue];
  await line.runNext();
  const key = `${job.jobId}-0-source.bin`;
  expect(await sources(job)).toEqual([{ key }]);
  expect(await line.files.read(key)).toEqual(Buffer.from('jpeg'));
});

test.each([
  ['provider_timeout', 'unknown'],
  ['provider_rejected', 'no'],
  ['no_images', 'unknown'],
] as const)(
  'fails the job once and without a retry after the call outcome %s: charged %s',
  async (errorCode, charged) => {
    const job = await addJob(line.stores);
    line.provider.outcomes = [failed({ errorCode, charged })];
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ status: 'FAILED', errorCode, charged });
    expect(await line.runNext()).toBeNull();
    expect(line.provider.calls).toHaveLength(1);
  },
);

test('settles the charge of a canceled job by its answer, without fetching images', async () => {
  const job = await addJob(line.stores);
  line.provider.onCall = async () =>
    void (await line.stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1)));
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ errorCode: 'canceled', charged: 'yes' });
  expect(line.saved).toEqual([]);
});

test('ends the attempt of a deleted job when it is answered', async () => {
  const job = await addJob(line.stores);
  line.provider.onCall = async () => void (await line.stores.jobs.deleteJob(job.jobId));
  await line.runNext();
  expect(await line.openAttempts()).toEqual([]);
  expect(line.saved).toEqual([]);
});

test('discards base64 images of a deleted job', async () => {
  const job = await addJob(line.stores);
  line.provider.outcomes = [byValue];
  line.provider.onCall = async () => void (await line.stores.jobs.deleteJob(job.jobId));
  await line.runNext();
  expect(await line.files.read(`${job.jobId}-0-source.bin`)).toBeNull();
});

test('stops storing images of a canceled job on a full disk, and records the charge', async () => {
  const job = await addJob(line.stores);
  line.provider.outcomes = [byValue];
  line.files.put = async () => {
    await line.stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ errorCode: 'canceled', charged: 'yes' });
  expect(await line.openAttempts()).toEqual([]);
});

describe('an image of a streamed answer', () => {
  test('is committed when it arrives, and saved while its call still runs', async () => {
    const job = await addJob(line.stores);
    const look = vi.fn(async () => {
      expect(await sources(job)).toEqual([{ url: 'http://pictures/a' }]);
      expect(await line.stateOf(job)).toMatchObject({ stage: 'generating', arrived: 1 });
      expect(line.saved).toEqual([job.jobId]);
    });
    line.provider.generate = async (_, options) => {
      await options?.onImage?.({ index: 0, url: 'http://pictures/a' });
      await look();
      return answered;
    };
    await line.runNext();
    expect(look).toHaveBeenCalledOnce();
    expect(await line.stateOf(job)).toMatchObject({ stage: 'saving', arrived: 1 });
  });

  test('leaves no file when its job is deleted while it is stored', async () => {
    const job = await addJob(line.stores);
    const look = vi.fn(async () => expect(await line.files.read(`${job.jobId}-0-source.bin`)).toBeNull());
    const { put } = line.files;
    line.files.put = async (...file) => {
      await put(...file);
      await line.stores.jobs.deleteJob(job.jobId);
    };
    line.provider.generate = async (_, options) => {
      await options?.onImage?.({ index: 0, bytes: Buffer.from('jpeg') });
      await look();
      return answered;
    };
    await line.runNext();
    expect(look).toHaveBeenCalledOnce();
  });
});

test('passes the references to the call', async () => {
  await addJob(line.stores);
  line.deps.loadReferences = async () => [{ url: 'https://photos.example/a.jpg' }];
  await line.runNext();
  expect(line.provider.calls).toMatchObject([{ references: [{ url: 'https://photos.example/a.jpg' }] }]);
});

test('does not record an internal error during a call as free of charge', async () => {
  const job = await addJob(line.stores);
  line.provider.generate = async () => {
    throw new Error('a provider that breaks its promise');
  };
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ errorCode: 'internal', charged: 'unknown' });
  expect(await line.openAttempts()).toEqual([]);
});

test('fails the job without a charge on an internal error before the call', async () => {
  const job = await addJob(line.stores);
  line.deps.loadReferences = () => Promise.reject(new Error('the reference does not exist'));
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ errorCode: 'internal', charged: 'no' });
  expect(line.provider.calls).toEqual([]);
});

test('sends nothing and reports no fault when a job is deleted while its references are read', async () => {
  const log = createRecordedLog();
  line.deps.log = log;
  const job = await addJob(line.stores);
  line.deps.loadReferences = async () => {
    await line.stores.jobs.deleteJob(job.jobId);
    throw new Error('the upload does not exist');
  };
  await line.runNext();
  expect(await line.openAttempts()).toEqual([]);
  expect(line.provider.calls).toEqual([]);
  expect(line.clock.sleeps).toEqual([]);
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('waits for unavailable storage between the reservation and the call', async () => {
  const job = await addJob(line.stores);
  const away = () => Promise.reject(new ImageError('unavailable'));
  line.deps.loadReferences = vi.fn(line.deps.loadReferences).mockImplementationOnce(away);
  const getJob = vi.fn(line.stores.jobs.getJob).mockImplementationOnce(away);
  line.deps.store = { ...line.stores.jobs, getJob };
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ stage: 'saving' });
  expect(line.clock.sleeps).toEqual([500, 500]);
  expect(line.provider.calls).toHaveLength(1);
});

test('retries committing an outcome without making a second call', async () => {
  const job = await addJob(line.stores);
  failToEnd(8, new ImageError('unavailable'));
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ stage: 'saving' });
  expect(line.clock.sleeps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  expect(line.provider.calls).toHaveLength(1);
});

/** Makes the first `times` attempts to record the end of a call fail. */
function failToEnd(times: number, fault: Error): void {
  const { endAttempt } = line.stores.jobs;
  line.deps.store = {
    ...line.stores.jobs,
    endAttempt: (...end) => (times-- > 0 ? Promise.reject(fault) : endAttempt(...end)),
  };
}

test.each([
  ['answered', answered, 'yes'],
  ['was not accepted', notTaken(), 'no'],
  ['has an unknown outcome', failed({ errorCode: 'provider_timeout', charged: 'unknown' }), 'unknown'],
  ['was refused', failed({ errorCode: 'provider_rejected', charged: 'no' }), 'no'],
] as const)(
  'retries a failing commit of an outcome three times, then fails the job whose call %s',
  async (_, outcome, charged) => {
    const job = await addJob(line.stores);
    line.provider.outcomes = [outcome];
    failToEnd(3, new TypeError('a bug'));
    await line.runNext();
    expect(await line.stateOf(job)).toMatchObject({ status: 'FAILED', errorCode: 'internal', charged });
    expect(line.clock.sleeps).toEqual([500, 1_000]);
    expect(await line.openAttempts()).toEqual([]);
    expect(line.provider.calls).toHaveLength(1);
  },
);

test('fails the job as charged and frees its slot on a bug in storing base64 images', async () => {
  const job = await addJob(line.stores);
  line.provider.outcomes = [byValue];
  line.files.put = () => Promise.reject(new TypeError('a bug'));
  await line.runNext();
  expect(await line.stateOf(job)).toMatchObject({ status: 'FAILED', errorCode: 'internal', charged: 'yes' });
  expect(line.clock.sleeps).toEqual([500, 1_000]);
});

test('leaves the attempt open for the next process when the database is unavailable at the end', async () => {
  await addJob(line.stores);
  line.deps.store = {
    ...line.stores.jobs,
    endAttempt: () => {
      line.stopping.abort();
      return Promise.reject(new ImageError('unavailable'));
    },
  };
  await line.runNext();
  expect(await line.openAttempts()).toHaveLength(1);
});

describe('the recorded answer of a call', () => {
  const WHOLE = Buffer.from('an answer');

  function recordWhole(): void {
    const { generate } = line.provider;
    line.provider.generate = async function (call, options) {
      await options?.recorder?.begin({});
      await options?.recorder?.write(WHOLE);
      await options?.recorder?.end();
      return generate.call(this, call, options);
    };
  }

  test('is kept until the end of the call is committed, and removed then', async () => {
    const job = await addJob(line.stores);
    recordWhole();
    const { endAttempt } = line.stores.jobs;
    const spooled: unknown[] = [];
    line.deps.store = {
      ...line.stores.jobs,
      async endAttempt(attemptId, ...end) {
        spooled.push(await line.spool.read(attemptId));
        return endAttempt(attemptId, ...end);
      },
    };
    await line.runNext();
    const call = { jobId: job.jobId, attemptId: expect.any(String), number: 1, family: 'image-01' };
    expect(spooled).toEqual([{ call, head: {}, body: WHOLE, isComplete: true }]);
    expect(await line.spool.list()).toEqual([]);
  });

  test('is kept for the next start when the process ends before that', async () => {
    await addJob(line.stores);
    recordWhole();
    line.deps.store = {
      ...line.stores.jobs,
      endAttempt: () => {
        line.stopping.abort();
        return Promise.reject(new ImageError('unavailable'));
      },
    };
    await line.runNext();
    const [attempt] = await line.openAttempts();
    expect(await line.spool.list()).toEqual([attempt?.attemptId]);
  });
});

describe('a call failure that needs the operator', () => {
  const diagnosis = { host: 'api.example:443', needsOperator: true };
  let log: RecordedLog;
  beforeEach(() => {
    log = createRecordedLog();
    line.deps.log = log;
  });
  const endOf = async (outcome: ProviderOutcome) => {
    line.provider.outcomes = [outcome];
    await addJob(line.stores);
    await line.runNext();
    return log.lines.find(({ message }) => message === 'provider call ended');
  };

  test('is logged as an error with host and status, and fails its job without a charge', async () => {
    const failure = {
      kind: 'misdirected',
      code: 404,
      message: 'MiniMax: HTTP 404 from api.example:443',
      providerText: '',
    };
    const outcome = { ...failed({ errorCode: 'provider_unavailable', charged: 'no' }), failure, diagnosis };
    expect(await endOf(outcome)).toMatchObject({
      level: 'error',
      fields: {
        host: 'api.example:443',
        code: 404,
        failure: 'misdirected',
        hint: expect.stringMatching('MINIMAX_BASE_URL'),
      },
    });
    expect(line.provider.calls).toHaveLength(1);
  });

  const unreachable: ProviderOutcome = {
    kind: 'not_taken',
    errorCode: 'provider_unavailable',
    retryAfterMs: null,
    traceId: null,
    responseId: null,
    failure: { kind: 'unreachable', code: null, message: 'MiniMax: no connection (ENOTFOUND)', providerText: null },
    diagnosis,
  };

  test('is logged as a warning while the call is retried, and as an error after the last', async () => {
    expect(await endOf(unreachable)).toMatchObject({ level: 'warn' });
    for (let call = 2; call <= 5; call++) {
      line.clock.advance(60_000);
      await line.runNext();
    }
    expect(line.provider.calls).toHaveLength(5);
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'provider unreachable: job failed after its last retry', fields: { host: 'api.example:443' } },
    ]);
  });

  test('is distinguished from every other failure, which is logged at info level', async () => {
    expect(await endOf(failed({ errorCode: 'content_rejected', charged: 'no' }))).toMatchObject({ level: 'info' });
  });
});

describe('ownership of an attempt', () => {
  test('lasts from before the attempt is visible to others until its end is committed', async () => {
    const held: boolean[] = [];
    const isHeld = (attemptId: string) => held.push(line.deps.ownedAttempts.has(attemptId));
    await addJob(line.stores);
    const { startNextCall, endAttempt } = line.stores.jobs;
    line.deps.store = {
      ...line.stores.jobs,
      async startNextCall(options) {
        const outcome = await startNextCall(options);
        isHeld(options.attemptId);
        return outcome;
      },
      async endAttempt(attemptId, ...end) {
        const after = await endAttempt(attemptId, ...end);
        isHeld(attemptId);
        return after;
      },
    };
    await line.runNext();
    expect(held).toEqual([true, true]);
    expect(line.deps.ownedAttempts.size).toBe(0);
  });

  test('does not begin if nothing began, or if it is unknown whether it did', async () => {
    await line.runNext();
    line.deps.store.startNextCall = () => Promise.reject(new Error('database away'));
    await expect(line.runNext()).rejects.toThrow('database away');
    expect(line.deps.ownedAttempts.size).toBe(0);
  });

  test('continues while the end of a sent attempt cannot be committed', async () => {
    await addJob(line.stores);
    line.deps.store = { ...line.stores.jobs, endAttempt: () => Promise.reject(new Error('a bug')) };
    await expect(line.runNext()).rejects.toThrow('a bug');
    expect(line.deps.ownedAttempts.size).toBe(1);
  });
});

test('measures the age of a reservation with a monotonic clock', async () => {
  await addJob(line.stores);
  line.deps.rpm = 10;
  line.deps.clock = { ...line.clock, monotonic: () => 0 };
  line.deps.loadReferences = async () => {
    line.clock.advance(3_600_000);
    return [];
  };
  await line.runNext();
  expect(line.provider.calls).toHaveLength(1);
});

test('ignores jobs that waited too long', async () => {
  await addJob(line.stores);
  line.clock.advance(1_800_001);
  expect(await line.runNext()).toBeNull();
  expect(line.provider.calls).toEqual([]);
});
