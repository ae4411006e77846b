import { type CreateImage, costUnits, MODEL_CAPABILITIES } from '@darkroom/contracts';
import { type Kysely, sql } from 'kysely';
import { type Family, familyOf } from '../../job/model-family.ts';
import { BUSY_RETRY_AFTER_MS, RETRY_AFTER_MIN_MS } from '../../retry/retry-after.ts';
import type { AdmissionLimits, NewJob } from '../job-store.ts';
import type { Refusal } from '../refusal.ts';
import { type NewUpload, UPLOAD_TTL_MS } from '../upload-store.ts';
import { PENDING, PROCESSING } from './choose-next.ts';
import type { Trx } from './database.ts';
import type { Tables } from './schema.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The first bound that this request would exceed, in the order of interface.md (section 5). */
export async function refuseJob(trx: Trx, job: NewJob, limits: AdmissionLimits, now: number): Promise<Refusal | null> {
  return (
    (job.usageId === undefined ? await refuseRate(trx, job.userId, limits.ratePerMinute, now) : null) ??
    (await refuseUploadSpace(trx, job.userId, job.uploads ?? [], limits.userUploadBytes, now)) ??
    (await refuseQuotas(trx, job, limits, now)) ??
    (await refuseActive(trx, job.userId, limits.userActive)) ??
    (await refuseQueue(trx, familyOf(job.request.model), limits))
  );
}

/**
 * Limits the creates and uploads of one user in a rolling minute: of `attempts` more, each counts. More than the limit
 * are let through together after a minute without any.
 */
export async function refuseRate(
  trx: Trx,
  userId: string,
  ratePerMinute: number,
  now: number,
  attempts = 1,
): Promise<Refusal | null> {
  if (ratePerMinute === 0) return null;
  const latest = await trx
    .selectFrom('orders')
    .select('ordered_at')
    .where('user_id', '=', userId)
    .where('ordered_at', '>', now - MINUTE_MS)
    .where('ordered_at', '<=', now + MINUTE_MS) // later rows were written before the clock was set back
    .orderBy('ordered_at', 'desc')
    .limit(ratePerMinute)
    .execute();
  const mayRemain = Math.max(0, ratePerMinute - attempts);
  const mustExpire = latest[mayRemain]; // the newest event that has to leave the minute first
  return mustExpire ? { code: 'rate_limited', retryAfterMs: mustExpire.ordered_at + MINUTE_MS - now } : null;
}

/** Limits the images and the cost units requested in a rolling day, by one user and by all users. */
async function refuseQuotas(
  trx: Trx,
  { userId, request }: NewJob,
  limits: AdmissionLimits,
  now: number,
): Promise<Refusal | null> {
  const units = costUnits(request);
  return (
    (await refuseQuota(trx, { userId, of: 'images', more: request.n, limit: limits.userDailyImages }, now)) ??
    (await refuseQuota(trx, { userId: null, of: 'images', more: request.n, limit: limits.dailyImages }, now)) ??
    (await refuseQuota(trx, { userId, of: 'units', more: units, limit: limits.userDailyUnits }, now)) ??
    (await refuseQuota(trx, { userId: null, of: 'units', more: units, limit: limits.dailyUnits }, now))
  );
}

interface Quota {
  /** Null: of all users together. */
  userId: string | null;
  /** What is counted. */
  of: 'images' | 'units';
  /** How much this request would add. */
  more: number;
  /** 0 = no limit. */
  limit: number;
}

/** What one usage event counts. Units are not recorded by versions from before there was a second price. */
const AMOUNTS = {
  images: sql<number>`images`,
  units: sql<number>`coalesce(units, images * ${sql.lit(MODEL_CAPABILITIES['image-01'].cost.per_image)})`,
};

async function refuseQuota(trx: Trx, { userId, of, more, limit }: Quota, now: number): Promise<Refusal | null> {
  if (limit === 0) return null;
  const amount = AMOUNTS[of];
  let events = trx
    .selectFrom('orders')
    .where('ordered_at', '>', now - DAY_MS)
    .where('ordered_at', '<=', now + DAY_MS);
  if (userId !== null) events = events.where('user_id', '=', userId);
  const used = await events.select(({ fn }) => fn.sum<number | null>(amount).as('amount')).executeTakeFirstOrThrow();
  let excess = (used.amount ?? 0) + more - limit;
  if (excess <= 0) return null;
  // The usage event that makes room when it leaves the day. If the request alone exceeds the limit: the last event.
  let leavesAt = now;
  for (const event of await events
    .select(['ordered_at', amount.as('amount')])
    .orderBy('ordered_at')
    .execute()) {
    leavesAt = event.ordered_at;
    excess -= event.amount;
    if (excess <= 0) break;
  }
  return { code: 'quota_exceeded', retryAfterMs: leavesAt + DAY_MS - now };
}

/** Limits the bytes of one user's stored uploads. `retryAfterMs` is the time until enough of the oldest ones expire. */
export async function refuseUploadSpace(
  trx: Trx,
  userId: string,
  uploads: Pick<NewUpload, 'bytes'>[],
  limit: number,
  now: number,
): Promise<Refusal | null> {
  if (limit === 0 || uploads.length === 0) return null;
  const stored = trx.selectFrom('uploads').where('user_id', '=', userId);
  const kept = await stored.select(({ fn }) => fn.sum<number | null>('bytes').as('bytes')).executeTakeFirstOrThrow();
  let excess = Number(kept.bytes ?? 0) + sum(uploads.map(({ bytes }) => bytes)) - limit;
  if (excess <= 0) return null;
  let expiresAt = now;
  for (const upload of await stored.select(['created_at', 'bytes']).orderBy('created_at').execute()) {
    expiresAt = upload.created_at + UPLOAD_TTL_MS;
    excess -= upload.bytes;
    if (excess <= 0) break;
  }
  return {
    code: 'quota_exceeded',
    retryAfterMs: Math.max(RETRY_AFTER_MIN_MS, expiresAt - now), // an upload that a job names is kept as long as the job
    problem: { reason: 'upload_space_full', params: { max_bytes: limit } },
  };
}

/** Limits the jobs of one user that have not ended, or whose call still runs after they were canceled or deleted. */
async function refuseActive(trx: Trx, userId: string, limit: number): Promise<Refusal | null> {
  const unended = (status: typeof PENDING) =>
    trx
      .selectFrom('jobs')
      .select(({ fn }) => fn.countAll<number>().as('jobs'))
      .where('status', '=', status)
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
  const pending = await unended(PENDING);
  const processing = await unended(PROCESSING);
  const stillCalling = await trx
    .selectFrom('attempts')
    .leftJoin('jobs', 'jobs.job_id', 'attempts.job_id')
    .select(({ fn }) => fn.countAll<number>().as('jobs'))
    .where('attempts.ended_at', 'is', null)
    .where('attempts.user_id', '=', userId)
    .where(({ eb, or }) => or([eb('jobs.job_id', 'is', null), eb('jobs.status', '=', sql.lit('FAILED'))]))
    .executeTakeFirstOrThrow();
  const active = pending.jobs + processing.jobs + stillCalling.jobs;
  return active < limit ? null : { code: 'too_many_jobs', retryAfterMs: BUSY_RETRY_AFTER_MS };
}

/** Limits the jobs that wait, of all models, and how long this one would wait behind those of its own family. */
async function refuseQueue(trx: Trx, family: Family, limits: AdmissionLimits): Promise<Refusal | null> {
  const ofFamilies = await countWaitingByFamily(trx);
  const waiting = sum(ofFamilies.values());
  const waitMs = limits.estimateWaitMs(ofFamilies.get(family) ?? 0);
  const excessMs = waitMs === null ? 0 : waitMs - limits.queueTtlMs;
  if (waiting < limits.queue && excessMs <= 0) return null;
  // Room appears when the next waiting job starts; a wait that is too long shortens as time passes.
  const perJobMs = waitMs === null || waiting === 0 ? BUSY_RETRY_AFTER_MS : waitMs / waiting;
  return { code: 'queue_full', retryAfterMs: Math.max(RETRY_AFTER_MIN_MS, Math.ceil(perJobMs), excessMs) };
}

/**
 * Counts the jobs themselves. PostgreSQL brings the rows of waiting users up to date at the commit, and the requests
 * that are admitted in one transaction must count each other.
 */
async function countWaitingByFamily(db: Kysely<Tables>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('jobs')
    .select(({ fn }) => ['family', fn.countAll<number>().as('jobs')])
    .where('status', '=', PENDING)
    .groupBy('family')
    .execute();
  return new Map(rows.map((row) => [row.family, row.jobs]));
}

export async function countWaiting(db: Kysely<Tables>): Promise<number> {
  return sum((await countWaitingByFamily(db)).values());
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** A usage event, which counts from when it is recorded, whatever happens to the request. */
interface UsageEvent {
  /** Chosen by the caller, if it has to find the event again. */
  usageId?: string;
  userId: string;
  /** Null: an upload, which costs nothing. */
  request: CreateImage | null;
}

export async function recordUsage(trx: Trx, { usageId, userId, request }: UsageEvent, now: number): Promise<void> {
  const row = { user_id: userId, ordered_at: now, usage_id: usageId ?? null, ...amountsOf(request) };
  await trx.insertInto('orders').values(row).execute();
}

/** Whether a usage event with this id is recorded. */
export async function isCounted(from: Kysely<Tables>, usageId: string): Promise<boolean> {
  const row = await from.selectFrom('orders').select('order_id').where('usage_id', '=', usageId).executeTakeFirst();
  return row !== undefined;
}

/** Sets what a request counts whose usage event was recorded before it was admitted. */
export async function addUsageRequest(trx: Trx, usageId: string, request: CreateImage): Promise<void> {
  await trx.updateTable('orders').set(amountsOf(request)).where('usage_id', '=', usageId).execute();
}

function amountsOf(request: CreateImage | null): { images: number; units: number } {
  return request === null ? { images: 0, units: 0 } : { images: request.n, units: costUnits(request) };
}
