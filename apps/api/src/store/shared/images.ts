import type { Kysely } from 'kysely';
import { wantsImages } from '../../job/job-state.ts';
import type { ImageSet, PlacedSource, StoredAsset } from '../../job/stored-image.ts';
import type { StoredJob } from '../../job/stored-job.ts';
import type { Trx } from './database.ts';
import { clearWriteIntents, recordFileDeletions } from './file-deletions.ts';
import { toImage } from './job-row.ts';
import type { Tables } from './schema.ts';

/**
 * Records where images of an answer can be fetched, and returns how many are new: one that was recorded when it arrived
 * stays as it is. Images that come too late to be shown count as given up: nobody stores them.
 */
export async function insertImages(
  trx: Trx,
  jobId: string,
  images: PlacedSource[],
  { areLate = false } = {},
): Promise<number> {
  if (images.length === 0) return 0;
  const rows = images.map(({ position, source }) => ({
    job_id: jobId,
    position,
    source: JSON.stringify(source),
    failed: areLate ? 1 : 0,
  }));
  const inserted = await trx
    .insertInto('pictures')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return Number(inserted.numInsertedOrUpdatedRows);
}

export async function getImages(from: Kysely<Tables>, jobId: string): Promise<ImageSet | null> {
  const answer = await from
    .selectFrom('attempts')
    .select('response_id')
    .where('job_id', '=', jobId)
    .where('outcome', '=', 'answered')
    .executeTakeFirst();
  const rows = await from.selectFrom('pictures').selectAll().where('job_id', '=', jobId).orderBy('position').execute();
  if (!answer && rows.length === 0) return null;
  return { images: rows.map(toImage), responseId: answer?.response_id ?? null };
}

/**
 * Records the end of one image of a locked job (null: deleted): its asset, or null if it was given up. `isWanted` is
 * false if the asset has no place, and its file is recorded for deletion. `isNew`: the asset was not stored before.
 */
export async function endImage(
  trx: Trx,
  { jobId, job }: { jobId: string; job: StoredJob | null },
  position: number,
  asset: StoredAsset | null,
  now: number,
): Promise<{ isWanted: boolean; isNew: boolean }> {
  if (asset && job && !wantsImages(job)) {
    if (await isStored(trx, jobId, position, asset.key)) return { isWanted: true, isNew: false };
    await recordFileDeletions(trx, [asset.key], { jobId, now });
    return { isWanted: false, isNew: false };
  }
  const ended = await trx
    .updateTable('pictures')
    .set(asset ? { asset: JSON.stringify(asset), failed: 0 } : { failed: 1 })
    .where('job_id', '=', jobId)
    .where('position', '=', position)
    .where('asset', 'is', null)
    .executeTakeFirstOrThrow();
  if (!asset) return { isWanted: true, isNew: false };
  if (await isStored(trx, jobId, position, asset.key)) {
    await clearWriteIntents(trx, [asset.key]);
    return { isWanted: true, isNew: ended.numUpdatedRows === 1n };
  }
  await recordFileDeletions(trx, [asset.key], { jobId, now });
  return { isWanted: false, isNew: false };
}

async function isStored(trx: Trx, jobId: string, position: number, key: string): Promise<boolean> {
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
