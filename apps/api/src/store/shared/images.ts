import type { Kysely } from 'kysely';
import type { ImageSet, ImageSource, StoredAsset } from '../../job/stored-image.ts';
import type { Trx } from './database.ts';
import { clearWriteIntents, recordFileDeletions } from './doomed-files.ts';
import { toImage } from './job-row.ts';
import type { Tables } from './schema.ts';

/** Stores where the images of an answer can be fetched. */
export async function insertImages(trx: Trx, jobId: string, sources: ImageSource[]): Promise<void> {
  if (sources.length === 0) return;
  const rows = sources.map((source, position) => ({
    job_id: jobId,
    position,
    source: JSON.stringify(source),
    failed: 0,
  }));
  await trx.insertInto('pictures').values(rows).execute();
}

export async function getImages(from: Kysely<Tables>, jobId: string): Promise<ImageSet | null> {
  const answer = await from
    .selectFrom('attempts')
    .select('response_id')
    .where('job_id', '=', jobId)
    .where('outcome', '=', 'answered')
    .executeTakeFirst();
  if (!answer) return null;
  const rows = await from.selectFrom('pictures').selectAll().where('job_id', '=', jobId).orderBy('position').execute();
  return { pictures: rows.map(toImage), responseId: answer.response_id };
}

export async function endImage(
  trx: Trx,
  jobId: string,
  position: number,
  asset: StoredAsset | null,
  now: number,
): Promise<boolean> {
  if (asset && (await hasEnded(trx, jobId))) {
    if (await isKept(trx, jobId, position, asset.key)) return true;
    await recordFileDeletions(trx, [asset.key], { jobId, now });
    return false;
  }
  await trx
    .updateTable('pictures')
    .set(asset ? { asset: JSON.stringify(asset), failed: 0 } : { failed: 1 })
    .where('job_id', '=', jobId)
    .where('position', '=', position)
    .where('asset', 'is', null)
    .execute();
  if (!asset) return true;
  if (await isKept(trx, jobId, position, asset.key)) {
    await clearWriteIntents(trx, [asset.key]);
    return true;
  }
  await recordFileDeletions(trx, [asset.key], { jobId, now });
  return false;
}

async function hasEnded(trx: Trx, jobId: string): Promise<boolean> {
  const job = await trx.selectFrom('jobs').select('completed_at').where('job_id', '=', jobId).executeTakeFirst();
  return job !== undefined && job.completed_at !== null;
}

async function isKept(trx: Trx, jobId: string, position: number, key: string): Promise<boolean> {
  const row = await trx
    .selectFrom('pictures')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('position', '=', position)
    .executeTakeFirst();
  return row !== undefined && toImage(row).asset?.key === key;
}

export async function countImages(from: Kysely<Tables>, jobId: string): Promise<{ ended: number; total: number }> {
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
