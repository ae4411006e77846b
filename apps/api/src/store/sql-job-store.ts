import { EventEmitter } from 'node:events';
import { type Kysely, sql, type Transaction } from 'kysely';
import { countOrder, countWaiting, refuseJob } from './admit-job.ts';
import { closeAttempt, insertAttempt, openAttempts, paceFullSince, recentCallMs, recentCalls } from './attempts.ts';
import { chooseRepeat, chooseWaiting, countAhead, endTurn, nextRepeatAt, PENDING, PROCESSING } from './choose-next.ts';
import { deleteJobRows } from './delete-rows.ts';
import { callKind, type JobStore, type StartOptions, type StartOutcome, type StoredJob } from './job-store.ts';
import { findReplay, insertJob, listJobs, readJob, takeStep } from './jobs.ts';
import { countPictures, endPicture, getPictures, insertPictures } from './pictures.ts';
import type { Tables } from './schema.ts';

interface Deps {
  db: Kysely<Tables>;
  /** Milliseconds since the epoch. */
  clock(): number;
  createId(): string;
}

/** The job store in SQL: every verb one transaction over the parts beside this file, and a word to those who watch. */
export function createSqlJobStore({ db, clock, createId }: Deps): JobStore {
  const changes = new EventEmitter().setMaxListeners(0);

  async function transact<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    return db.transaction().execute(work);
  }

  /** Tells those who watch, once the change is committed. */
  function announce(job: StoredJob | null): StoredJob | null {
    if (job) changes.emit(job.jobId);
    return job;
  }

  async function startNext(trx: Transaction<Tables>, options: StartOptions): Promise<StartOutcome> {
    const now = clock();
    const fullSince = await paceFullSince(trx, options.rpm, now - options.windowMs);
    if (fullSince !== null) return { kind: 'idle', retryAt: fullSince + options.windowMs };
    const jobId = (await chooseRepeat(trx, now)) ?? (await chooseWaiting(trx, options.notBefore));
    const waiting = jobId === undefined ? null : await readJob(trx, jobId);
    if (!waiting) return { kind: 'idle', retryAt: await nextRepeatAt(trx) };
    const recent = await recentCallMs(trx, callKind(waiting.request));
    const call = { startedAt: now, recentCallMs: recent };
    const job = await takeStep(trx, waiting.jobId, (current) => options.step(current, call), now);
    if (!job) throw new Error(`Job ${waiting.jobId} vanished inside a transaction`);
    await endTurn(trx, job.userId);
    const attempt = await insertAttempt(trx, job, { attemptId: createId(), startedAt: now });
    return { kind: 'started', job, attempt };
  }

  return {
    async createJob(order, limits) {
      return transact(async (trx) => {
        const replay = order.idempotency && (await findReplay(trx, order.userId, order.idempotency));
        if (replay) return replay;
        const now = clock();
        const refusal = await refuseJob(trx, order, limits, now);
        if (refusal) return { kind: 'refused', refusal };
        const job = await insertJob(trx, order, now);
        await countOrder(trx, { userId: order.userId, images: order.request.n }, now);
        return { kind: 'created', job };
      });
    },

    findReplay: (userId, idempotency) => findReplay(db, userId, idempotency),
    getJob: (jobId) => readJob(db, jobId),
    listJobs: (filter) => listJobs(db, filter),

    async changeJob(jobId, step) {
      return announce(await transact((trx) => takeStep(trx, jobId, step, clock())));
    },

    async deleteJob(jobId) {
      const keys = await transact((trx) => deleteJobRows(trx, jobId));
      changes.emit(jobId);
      return keys;
    },

    async startNextCall(options) {
      const outcome = await transact((trx) => startNext(trx, options));
      if (outcome.kind === 'started') announce(outcome.job);
      return outcome;
    },

    async endAttempt(attemptId, end, step, sources = []) {
      const job = await transact(async (trx) => {
        const now = clock();
        const { jobId, isFirst } = await closeAttempt(trx, attemptId, end, now);
        if (!isFirst) return readJob(trx, jobId);
        const after = await takeStep(trx, jobId, step, now);
        if (after) await insertPictures(trx, jobId, sources);
        return after;
      });
      return announce(job);
    },

    openAttempts: () => openAttempts(db),
    recentCalls: (since) => recentCalls(db, since),
    recentCallMs: (kind) => recentCallMs(db, kind),

    async savingJobs() {
      const rows = await db
        .selectFrom('jobs')
        .select('job_id')
        .where('status', '=', PROCESSING)
        .where('stage', '=', sql.lit('saving'))
        .orderBy('updated_at')
        .execute();
      return rows.map((row) => row.job_id);
    },
    getPictures: (jobId) => getPictures(db, jobId),
    countPictures: (jobId) => countPictures(db, jobId),
    async endPicture(jobId, position, asset) {
      await endPicture(db, jobId, position, asset);
      changes.emit(jobId);
    },

    async waitingSince(before) {
      const rows = await db
        .selectFrom('jobs')
        .select('job_id')
        .where('status', '=', PENDING)
        .where('created_at', '<', before)
        .execute();
      return rows.map((row) => row.job_id);
    },
    async oldestWaiting() {
      const row = await db
        .selectFrom('jobs')
        .select(({ fn }) => fn.min('created_at').as('at'))
        .where('status', '=', PENDING)
        .executeTakeFirst();
      return row?.at == null ? null : Number(row.at);
    },
    countWaiting: () => countWaiting(db),
    countAhead: (job) => countAhead(db, job),

    onChange(jobId, listener) {
      changes.on(jobId, listener);
      return () => changes.off(jobId, listener);
    },
    async ping() {
      const ping = { ping_id: 1, pinged_at: clock() };
      await db
        .insertInto('pings')
        .values(ping)
        .onConflict((conflict) => conflict.column('ping_id').doUpdateSet(ping))
        .execute();
    },
  };
}
