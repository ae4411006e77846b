import type { FailedJob, ImageAsset, ImageJob, ProcessingJob } from '@darkroom/contracts';

/** A job of which images arrived before it was COMPLETED: one that runs, or that was canceled. */
export type PartialJob = ProcessingJob | FailedJob;

export function hasArrivals(job: ImageJob): job is PartialJob {
  return (job.status === 'PROCESSING' || job.status === 'FAILED') && (job.assets ?? []).length > 0;
}

/** The images that arrived: of a job that runs each at its index, with null for those still being made. */
export function placesOf(job: PartialJob): (ImageAsset | null)[] {
  const assets = job.assets ?? [];
  if (job.status === 'FAILED') return assets;
  const byIndex = new Map(assets.map((asset) => [asset.index, asset]));
  return Array.from({ length: job.request.n }, (_, index) => byIndex.get(index) ?? null);
}
