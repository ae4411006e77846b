import type { Kysely } from 'kysely';
import { wantsCanceledImages } from './canceled-images.ts';
import { imageKeys } from './delete-rows.ts';
import { toImage } from './job-row.ts';
import type { Tables } from './schema.ts';

/**
 * Those of the keys that no row names or will name. Files of a job that still runs, or whose images are still being
 * stored, are never among them.
 */
export async function unknownKeys(from: Kysely<Tables>, keys: readonly string[]): Promise<string[]> {
  const { running, named } = await classifyKeys(from, keys);
  return keys.filter((key) => !named.has(key) && !running.has(key));
}

/** Which of the keys belong to jobs that still run or store images, and which are named by a row. */
export async function classifyKeys(
  from: Kysely<Tables>,
  keys: readonly string[],
): Promise<{ running: Set<string>; named: Set<string> }> {
  if (keys.length === 0) return { running: new Set(), named: new Set() };
  const jobIds = keys.map(jobIdOfKey);
  // Read running jobs first: files of a job that ends after this count as running, and a job that ended before has all
  // its rows, also those of images that were stored after a cancel.
  const running = await from
    .selectFrom('jobs')
    .select('job_id')
    .where('job_id', 'in', jobIds)
    .where((builder) => builder.or([builder('completed_at', 'is', null), wantsCanceledImages(builder)]))
    .execute();
  const runningIds = new Set(running.map((row) => row.job_id));
  const uploads = await from.selectFrom('uploads').select('key').where('key', 'in', keys).execute();
  const named = new Set(uploads.map((row) => row.key));
  const images = await from.selectFrom('pictures').selectAll().where('job_id', 'in', jobIds).execute();
  for (const key of images.map(toImage).flatMap(imageKeys)) named.add(key);
  return { running: new Set(keys.filter((key) => runningIds.has(jobIdOfKey(key)))), named };
}

/** A result's key begins with its job's id, which has the fixed length of a UUID. */
export function jobIdOfKey(key: string): string {
  return key.slice(0, 36);
}
