import type { Kysely } from 'kysely';
import type { Trx } from './database.ts';
import { toPicture } from './job-row.ts';
import type { PictureSet, PictureSource, StoredAsset } from './job-store.ts';
import type { Tables } from './schema.ts';

/** Where the answer says the pictures are to be had. */
export async function insertPictures(trx: Trx, jobId: string, sources: PictureSource[]): Promise<void> {
  if (sources.length === 0) return;
  const rows = sources.map((source, position) => ({
    job_id: jobId,
    position,
    source: JSON.stringify(source),
    failed: 0,
  }));
  await trx.insertInto('pictures').values(rows).execute();
}

export async function getPictures(from: Kysely<Tables>, jobId: string): Promise<PictureSet | null> {
  const answer = await from
    .selectFrom('attempts')
    .select('response_id')
    .where('job_id', '=', jobId)
    .where('outcome', '=', 'answered')
    .executeTakeFirst();
  if (!answer) return null;
  const rows = await from.selectFrom('pictures').selectAll().where('job_id', '=', jobId).orderBy('position').execute();
  return { pictures: rows.map(toPicture), responseId: answer.response_id };
}

export async function endPicture(
  from: Kysely<Tables>,
  jobId: string,
  position: number,
  asset: StoredAsset | null,
): Promise<void> {
  await from
    .updateTable('pictures')
    .set(asset ? { asset: JSON.stringify(asset), failed: 0 } : { failed: 1 })
    .where('job_id', '=', jobId)
    .where('position', '=', position)
    .where('asset', 'is', null)
    .execute();
}

export async function countPictures(from: Kysely<Tables>, jobId: string): Promise<{ ended: number; total: number }> {
  const row = await from
    .selectFrom('pictures')
    .select(({ fn, case: when }) => [
      fn.countAll<number>().as('total'),
      fn.count<number>(when().when('asset', 'is not', null).then(1).when('failed', '=', 1).then(1).end()).as('ended'),
    ])
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  return { ended: row.ended, total: row.total };
}
