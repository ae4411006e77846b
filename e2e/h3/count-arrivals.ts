import path from 'node:path';
import Database from 'better-sqlite3';
import * as z from 'zod';

const Counted = z.object({ arrived: z.int() });

/** The number of images that are committed. */
export function countArrivals(dataDir: string): number {
  const db = new Database(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    return Counted.parse(db.prepare('SELECT count(*) AS arrived FROM pictures').get()).arrived;
  } finally {
    db.close();
  }
}
