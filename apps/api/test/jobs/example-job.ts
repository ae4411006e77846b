import type { StoredAsset } from '../../src/job/stored-image.ts';
import type { JobState, StoredJob } from '../../src/job/stored-job.ts';

/** A job of user 1 with two images requested, in the given state. */
export function jobIn(state: JobState): StoredJob {
  return {
    jobId: '123e4567-e89b-42d3-a456-426614174000',
    userId: '1',
    starId: null,
    request: { model: 'image-01', prompt: 'a lighthouse at dawn', n: 2 },
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    state,
  };
}

export function exampleAsset(key: string): StoredAsset {
  return { key, width: 1024, height: 1024, bytes: 3, contentType: 'image/jpeg', compressed: true, placeholder: null };
}
