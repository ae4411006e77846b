import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { peakBytes } from '@darkroom/test-kit/process/memory';
import { megabytes } from '../measure/format.ts';
import { makePhoto, startImageProvider } from '../measure/image-provider.ts';
import { startApi } from '../measure/processes.ts';
import { met } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL_BYTES = 350e6;
const JOBS = 200;
const QUICK_JOBS = 40;
const SIZE = { width: 2_048, height: 1_152 };
const DEFAULT_SLOTS = 4;
const LATENCY_MS = 50;

export const imageMemory: Row = {
  id: 'P6',
  measure: 'peak memory of 200 jobs at once with images 2048x1152',
  against: '',
  goal: 'under 350 MB',
  async run({ quick }) {
    const jobs = quick ? QUICK_JOBS : JOBS;
    const photo = await makePhoto(SIZE.width, SIZE.height);
    const figures: Figure[] = [];
    for (const slots of [DEFAULT_SLOTS, jobs]) {
      const bytes = await peakOf(photo, jobs, slots);
      figures.push({
        what: `${jobs} jobs, ${slots} calls at once`,
        measured: megabytes(bytes),
        verdict: met(bytes < GOAL_BYTES),
        numbers: { bytes },
      });
    }
    return figures;
  },
};

async function peakOf(photo: Buffer, jobs: number, slots: number): Promise<number> {
  const provider = await startImageProvider(photo, LATENCY_MS);
  const api = await startApi({ provider, settings: { GENERATION_CONCURRENCY: slots } });
  try {
    const { sdk } = createUser(api.url, '1', new AbortController().signal);
    await Promise.all(Array.from({ length: jobs }, (_, number) => sdk.generate(imageRequest(`image ${number}`))));
    return peakBytes(api.pid) ?? 0;
  } finally {
    await api.stop();
    await provider.close();
  }
}
