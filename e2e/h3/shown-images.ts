import type { ImageJob } from '@darkroom/contracts';

/** The indexes of the images that a job shows, in the order in which it shows them. */
export function shownIndexes(job: ImageJob): (number | undefined)[] {
  return 'assets' in job ? (job.assets ?? []).map(({ index }) => index) : [];
}

/** Whether a job shows this many images. */
export function shows(count: number): (job: ImageJob) => boolean {
  return (job) => shownIndexes(job).length === count;
}
