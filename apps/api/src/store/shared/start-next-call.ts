import { callKind, type Family } from '../../job/model-family.ts';
import type { StoredJob } from '../../job/stored-job.ts';
import type { StartOptions, StartOutcome } from '../job-store.ts';
import { backOffUntil, findAttempt, insertAttempt, rateLimitFullSince, recentCallMs } from './attempts.ts';
import { isDue, nextRetryAt, rotateUser, selectDueRetry, selectWaitingJob } from './choose-next.ts';
import type { Database, Trx } from './database.ts';
import { applyStep, lockJob, readJob } from './jobs.ts';

/**
 * Reserves the next call, if one may start. One worker at a time checks the rate limit, the back-off and the rotation.
 */
export async function startNext(database: Database, trx: Trx, options: StartOptions): Promise<StartOutcome> {
  const existing = await findReservation(trx, options.attemptId);
  if (existing) return existing;
  const { family } = options;
  const now = await database.now(trx);
  const fullSince = await rateLimitFullSince(trx, options, now);
  const notBefore = Math.max(fullSince === null ? 0 : fullSince + options.windowMs, await backOffUntil(trx, family));
  if (notBefore > now) return { kind: 'idle', retryInMs: notBefore - now };

  const chosen = await chooseJob(database, trx, { family, now, notBefore: now - options.maxWaitMs });
  if (!chosen) {
    const retryAt = await nextRetryAt(trx, family);
    return { kind: 'idle', retryInMs: retryAt === null ? null : retryAt - now };
  }
  const call = { startedAt: now, recentCallMs: await recentCallMs(trx, callKind(chosen.request)) };
  const job = await applyStep(trx, chosen, (current) => options.step(current, call), now);
  await rotateUser(trx, job.userId);
  const attempt = await insertAttempt(trx, job, { ...options, startedAt: now });
  return { kind: 'started', job, attempt };
}

/** The reservation made before, if the worker never received its confirmation. */
async function findReservation(trx: Trx, attemptId: string): Promise<StartOutcome | null> {
  const attempt = await findAttempt(trx, attemptId);
  const job = attempt && (await readJob(trx, attempt.jobId));
  return job && { kind: 'started', job, attempt };
}

/** A job that is given up between choice and lock is skipped: the next query does not return it. */
async function chooseJob(
  { hasConcurrentWriters }: Database,
  trx: Trx,
  { family, now, notBefore }: { family: Family; now: number; notBefore: number },
): Promise<StoredJob | null> {
  for (;;) {
    const jobId = (await selectDueRetry(trx, family, now)) ?? (await selectWaitingJob(trx, family, notBefore));
    if (jobId === undefined) return null;
    const job = await lockJob(trx, jobId, hasConcurrentWriters);
    if (job && isDue(job, now, notBefore)) return job;
  }
}
