import path from 'node:path';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { ATTEMPTS, Attempt } from '../harness/attempts.ts';

/** A column of JSON as what is in it. */
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
  charged: z.enum(['yes', 'no', 'unknown']).nullable(),
  /** While COMPLETED. */
  assets: json(z.array(z.object({ key: z.string() }))).nullable(),
});
const Upload = z.object({ key: z.string() });
const Picture = z.object({ source: Kept, asset: Kept.nullable() });

export interface BookedJob extends Omit<z.output<typeof Job>, 'assets' | 'request'> {
  prompt: string;
  /** Keys of the pictures that were delivered. */
  files: string[];
}

/** What the database says, of one API or of all that share it. */
export interface Books {
  jobs: BookedJob[];
  attempts: Attempt[];
  /** Keys of every file that some row names. */
  files: Set<string>;
}

const JOBS = 'SELECT job_id, user_id, request, status, version, charged, assets FROM jobs ORDER BY created_at';
const UPLOADS = 'SELECT key FROM uploads';
const PICTURES = 'SELECT source, asset FROM pictures';

export function readBooks(dataDir: string): Books {
  const db = new Database(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    const all = (statement: string) => db.prepare(statement).all();
    return toBooks({ jobs: all(JOBS), attempts: all(ATTEMPTS), uploads: all(UPLOADS), pictures: all(PICTURES) });
  } finally {
    db.close();
  }
}

/** The same from PostgreSQL. */
export async function readSharedBooks(ask: (statement: string) => Promise<unknown[]>): Promise<Books> {
  return toBooks({
    jobs: await ask(JOBS),
    attempts: await ask(ATTEMPTS),
    uploads: await ask(UPLOADS),
    pictures: await ask(PICTURES),
  });
}

function toBooks(rows: Record<'jobs' | 'attempts' | 'uploads' | 'pictures', unknown[]>): Books {
  const uploads = z.array(Upload).parse(rows.uploads);
  const pictures = z.array(Picture).parse(rows.pictures);
  const keys = pictures.flatMap(({ source, asset }) => [source.key, asset?.key]);
  return {
    jobs: z
      .array(Job)
      .parse(rows.jobs)
      .map(({ assets, request: { prompt }, ...job }) => ({
        ...job,
        prompt,
        files: (assets ?? []).map((asset) => asset.key),
      })),
    attempts: z.array(Attempt).parse(rows.attempts),
    files: new Set([...uploads.map((upload) => upload.key), ...keys.filter((key) => key !== undefined)]),
  };
}
