import { type ExpressionBuilder, sql } from 'kysely';
import type { Tables } from './schema.ts';

/**
 * A condition on rows of `jobs`: images of the job are still to be stored although it has ended. It was canceled while
 * they arrived, and shows those that had arrived by then; later ones count as given up.
 */
export function wantsCanceledImages({ and, eb, exists, selectFrom }: ExpressionBuilder<Tables, 'jobs'>) {
  const missing = selectFrom('pictures')
    .select('pictures.position')
    .whereRef('pictures.job_id', '=', 'jobs.job_id')
    .where('pictures.asset', 'is', null)
    .where('pictures.failed', '=', 0);
  // A literal, so that SQLite uses the partial index.
  return and([eb('jobs.status', '=', sql.lit('FAILED')), eb('jobs.arrived', 'is not', null), exists(missing)]);
}
