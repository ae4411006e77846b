import { EventEmitter } from 'node:events';
import type { Insertable, Kysely, Transaction } from 'kysely';
import { countOrder, countWaiting, refuseJob } from './admit-job.ts';
import { chooseRepeat, chooseWaiting, countAhead, endTurn, nextRepeatAt, PENDING, PROCESSING } from './choose-next.ts';
import { deleteJobRows } from './delete-rows.ts';
import { fromState, toJob, toPicture } from './job-row.ts';
import {
  type AttemptEnd,
  callKind,
  type JobStore,
  type ReplayOutcome,
  type StoredJob,
  type Transition,
} from './job-store.ts';
import type { AttemptRow, JobRow, Tables } from './schema.ts';
import { uploadIdOf, uploadRow } from './upload-row.ts';

interface Deps {
  db: Kysely<Tables>;
  /** Milliseconds since the epoch. */
  clock(): number;
  createId(): string;
}

/** How many recent calls an estimate rests on. */
const RECENT_CALLS = 20;

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

  async function readJob(from: Kysely<Tables>, jobId: string): Promise<StoredJob | null> {
    const row = await from.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
    return row ? toJob(row) : null;
  }

  async function takeStep(trx: Transaction<Tables>, jobId: string, step: Transition): Promise<StoredJob | null> {
    const job = await readJob(trx, jobId);
    const next = job && step(job);
    if (!next) return job;
    const updatedAt = next.version > job.version ? clock() : job.updatedAt;
    const { numUpdatedRows } = await trx
      .updateTable('jobs')
      .set({ ...fromState(next.state), version: next.version, updated_at: updatedAt })
      .where('job_id', '=', jobId)
      .where('version', '=', job.version)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) throw new Error(`Job ${jobId} changed under a transaction`);
    return { ...next, updatedAt };
  }

  async function findReplay(
    from: Kysely<Tables>,
    userId: string,
    { key, fingerprint }: { key: string; fingerprint: string },
  ): Promise<ReplayOutcome | null> {
    const known = await from
      .selectFrom('idempotency_keys')
      .select(['fingerprint', 'job_id'])
      .where('user_id', '=', userId)
      .where('key', '=', key)
      .executeTakeFirst();
    if (!known) return null;
    if (known.fingerprint !== fingerprint) return { kind: 'mismatch' };
    const job = await readJob(from, known.job_id);
    return job ? { kind: 'replayed', job } : { kind: 'gone' };
  }

  return {
    async createJob(order, limits) {
      return transact(async (trx) => {
        const replay = order.idempotency && (await findReplay(trx, order.userId, order.idempotency));
        if (replay) return replay;
        const now = clock();
        const refusal = await refuseJob(trx, order, limits, now);
        if (refusal) return { kind: 'refused', refusal };
        if (order.upload) {
          await trx.insertInto('uploads').values(uploadRow(order.upload, now)).execute();
        }
        const row: Insertable<JobRow> = {
          ...fromState({ status: 'PENDING' }),
          job_id: order.jobId,
          user_id: order.userId,
          star_id: order.starId,
          request: JSON.stringify(order.request),
          upload_id: order.upload?.uploadId ?? uploadIdOf(order.request.subject_reference?.[0]?.image_file),
          version: 1,
          created_at: now,
          updated_at: now,
        };
        const created = await trx.insertInto('jobs').values(row).returningAll().executeTakeFirstOrThrow();
        if (order.idempotency) {
          await trx
            .insertInto('idempotency_keys')
            .values({ user_id: order.userId, job_id: order.jobId, created_at: now, ...order.idempotency })
            .execute();
        }
        await countOrder(trx, { userId: order.userId, images: order.request.n }, now);
        return { kind: 'created', job: toJob(created) };
      });
    },

    findReplay: (userId, idempotency) => findReplay(db, userId, idempotency),
    getJob: (jobId) => readJob(db, jobId),

    async listJobs({ userId, status, starId, before, limit }) {
      let query = db.selectFrom('jobs').selectAll().where('user_id', '=', userId);
      if (status !== undefined) query = query.where('status', '=', status);
      if (starId !== undefined) query = query.where('star_id', '=', starId);
      if (before !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created_at', 'job_id'), '<', tuple(before.createdAt, before.jobId)),
        );
      }
      const rows = await query.orderBy('created_at', 'desc').orderBy('job_id', 'desc').limit(limit).execute();
      return rows.map(toJob);
    },

    async changeJob(jobId, step) {
      return announce(await transact((trx) => takeStep(trx, jobId, step)));
    },

    async deleteJob(jobId) {
      const keys = await transact((trx) => deleteJobRows(trx, jobId));
      changes.emit(jobId);
      return keys;
    },

    async startNextCall({ rpm, windowMs, notBefore, step }) {
      const outcome = await transact(async (trx) => {
        const now = clock();
        const fullUntil = await paceFullUntil(trx, rpm, now - windowMs);
        if (fullUntil !== null) return { kind: 'idle' as const, retryAt: fullUntil + windowMs };
        const jobId = (await chooseRepeat(trx, now)) ?? (await chooseWaiting(trx, notBefore));
        if (jobId === undefined) return { kind: 'idle' as const, retryAt: await nextRepeatAt(trx) };
        const waiting = await readJob(trx, jobId);
        const recent = waiting ? await recentCallMs(trx, callKind(waiting.request)) : [];
        const job = await takeStep(trx, jobId, (current) => step(current, { startedAt: now, recentCallMs: recent }));
        if (!job) throw new Error(`Job ${jobId} vanished inside a transaction`);
        await endTurn(trx, job.userId);
        const attempt = { attemptId: createId(), number: (await countAttempts(trx, jobId)) + 1, startedAt: now };
        await trx.insertInto('attempts').values(attemptRow(job, attempt)).execute();
        return { kind: 'started' as const, job, attempt };
      });
      if (outcome.kind === 'started') announce(outcome.job);
      return outcome;
    },

    async endAttempt(attemptId, end, step, pictures = []) {
      const job = await transact(async (trx) => {
        const { job_id } = await trx
          .updateTable('attempts')
          .set({ ended_at: clock(), ...endColumns(end) })
          .where('attempt_id', '=', attemptId)
          .where('ended_at', 'is', null)
          .returning('job_id')
          .executeTakeFirstOrThrow();
        const after = await takeStep(trx, job_id, step);
        if (after && pictures.length > 0) {
          const rows = pictures.map((source, position) => ({
            job_id,
            position,
            source: JSON.stringify(source),
            failed: 0,
          }));
          await trx.insertInto('pictures').values(rows).execute();
        }
        return after;
      });
      return announce(job);
    },

    async openAttempts() {
      const rows = await db
        .selectFrom('attempts')
        .select(['attempt_id', 'job_id'])
        .where('ended_at', 'is', null)
        .orderBy('started_at')
        .execute();
      return rows.map((row) => ({ attemptId: row.attempt_id, jobId: row.job_id }));
    },

    async savingJobs() {
      const rows = await db
        .selectFrom('jobs')
        .select('job_id')
        .where('status', '=', PROCESSING)
        .where('stage', '=', 'saving')
        .orderBy('updated_at')
        .execute();
      return rows.map((row) => row.job_id);
    },

    async getPictures(jobId) {
      const answer = await db
        .selectFrom('attempts')
        .select(['ended_at', 'response_id'])
        .where('job_id', '=', jobId)
        .where('outcome', '=', 'answered')
        .executeTakeFirst();
      if (!answer) return null;
      const rows = await db
        .selectFrom('pictures')
        .selectAll()
        .where('job_id', '=', jobId)
        .orderBy('position')
        .execute();
      return { pictures: rows.map(toPicture), answeredAt: Number(answer.ended_at), responseId: answer.response_id };
    },

    async endPicture(jobId, position, asset) {
      await db
        .updateTable('pictures')
        .set(asset ? { asset: JSON.stringify(asset) } : { failed: 1 })
        .where('job_id', '=', jobId)
        .where('position', '=', position)
        .execute();
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

    countWaiting: () => countWaiting(db),

    async oldestWaiting() {
      const row = await db
        .selectFrom('jobs')
        .select(({ fn }) => fn.min('created_at').as('at'))
        .where('status', '=', PENDING)
        .executeTakeFirst();
      return row?.at == null ? null : Number(row.at);
    },

    countAhead: (job) => countAhead(db, job),

    async recentCalls(since) {
      const open = await db
        .selectFrom('attempts')
        .select(({ fn }) => fn.countAll<number>().as('calls'))
        .where('ended_at', 'is', null)
        .executeTakeFirstOrThrow();
      const begun = await db
        .selectFrom('attempts')
        .select('started_at')
        .where('started_at', '>', since)
        .orderBy('started_at')
        .execute();
      return { open: Number(open.calls), begunAt: begun.map((row) => Number(row.started_at)) };
    },

    recentCallMs: (kind) => recentCallMs(db, kind),

    async countPictures(jobId) {
      const row = await db
        .selectFrom('pictures')
        .select(({ fn, case: when }) => [
          fn.countAll<number>().as('total'),
          fn
            .count<number>(when().when('asset', 'is not', null).then(1).when('failed', '=', 1).then(1).end())
            .as('ended'),
        ])
        .where('job_id', '=', jobId)
        .executeTakeFirstOrThrow();
      return { ended: Number(row.ended), total: Number(row.total) };
    },

    onChange(jobId, listener) {
      changes.on(jobId, listener);
      return () => changes.off(jobId, listener);
    },

    async ping() {
      await db.selectFrom('jobs').select('job_id').limit(1).execute();
    },
  };
}

/** With `rpm` attempts begun since `windowStart`, the beginning of the one that has to leave the window; else null. */
async function paceFullUntil(trx: Transaction<Tables>, rpm: number, windowStart: number): Promise<number | null> {
  if (rpm === 0) return null;
  const latest = await trx
    .selectFrom('attempts')
    .select('started_at')
    .where('started_at', '>', windowStart)
    .orderBy('started_at', 'desc')
    .limit(rpm)
    .execute();
  const oldest = latest.at(-1);
  return latest.length < rpm || !oldest ? null : Number(oldest.started_at);
}

async function recentCallMs(from: Kysely<Tables>, kind: string | null): Promise<number[]> {
  let calls = from.selectFrom('attempts').select(['started_at', 'ended_at']).where('outcome', '=', 'answered');
  if (kind !== null) calls = calls.where('kind', '=', kind);
  const rows = await calls.orderBy('started_at', 'desc').limit(RECENT_CALLS).execute();
  return rows.map((row) => Number(row.ended_at) - Number(row.started_at));
}

async function countAttempts(trx: Transaction<Tables>, jobId: string): Promise<number> {
  const row = await trx
    .selectFrom('attempts')
    .select(({ fn }) => fn.countAll<number>().as('attempts'))
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  return Number(row.attempts);
}

function attemptRow(
  job: StoredJob,
  attempt: { attemptId: string; number: number; startedAt: number },
): Insertable<AttemptRow> {
  return {
    attempt_id: attempt.attemptId,
    job_id: job.jobId,
    user_id: job.userId,
    kind: callKind(job.request),
    number: attempt.number,
    started_at: attempt.startedAt,
  };
}

function endColumns({ outcome, traceId, responseId, failure }: AttemptEnd) {
  return {
    outcome,
    trace_id: traceId ?? null,
    response_id: responseId ?? null,
    failure_kind: failure?.kind ?? null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.providerText ?? failure?.message ?? null,
  };
}
