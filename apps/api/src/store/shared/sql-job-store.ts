import { countArrival, hasEnded, isSaving, showArrival, showsArrivals, wantsImages } from '../../job/job-state.ts';
import type { StoredJob, Transition } from '../../job/stored-job.ts';
import type { AdmissionLimits, CreateOutcome, JobStore, NewJob } from '../job-store.ts';
import { admissionRefusal } from './admission-queue.ts';
import { addUsageRequest, countWaiting, recordUsage, refuseJob } from './admit-job.ts';
import { answeredCalls, closeAttempt, countCalls, findAttempt, recentCallMs, recentCalls } from './attempts.ts';
import { PENDING } from './choose-next.ts';
import { countAhead } from './count-ahead.ts';
import type { Database, Trx } from './database.ts';
import { clearProviderMessages, deleteJobRows, recordSourceDeletions } from './delete-rows.ts';
import { clearWriteIntents, recordFileDeletions } from './file-deletions.ts';
import { countImages, endImage, getImages, insertImages } from './images.ts';
import { applyStep, findReplay, insertJob, listJobs, lockJob, readJob } from './jobs.ts';
import { startNext } from './start-next-call.ts';
import { lockUploads } from './upload-row.ts';

/**
 * The job store in SQL: every method is one transaction over the functions beside this file, and announces its changes.
 */
export function createSqlJobStore(database: Database): JobStore {
  const { db, transact, transactExclusive, hasConcurrentWriters } = database;

  async function admit(trx: Trx, newJob: NewJob, limits: AdmissionLimits): Promise<CreateOutcome> {
    const replay = newJob.idempotency && (await findReplay(trx, newJob.userId, newJob.idempotency));
    if (replay) return replay;
    const now = await database.now(trx);
    const refusal = await refuseJob(trx, newJob, limits, now);
    if (refusal) return { kind: 'refused', refusal };
    const { uploadIds = [] } = newJob;
    const locked = await lockUploads(trx, uploadIds, hasConcurrentWriters);
    const uploadId = uploadIds.find((id) => !locked.includes(id));
    if (uploadId !== undefined) return { kind: 'upload_gone', uploadId };
    const job = await insertJob(trx, newJob, now);
    const { usageId, userId, request } = newJob;
    if (usageId === undefined) await recordUsage(trx, { userId, request }, now);
    else await addUsageRequest(trx, usageId, request);
    return { kind: 'created', job };
  }

  async function applyJobStep(trx: Trx, job: StoredJob, step: Transition): Promise<StoredJob> {
    const now = await database.now(trx);
    const after = await applyStep(trx, job, step, now);
    if (mayHaveSources(job) && isSettled(after)) await deleteSources(trx, after, now);
    return after;
  }

  /**
   * Records the files as received from the provider for deletion, once the images of an ended job are stored, given up
   * or not wanted any more.
   */
  async function deleteSources(trx: Trx, job: StoredJob, now: number): Promise<void> {
    if (wantsImages(job)) {
      const { ended, total } = await countImages(trx, job.jobId);
      if (ended < total) return;
    }
    await recordSourceDeletions(trx, job.jobId, now);
  }

  return {
    async createJob(newJob, limits) {
      const admitted = transactExclusive('admission', async (trx): Promise<CreateOutcome> => {
        const existing = await readJob(trx, newJob.jobId);
        if (existing) return { kind: 'created', job: existing };
        const outcome = await admit(trx, newJob, limits);
        // The files of the uploads were written before, and no row will name them.
        if (outcome.kind !== 'created' && newJob.uploads?.length) {
          const keys = newJob.uploads.map(({ key }) => key);
          await recordFileDeletions(trx, keys, { jobId: null, now: await database.now(trx) });
        }
        return outcome;
      });
      return admitted.catch(async (error: unknown) => {
        const refusal = admissionRefusal(error);
        const existing = await readJob(db, newJob.jobId); // by an earlier try whose commit was not confirmed
        return existing ? { kind: 'created', job: existing } : { kind: 'refused', refusal };
      });
    },

    findReplay: (userId, idempotency) => findReplay(db, userId, idempotency),
    getJob: (jobId) => readJob(db, jobId),
    listJobs: (filter) => listJobs(db, filter),

    async changeJob(jobId, step) {
      return transact(async (trx, announce) => {
        const job = await lockJob(trx, jobId, hasConcurrentWriters);
        if (!job) return null;
        await announce(jobId);
        return applyJobStep(trx, job, step);
      });
    },

    async deleteJob(jobId, reason = 'user_request') {
      return transact(async (trx, announce) => {
        await announce(jobId);
        const now = await database.now(trx);
        return deleteJobRows(trx, jobId, { now, hasConcurrentWriters, byUser: reason === 'user_request' });
      });
    },

    async wasDeleted(userId, jobId) {
      const row = await db
        .selectFrom('deleted_jobs')
        .select('job_id')
        .where('job_id', '=', jobId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row !== undefined;
    },

    async startNextCall(options) {
      return transactExclusive('rateLimit', async (trx, announce) => {
        const outcome = await startNext(database, trx, options);
        if (outcome.kind === 'started') await announce(outcome.job.jobId);
        return outcome;
      });
    },

    async endAttempt(attemptId, end, step, images = []) {
      return transact(async (trx, announce) => {
        const now = await database.now(trx);
        const { jobId, hasChanged } = await closeAttempt(trx, attemptId, end, now);
        if (!hasChanged) return readJob(trx, jobId);
        const keys = images.flatMap(({ source }) => ('key' in source ? [source.key] : []));
        const job = await lockJob(trx, jobId, hasConcurrentWriters);
        if (!job) {
          await clearProviderMessages(trx, jobId);
          await recordFileDeletions(trx, keys, { jobId, now });
          return null;
        }
        await announce(jobId);
        const after = await applyJobStep(trx, job, step);
        await insertImages(trx, jobId, images, { areLate: hasEnded(job) });
        await clearWriteIntents(trx, keys);
        return after;
      });
    },

    async recordArrival(attemptId, image) {
      return transact(async (trx, announce) => {
        const attempt = await findAttempt(trx, attemptId);
        if (!attempt) throw new Error(`Attempt ${attemptId} is not recorded`);
        const { jobId } = attempt;
        const keys = 'key' in image.source ? [image.source.key] : [];
        const now = await database.now(trx);
        const job = await lockJob(trx, jobId, hasConcurrentWriters);
        if (!job) {
          await recordFileDeletions(trx, keys, { jobId, now });
          return null;
        }
        const added = await insertImages(trx, jobId, [image], { areLate: hasEnded(job) });
        await clearWriteIntents(trx, keys);
        if (added === 0) return job;
        await announce(jobId);
        return applyStep(trx, job, countArrival, now);
      });
    },

    recentCalls: async (family, windowMs) => recentCalls(db, family, windowMs, await database.now(db)),
    recentCallMs: (kind) => recentCallMs(db, kind),
    answeredCalls: (family) => answeredCalls(db, family),

    now: () => database.now(db),
    getImages: (jobId) => getImages(db, jobId),
    countImages: (jobId) => countImages(db, jobId),
    async endImage(jobId, position, asset) {
      return transact(async (trx, announce) => {
        await announce(jobId);
        const now = await database.now(trx);
        const job = await lockJob(trx, jobId, hasConcurrentWriters);
        const { isWanted, isNew } = await endImage(trx, { jobId, job }, position, asset, now);
        if (job && isNew) await applyStep(trx, job, showArrival, now);
        if (job && isSettled(job) && wantsImages(job)) await deleteSources(trx, job, now);
        return isWanted;
      });
    },

    async waitingFor(longerThanMs) {
      const now = await database.now(db);
      const rows = await db
        .selectFrom('jobs')
        .select('job_id')
        .where('status', '=', PENDING)
        .where('created_at', '<', now - longerThanMs)
        .execute();
      return rows.map((row) => row.job_id);
    },
    async longestWaitMs() {
      const row = await db
        .selectFrom('waiting_users')
        .select(({ fn }) => fn.min('oldest_at').as('at'))
        .executeTakeFirst();
      return row?.at == null ? null : (await database.now(db)) - row.at;
    },
    countWaiting: () => countWaiting(db),
    countCalls: () => countCalls(db),
    countAhead: async (job) => (await countAhead(db, [job])).get(job.jobId) ?? 0,
    countAheadOfEach: (jobs) => countAhead(db, jobs),

    onChange: database.onChange,
    async ping() {
      const ping = { ping_id: 1, pinged_at: await database.now(db) };
      await db
        .insertInto('pings')
        .values(ping)
        .onConflict((conflict) => conflict.column('ping_id').doUpdateSet(ping))
        .execute();
    },
  };
}

/** Whether the job has not ended and images of it are recorded, whose files may have come with the answer. */
function mayHaveSources(job: StoredJob): boolean {
  return isSaving(job.state) || (!hasEnded(job) && showsArrivals(job));
}

/** False if an internal error ended the job: images that were paid for stay for an operator to find. */
function isSettled({ state }: StoredJob): boolean {
  return state.status === 'COMPLETED' || (state.status === 'FAILED' && state.errorCode !== 'internal');
}
