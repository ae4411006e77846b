import { createImageClient } from '@darkroom/sdk';
import { JWT_SECRET } from '@darkroom/test-kit/api/api-environment';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { signUserToken } from '@darkroom/test-kit/client/user';
import { cpuSecondsOfAllThreads } from '../measure/cpu-time.ts';
import { milliseconds, ratio } from '../measure/format.ts';
import { type ImageProvider, makePhoto, startImageProvider } from '../measure/image-provider.ts';
import { followOnPeer } from '../measure/peer.ts';
import { startApi } from '../measure/processes.ts';
import { percentile } from '../measure/statistics.ts';
import { met, notRun } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL_OF_PEER = 0.25;
const GOAL_REQUESTS = 4;
const GOAL_SEEN_SECONDS = 0.1;
const SIZES = [
  { width: 64, height: 64 },
  { width: 2_048, height: 1_152 },
];
const LATENCY_MS = 24_000;
const QUICK_LATENCY_MS = 3_000;
const JOBS = 40;
const QUICK_JOBS = 10;
/** Users do not come in the same millisecond. */
const ARRIVE_WITHIN_MS = 5_000;
/** Jobs before anything is measured, without a wait. */
const WARM_UP = 20;

export const followedJob: Row = {
  id: 'P1',
  measure: 'server CPU and requests of one job followed by the sdk from create to seen, provider 24 s',
  against: 'the original design in Go, polled every second',
  goal: 'at most 1/4 of the CPU, at most 4 requests, seen within 100 ms (p99)',
  async run({ quick, log }) {
    const figures: Figure[] = [];
    const jobs = quick ? QUICK_JOBS : JOBS;
    const latencyMs = quick ? QUICK_LATENCY_MS : LATENCY_MS;
    for (const { width, height } of SIZES) {
      const provider = await startImageProvider(await makePhoto(width, height));
      try {
        const ours = await follow(provider, jobs, latencyMs);
        const cpu = `${milliseconds(ours.cpuSeconds)} of CPU a job, ${jobs} at once`;
        log(`${width} px: ${cpu}`);
        const of = `${width} px`;
        const peer = await followOnPeer(provider, { jobs, latencyMs, warmUp: WARM_UP, secret: JWT_SECRET });
        figures.push({
          what: `CPU, ${of}`,
          measured: peer === null ? cpu : `${cpu}, ${ratio(ours.cpuSeconds / peer)} of Go with ${milliseconds(peer)}`,
          verdict: peer === null ? notRun('PEER_GO names no server') : met(ours.cpuSeconds <= GOAL_OF_PEER * peer),
          numbers: { cpuSeconds: ours.cpuSeconds, ...(peer !== null && { peerSeconds: peer }) },
        });
        const most = Math.max(...ours.requests);
        figures.push({
          what: `requests, ${of}`,
          measured: `median ${percentile(ours.requests, 50)}, at most ${most}`,
          verdict: met(most <= GOAL_REQUESTS),
          numbers: { requests: ours.requests },
        });
        const p99 = percentile(ours.seenSeconds, 99);
        figures.push({
          what: `seen after the end of the job, ${of}`,
          measured: `p50 ${milliseconds(percentile(ours.seenSeconds, 50))}, p99 ${milliseconds(p99)}`,
          verdict: met(p99 <= GOAL_SEEN_SECONDS),
          numbers: { seenSeconds: ours.seenSeconds },
        });
      } finally {
        await provider.close();
      }
    }
    return figures;
  },
};

interface Followed {
  /** Of the server, for one job. With the little that it uses while it waits. */
  cpuSeconds: number;
  /** Of each job. */
  requests: number[];
  /** From the end of each job until its client has the answer. */
  seenSeconds: number[];
}

async function follow(provider: ImageProvider, jobs: number, latencyMs: number): Promise<Followed> {
  const api = await startApi({ provider, settings: { GENERATION_CONCURRENCY: jobs } });
  try {
    provider.setLatency(0);
    await Promise.all(Array.from({ length: WARM_UP }, (_, number) => followOne(api.url, number)));
    provider.setLatency(latencyMs);
    const before = cpuSecondsOfAllThreads(api.pid);
    const followed = await Promise.all(
      Array.from({ length: jobs }, async (_, number) => {
        await new Promise((resolve) => setTimeout(resolve, (number / jobs) * ARRIVE_WITHIN_MS));
        return followOne(api.url, number);
      }),
    );
    return {
      cpuSeconds: (cpuSecondsOfAllThreads(api.pid) - before) / jobs,
      requests: followed.map(({ requests }) => requests),
      seenSeconds: followed.map(({ seenSeconds }) => seenSeconds),
    };
  } finally {
    await api.stop();
  }
}

async function followOne(url: string, number: number): Promise<{ requests: number; seenSeconds: number }> {
  let requests = 0;
  const { generate } = createImageClient({
    baseUrl: url,
    token: signUserToken({ user_id: `user-${number}` }),
    fetch(address, init) {
      requests += 1;
      return fetch(address, init);
    },
  });
  const job = await generate(imageRequest(`image ${number}`));
  return { requests, seenSeconds: (Date.now() - Date.parse(job.completed_at)) / 1_000 };
}
