import type { CompletedJob } from '@darkroom/contracts';
import sharp from 'sharp';

/** Opens every picture of a job by its link, as a phone does, and answers what is wrong with them. */
export async function checkPictures(job: CompletedJob): Promise<string[]> {
  const breaches: string[] = [];
  for (const asset of job.assets) {
    const breach = (what: string) => breaches.push(`${job.request.prompt}: ${what}`);
    const response = await fetch(asset.url);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok) breach(`its picture answers ${response.status}`);
    else if (bytes.length !== asset.bytes) breach(`a picture of ${bytes.length} bytes instead of ${asset.bytes}`);
    else {
      await sharp(bytes, { failOn: 'warning' })
        .raw()
        .toBuffer()
        .catch((error: unknown) => breach(`a picture does not decode: ${error}`));
    }
  }
  if (job.assets.length + job.failed_count !== (job.request.n ?? 1)) {
    breaches.push(
      `${job.request.prompt}: ${job.assets.length} pictures and ${job.failed_count} missing of ${job.request.n}`,
    );
  }
  return breaches;
}
