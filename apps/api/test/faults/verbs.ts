import { randomUUID } from 'node:crypto';
import type { CreateImage } from '@darkroom/contracts';
import { expect } from 'vitest';
import { cancelJob } from '../../src/jobs/cancel-job.ts';
import { deleteJob } from '../../src/jobs/delete-job.ts';
import { sweep } from '../../src/jobs/sweep.ts';
import type { ProviderOutcome } from '../../src/provider/image-provider.ts';
import { answered, type ScriptedProvider } from '../jobs/scripted-provider.ts';
import { clock, type Process, type World } from './world.ts';

export const viewer = { user_id: '1', star_id: null };
const REQUEST: CreateImage = { model: 'image-01', prompt: 'a lighthouse at dawn', n: 2 };
const PHOTO = 'data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//2Q==';
const DAY_MS = 24 * 60 * 60 * 1_000;

const byLink: ProviderOutcome = {
  ...answered,
  kind: 'answered',
  images: [{ url: 'http://images/a' }, { url: 'http://images/b' }],
};
const byValue: ProviderOutcome = {
  ...answered,
  kind: 'answered',
  images: [{ bytes: Buffer.from('a') }, { bytes: Buffer.from('b') }],
};

const STREAM: CreateImage = { model: 'MiniMax-H3-Image', prompt: 'a triptych', n: 3, area: '2K' };
const streamed = {
  ...answered,
  kind: 'answered' as const,
  images: ['a', 'b', 'c'].map((name, index) => ({ index, url: `http://images/${name}` })),
};

/** One operation of the product; any of its durable writes may be the last of its process. */
export interface Verb {
  /** Sets up the initial state with a process that stays alive; returns the id of the job for `run`. */
  prepare(process: Process, world: World): Promise<string>;
  run(process: Process, jobId: string, world: World): Promise<unknown>;
  /** Checks the guarantees from the next process, after its recovery. */
  check(process: Process, jobId: string, hasAnswered: boolean, world: World): Promise<void>;
}

const withPhoto = (): CreateImage => ({ ...REQUEST, subject_reference: [{ type: 'character', image_file: PHOTO }] });
/** Only `untilStreamed` calls H3: until then such a job waits, or it is canceled or deleted. */
const withPhotos = (): CreateImage => ({
  ...{ model: 'MiniMax-H3-Image', prompt: 'image 1 beside image 2', n: 1, area: '2K' },
  references: [{ image_file: PHOTO }, { image_file: PHOTO }],
});
const nothing = async () => '';
const stateOf = async ({ store }: Process, jobId: string) => (await store.getJob(jobId))?.state;
const remove = (process: Process, jobId: string) => deleteJob(process, viewer, jobId);

function answerWith(world: World, outcome: ProviderOutcome, onCall: ScriptedProvider['onCall'] = async () => {}): void {
  Object.assign(world.provider, { calls: [], outcomes: [outcome], onCall });
}

async function createJob(process: Process, request: CreateImage = REQUEST): Promise<string> {
  return (await process.createJob()(viewer, request, {})).jobId;
}

/** Creates a completed job with a reference and its images. */
async function completed(process: Process, world: World): Promise<string> {
  answerWith(world, byLink);
  const jobId = await createJob(process, withPhoto());
  await process.untilIdle();
  await process.untilSaved();
  expect(await stateOf(process, jobId)).toMatchObject({ status: 'COMPLETED' });
  return jobId;
}

/** Creates a job whose images came as base64 and are not saved yet. */
async function saving(process: Process, world: World): Promise<string> {
  answerWith(world, byValue);
  const jobId = await createJob(process, withPhoto());
  process.beforeSaving(() => new Promise(() => {}));
  await process.untilIdle();
  expect(await stateOf(process, jobId)).toMatchObject({ status: 'PROCESSING', stage: 'saving' });
  return jobId;
}

async function runToTheEnd(process: Process): Promise<void> {
  await process.untilIdle();
  await process.untilSaved();
}

/** A repeated delete gives the same answer as the first, and then nothing is left. */
async function checkDeleted(process: Process, jobId: string, hasAnswered: boolean): Promise<void> {
  if (hasAnswered) expect(await process.store.getJob(jobId)).toBeNull();
  expect(await remove(process, jobId)).toBe(jobId);
  expect(await process.store.getJob(jobId)).toBeNull();
}

/** At most one call, whatever its outcome, and every job ends. */
async function checkRun(process: Process, jobId: string, _: boolean, { provider }: World): Promise<void> {
  expect(provider.calls.length).toBeLessThanOrEqual(1);
  const state = await stateOf(process, jobId);
  if (state?.status === 'COMPLETED') expect(state.assets).toHaveLength(2);
  else expect(state).toMatchObject({ status: 'FAILED', errorCode: 'outcome_unknown', charged: 'unknown' });
}

const tap = { idempotency_key: '' };

export const VERBS: Record<string, Verb> = {
  'a create with a photo': {
    async prepare() {
      tap.idempotency_key = randomUUID();
      return '';
    },
    run: (process) => process.createJob()(viewer, withPhoto(), { ...tap }),
    async check(process, _, hasAnswered) {
      const mine = { userId: '1', status: undefined, starId: undefined, before: undefined, limit: 1 };
      const [latest] = await process.store.listJobs(mine);
      const again = await process.createJob()(viewer, withPhoto(), { ...tap });
      if (hasAnswered) expect(again.jobId).toBe(latest?.jobId);
      await runToTheEnd(process);
    },
  },
  'a create with a photo that is refused': {
    prepare: nothing,
    run: (process) =>
      process
        .createJob({ queue: 0 })(viewer, withPhoto(), {})
        .catch(() => {}),
    check: async () => {},
  },
  'a create with two photos': {
    async prepare() {
      tap.idempotency_key = randomUUID();
      return '';
    },
    run: (process) => process.createJob()(viewer, withPhotos(), { ...tap }),
    async check(process, _, hasAnswered) {
      const mine = { userId: '1', status: undefined, starId: undefined, before: undefined, limit: 1 };
      const [latest] = await process.store.listJobs(mine);
      const again = await process.createJob()(viewer, withPhotos(), { ...tap });
      if (hasAnswered) expect(again.jobId).toBe(latest?.jobId);
      await cancelJob(process.store, viewer, again.jobId);
    },
  },
  'the deletion of a job with two photos': {
    prepare: (process) => createJob(process, withPhotos()),
    run: remove,
    check: checkDeleted,
  },
  'an upload': {
    prepare: nothing,
    run: (process) => process.saveUpload()(viewer, Buffer.from('a photograph')),
    check: async () => {},
  },
  'an upload that is refused after its file was written': {
    prepare: nothing,
    run: (process) =>
      process
        .saveUpload(1)(viewer, Buffer.from('more than one byte'))
        .catch(() => {}),
    check: async () => {},
  },
  'a call whose images arrive as links': {
    async prepare(process, world) {
      answerWith(world, byLink);
      return createJob(process);
    },
    run: runToTheEnd,
    check: checkRun,
  },
  'a call whose images arrive by value': {
    async prepare(process, world) {
      answerWith(world, byValue);
      return createJob(process, withPhoto());
    },
    run: runToTheEnd,
    check: checkRun,
  },
  'a call whose job is canceled meanwhile': {
    async prepare(process, world) {
      const jobId = await createJob(process);
      answerWith(world, byValue, async () => void (await cancelJob(process.store, viewer, jobId)));
      return jobId;
    },
    run: runToTheEnd,
    async check(process, jobId, _, { provider }) {
      expect(provider.calls.length).toBeLessThanOrEqual(1);
      expect((await stateOf(process, jobId))?.status).toMatch(/FAILED|COMPLETED/);
    },
  },
  'a stream whose job is canceled between its images': {
    async prepare(process, world) {
      const jobId = await createJob(process, STREAM);
      answerWith(world, streamed, async (arrive) => {
        for (const image of streamed.images.slice(0, 2)) await arrive(image);
        await cancelJob(process.store, viewer, jobId);
        await arrive({ index: 2, url: 'http://images/c' });
      });
      return jobId;
    },
    async run(process) {
      await process.untilStreamed();
      await process.untilSaved();
    },
    async check(process, jobId, _, { provider }) {
      await process.untilStreamed();
      await process.untilSaved();
      expect(provider.calls.length).toBeLessThanOrEqual(1);
      const images = (await process.store.getImages(jobId))?.images ?? [];
      const state = await stateOf(process, jobId);
      // Killed before its cancel: it ends with the images that had arrived, if any.
      if (state?.status === 'COMPLETED') expect(state.assets).toHaveLength(images.length);
      else if (images.length === 0) expect(state).toMatchObject({ status: 'FAILED', errorCode: 'outcome_unknown' });
      else {
        expect(state).toMatchObject({ status: 'FAILED', errorCode: 'canceled', charged: 'yes', arrived: 2 });
        const shown = images.filter(({ asset }) => asset !== null);
        expect(shown.map(({ position }) => position)).toEqual([0, 1]);
      }
    },
  },
  'a call whose job is deleted meanwhile': {
    async prepare(process, world) {
      const jobId = await createJob(process, withPhoto());
      answerWith(world, byValue, async () => void (await remove(process, jobId)));
      return jobId;
    },
    run: runToTheEnd,
    check: (process, jobId) => checkDeleted(process, jobId, false),
  },
  'an image that is written while its job is deleted': {
    async prepare(process, world) {
      answerWith(world, byLink);
      return createJob(process, withPhoto());
    },
    async run(process, jobId) {
      const { put } = process.files;
      let isFirst = true;
      process.files.put = async (key, bytes) => {
        await put(key, bytes);
        if (!isFirst) return;
        isFirst = false;
        await process.store.deleteJob(jobId);
      };
      await runToTheEnd(process);
      await remove(process, jobId);
    },
    check: (process, jobId) => checkDeleted(process, jobId, false),
  },
  'a cancel while images are saved': {
    prepare: saving,
    run: (process, jobId) => cancelJob(process.store, viewer, jobId),
    async check(process, jobId, hasAnswered) {
      const state = await stateOf(process, jobId);
      if (hasAnswered) expect(state).toMatchObject({ status: 'FAILED', errorCode: 'canceled', charged: 'yes' });
    },
  },
  'a delete of a completed job': {
    prepare: completed,
    run: remove,
    check: checkDeleted,
  },
  'a delete while images are saved': {
    prepare: saving,
    run: remove,
    check: checkDeleted,
  },
  'a delete of a waiting job': {
    prepare: (process) => createJob(process, withPhoto()),
    run: remove,
    check: checkDeleted,
  },
  'a sweep': {
    async prepare(process, world) {
      const jobId = await completed(process, world);
      await process.saveUpload()(viewer, Buffer.from('never used'));
      clock.advance(31 * DAY_MS);
      return jobId;
    },
    run: ({ store, retention, files, fileTracker, log }) =>
      sweep({ store, retention, files, fileTracker, resultTtlMs: 30 * DAY_MS, clock, log }),
    async check(process, jobId, hasAnswered) {
      if (hasAnswered) expect(await process.store.getJob(jobId)).toBeNull();
    },
  },
};
