import { CompletedJob } from '@darkroom/contracts';
import { type Api, PUBLIC_URL } from './running-api.ts';
import { restSurface } from './surfaces.ts';

/** Runs a job to completion on a started API. */
export async function finishJob({ server }: Api, request: object = {}): Promise<CompletedJob> {
  const rest = restSurface(server);
  const { data } = (await rest.create({ model: 'image-01', prompt: 'a lighthouse at dawn', ...request })).json();
  for (;;) {
    const job = (await rest.status({ job_id: data.job_id, wait_seconds: 25 })).json().data;
    if (job.status === 'COMPLETED') return CompletedJob.parse(job);
    if (job.status === 'FAILED') throw new Error(`the job failed: ${job.error_code}`);
  }
}

/** Path and query of a link that the API issued. */
export function pathOf(link: string): string {
  if (!link.startsWith(PUBLIC_URL)) throw new Error(`not ours: ${link}`);
  return link.slice(PUBLIC_URL.length);
}
