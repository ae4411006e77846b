import type { CompletedJob } from '@darkroom/contracts';
import sharp from 'sharp';

/** Downloads and decodes every image of a job by its link; returns what is wrong. */
export async function checkImages(job: CompletedJob): Promise<string[]> {
  const violations: string[] = [];
  for (const asset of job.assets) {
    const violation = (what: string) => violations.push(`${job.request.prompt}: ${what}`);
    const response = await fetch(asset.url);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok) violation(`its image answers ${response.status}`);
    else if (bytes.length !== asset.bytes) violation(`an image of ${bytes.length} bytes instead of ${asset.bytes}`);
    else {
      await sharp(bytes, { failOn: 'warning' })
        .raw()
        .toBuffer()
        .catch((error: unknown) => violation(`an image does not decode: ${error}`));
    }
  }
  if (job.assets.length + job.failed_count !== (job.request.n ?? 1)) {
    violations.push(
      `${job.request.prompt}: ${job.assets.length} images and ${job.failed_count} missing of ${job.request.n}`,
    );
  }
  return violations;
}
