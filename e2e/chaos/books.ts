import path from 'node:path';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { type Attempt, readAttempts } from '../harness/attempts.ts';

const Job = z.object({
  job_id: z.string(),
  user_id: z.string(),
  prompt: z.string(),
  status: z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']),
  version: z.int(),
  charged: z.enum(['yes', 'no', 'unknown']).nullable(),
  /** JSON, while COMPLETED. */
  assets: z.string().nullable(),
});
const File = z.object({ file_key: z.string() });
const Assets = z.array(z.object({ key: z.string() }));

export interface BookedJob extends Omit<z.output<typeof Job>, 'assets'> {
  /** Keys of the pictures that were delivered. */
  files: string[];
}

/** What an API's database says. */
export interface Books {
  jobs: BookedJob[];
  attempts: Attempt[];
  /** Keys of every file that some row names. */
  files: Set<string>;
}

const JOBS = `SELECT job_id, user_id, json_extract(request, '$.prompt') AS prompt, status, version, charged, assets
  FROM jobs ORDER BY created_at`;
const FILES = `SELECT key AS file_key FROM uploads
  UNION SELECT json_extract(source, '$.key') FROM pictures WHERE json_extract(source, '$.key') IS NOT NULL
  UNION SELECT json_extract(asset, '$.key') FROM pictures WHERE asset IS NOT NULL`;

export function readBooks(dataDir: string): Books {
  const db = new Database(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    const jobs = z.array(Job).parse(db.prepare(JOBS).all());
    const files = z.array(File).parse(db.prepare(FILES).all());
    return {
      jobs: jobs.map(({ assets, ...job }) => ({ ...job, files: filesOf(assets) })),
      attempts: readAttempts({ dataDir }),
      files: new Set(files.map((file) => file.file_key)),
    };
  } finally {
    db.close();
  }
}

function filesOf(assets: string | null): string[] {
  return assets === null ? [] : Assets.parse(JSON.parse(assets)).map((asset) => asset.key);
}
