import path from 'node:path';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { ATTEMPTS, Attempt } from './read-attempts.ts';

/** A JSON column, parsed and validated. */
const json = <Value>(value: z.ZodType<Value>) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(value);
const Kept = json(z.object({ key: z.string().optional() }));

const Job = z.object({
  job_id: z.string(),
  user_id: z.string(),
  request: json(z.object({ prompt: z.string() })),
  status: z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']),
  version: z.coerce.number<unknown>().int(),
  error_code: z.string().nullable(),
  charged: z.enum(['yes', 'no', 'unknown']).nullable(),
  /** While COMPLETED. */
  assets: json(z.array(z.object({ key: z.string() }))).nullable(),
});
const Upload = z.object({ key: z.string() });
const ProcessedImage = z.object({ job_id: z.string(), position: z.int(), source: Kept, asset: Kept.nullable() });

export interface SnapshotJob extends Omit<z.output<typeof Job>, 'assets' | 'request'> {
  prompt: string;
  /** Keys of the delivered images. */
  files: string[];
  /** Indexes of the images that are stored, whether or not the job has ended. */
  stored: number[];
}

/** The rows that a chaos run checks, read from SQLite or PostgreSQL. */
export interface DatabaseSnapshot {
  jobs: SnapshotJob[];
  attempts: Attempt[];
  /** Keys of every file that a row references. */
  files: Set<string>;
}

const JOBS =
  'SELECT job_id, user_id, request, status, version, error_code, charged, assets FROM jobs ORDER BY created_at';
const UPLOADS = 'SELECT key FROM uploads';
const IMAGES = 'SELECT job_id, position, source, asset FROM pictures';

export function readSnapshot(dataDir: string): DatabaseSnapshot {
  const db = new Database(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    const all = (statement: string) => db.prepare(statement).all();
    return toSnapshot({ jobs: all(JOBS), attempts: all(ATTEMPTS), uploads: all(UPLOADS), images: all(IMAGES) });
  } finally {
    db.close();
  }
}

/** The same from PostgreSQL. */
export async function readPostgresSnapshot(ask: (statement: string) => Promise<unknown[]>): Promise<DatabaseSnapshot> {
  return toSnapshot({
    jobs: await ask(JOBS),
    attempts: await ask(ATTEMPTS),
    uploads: await ask(UPLOADS),
    images: await ask(IMAGES),
  });
}

function toSnapshot(rows: Record<'jobs' | 'attempts' | 'uploads' | 'images', unknown[]>): DatabaseSnapshot {
  const uploads = z.array(Upload).parse(rows.uploads);
  const images = z.array(ProcessedImage).parse(rows.images);
  const stored = Map.groupBy(
    images.filter((image) => image.asset),
    (image) => image.job_id,
  );
  const keys = images.flatMap(({ source, asset }) => [source.key, asset?.key]);
  return {
    jobs: z
      .array(Job)
      .parse(rows.jobs)
      .map(({ assets, request: { prompt }, ...job }) => ({
        ...job,
        prompt,
        files: (assets ?? []).map((asset) => asset.key),
        stored: (stored.get(job.job_id) ?? []).map((image) => image.position),
      })),
    attempts: z.array(Attempt).parse(rows.attempts),
    files: new Set([...uploads.map((upload) => upload.key), ...keys.filter((key) => key !== undefined)]),
  };
}
