import type { ImageJob } from '@darkroom/contracts';
import sharp from 'sharp';

/** Downloads and decodes every image that a job shows by its link; returns what is wrong. */
export async function checkImages(job: ImageJob): Promise<string[]> {
  const violations: string[] = [];
  const assets = 'assets' in job ? (job.assets ?? []) : [];
  for (const asset of assets) {
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
  if (job.status === 'COMPLETED' && assets.length + job.failed_count !== (job.request.n ?? 1)) {
    violations.push(
      `${job.request.prompt}: ${assets.length} images and ${job.failed_count} missing of ${job.request.n}`,
    );
  }
  return violations;
}
