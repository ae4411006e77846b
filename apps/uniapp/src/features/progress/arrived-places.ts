import type { CompletedJob, FailedJob, ImageAsset, ImageJob, ProcessingJob } from '@darkroom/contracts';

/** A job with images on the page that follows it: one that runs, was canceled, or was COMPLETED while one was viewed. */
export type PartialJob = ProcessingJob | FailedJob | CompletedJob;

export function hasArrivals(job: ImageJob): job is PartialJob {
  return job.status !== 'PENDING' && (job.assets ?? []).length > 0;
}

/** The images that arrived: of a job that runs each at its index, with null for those still being made. */
export function placesOf(job: PartialJob): (ImageAsset | null)[] {
  if (job.status !== 'PROCESSING') return job.assets ?? [];
  const byIndex = new Map((job.assets ?? []).map((asset) => [asset.index, asset]));
  return Array.from({ length: job.request.n }, (_, index) => byIndex.get(index) ?? null);
}
