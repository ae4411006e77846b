import { AcceptedRequest, Charged, type CreateImage, JOB_ERROR_CODES, JobStatus } from '@darkroom/contracts';
import type { Selectable } from 'kysely';
import * as z from 'zod';
import type { ImageSource, StoredAsset, StoredImage } from '../../job/stored-image.ts';
import type { JobState, StoredJob } from '../../job/stored-job.ts';
import type { ImageRow, JobRow } from './schema.ts';

const ErrorCode = z.enum(JOB_ERROR_CODES);
const Stage = z.enum(['generating', 'saving']);
const Time = z.number();

/** The fields of a request by its model. */
const REQUEST_FIELDS: ReadonlyMap<unknown, readonly string[]> = new Map(
  AcceptedRequest.options.flatMap(({ shape }) => shape.model.options.map((model) => [model, Object.keys(shape)])),
);

export function toJob(row: Selectable<JobRow>): StoredJob {
  return {
    jobId: row.job_id,
    userId: row.user_id,
    starId: row.star_id,
    request: toRequest(row.request),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    state: toState(row),
  };
}

/**
 * The JSON columns were written by this store after validation, so they are not validated field by field on every read.
 * What is checked is the shape that a damaged row or a row of a later version would not have.
 */
function toRequest(text: string): CreateImage {
  const stored: unknown = JSON.parse(text);
  if (!isRequest(stored)) throw new Error('A stored request cannot be read');
  return stored.n === undefined ? { ...stored, n: 1 } : stored;
}

function isRequest(stored: unknown): stored is CreateImage {
  if (!isObject(stored) || typeof stored.prompt !== 'string') return false;
  const fields = REQUEST_FIELDS.get(stored.model);
  if (!fields) return false;
  for (const field in stored) if (!fields.includes(field)) return false;
  return true;
}

function toAssets(text: string): StoredAsset[] {
  const stored: unknown = JSON.parse(text);
  if (!Array.isArray(stored)) throw new Error('Stored assets cannot be read');
  return stored.map(toAsset);
}

function toAsset(stored: unknown): StoredAsset {
  if (!isAsset(stored)) throw new Error('A stored asset cannot be read');
  return { ...stored, placeholder: stored.placeholder ?? null }; // absent in older rows
}

function isAsset(stored: unknown): stored is Omit<StoredAsset, 'placeholder'> & Partial<StoredAsset> {
  return isObject(stored) && typeof stored.key === 'string' && typeof stored.contentType === 'string';
}

function toSource(text: string): ImageSource {
  const stored: unknown = JSON.parse(text);
  if (!isSource(stored)) throw new Error('The source of a stored image cannot be read');
  return stored;
}

function isSource(stored: unknown): stored is ImageSource {
  return isObject(stored) && typeof (stored.url ?? stored.key) === 'string';
}

function isObject(stored: unknown): stored is Record<string, unknown> {
  return typeof stored === 'object' && stored !== null;
}

function toState(row: Selectable<JobRow>): JobState {
  const status = JobStatus.parse(row.status);
  switch (status) {
    case 'PENDING':
      return { status };
    case 'PROCESSING':
      return toProcessing(row);
    case 'COMPLETED':
      return {
        status,
        completedAt: Time.parse(row.completed_at),
        assets: toAssets(row.assets ?? ''),
        failedCount: row.failed_count ?? 0,
        charged: Charged.parse(row.charged),
      };
    case 'FAILED':
      return {
        status,
        completedAt: Time.parse(row.completed_at),
        errorCode: ErrorCode.parse(row.error_code),
        charged: Charged.parse(row.charged),
        ...(row.arrived !== null && { arrived: row.arrived }),
      };
  }
}

function toProcessing(row: Selectable<JobRow>): JobState {
  const stage = Stage.parse(row.stage);
  const arrived = row.arrived === null ? {} : { arrived: row.arrived };
  if (stage === 'saving') return { status: 'PROCESSING', stage, ...arrived };
  return {
    status: 'PROCESSING',
    stage,
    progressFrom: row.progress_from,
    call:
      row.call_started_at === null
        ? null
        : { startedAt: Time.parse(row.call_started_at), expectedMs: Time.parse(row.call_expected_ms) },
    retryAt: row.repeat_at,
    ...arrived,
  };
}

/** Columns that no step changes. */
type FixedColumn = 'job_id' | 'user_id' | 'star_id' | 'request' | 'family' | 'upload_id' | 'created_at';

/** The columns that a step may change. */
export type ChangingColumns = Omit<Selectable<JobRow>, FixedColumn>;

type StateColumns = Omit<ChangingColumns, 'version' | 'updated_at'>;

const NO_STATE: Omit<StateColumns, 'status'> = {
  stage: null,
  completed_at: null,
  progress_from: 0,
  call_started_at: null,
  call_expected_ms: null,
  repeat_at: null,
  error_code: null,
  charged: null,
  assets: null,
  failed_count: null,
  arrived: null,
};

/** Returns every column of the state, so that nothing of the previous state remains. */
export function fromState(state: JobState): StateColumns {
  const columns = { ...NO_STATE, status: state.status };
  switch (state.status) {
    case 'PENDING':
      return columns;
    case 'PROCESSING':
      if (state.stage === 'saving') return { ...columns, stage: state.stage, arrived: state.arrived ?? null };
      return {
        ...columns,
        stage: state.stage,
        progress_from: state.progressFrom,
        call_started_at: state.call?.startedAt ?? null,
        call_expected_ms: state.call?.expectedMs ?? null,
        repeat_at: state.retryAt,
        arrived: state.arrived ?? null,
      };
    case 'COMPLETED':
      return {
        ...columns,
        completed_at: state.completedAt,
        assets: JSON.stringify(state.assets),
        failed_count: state.failedCount,
        charged: state.charged,
      };
    case 'FAILED':
      return {
        ...columns,
        completed_at: state.completedAt,
        error_code: state.errorCode,
        charged: state.charged,
        arrived: state.arrived ?? null,
      };
  }
}

export function toImage(row: Selectable<ImageRow>): StoredImage {
  return {
    position: row.position,
    source: toSource(row.source),
    asset: row.asset === null ? null : toAsset(JSON.parse(row.asset)),
    failed: row.failed === 1,
  };
}
