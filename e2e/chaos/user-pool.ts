import { signUserToken } from '@darkroom/test-kit/client/user';
import sharp from 'sharp';
import { checkImages } from './check-images.ts';
import type { Observation, Observations } from './client-observations.ts';
import type { PlannedRequest } from './plan.ts';
import { deadLinksOf } from './provider-scripts.ts';
import { createSimulatedUser } from './simulated-user.ts';

interface Deps {
  url: string;
  ask: typeof fetch;
  observations: Observations;
  /** Ends all requests and waits. */
  signal: AbortSignal;
}

/** All simulated users of a run. */
export interface UserPool {
  /** Starts a planned request; any error is recorded as a violation. */
  send(planned: PlannedRequest, prompt: string): void;
  /** Resolves when every client knows the end of its job, or the deadline has passed. */
  allFinished(): Promise<void>;
  /** Repeats every create under its key and expects the same job, then opens every image. */
  verifyAll(): Promise<void>;
}

export async function createUserPool({ url, ask, observations, signal }: Deps): Promise<UserPool> {
  const photograph = await drawPhotograph();
  const requests: { planned: PlannedRequest; entry: Observation; finished: Promise<void> }[] = [];

  const userOf = ({ userId }: Observation) =>
    createSimulatedUser({
      url,
      ask,
      token: signUserToken({ user_id: userId }),
      observations,
      photograph,
      signal: AbortSignal.any([signal]), // undici adds a listener for each request, and warns of many on one signal
    });

  async function recordViolation({ prompt }: Observation, work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => observations.violations.push(`${prompt}: ${error}`));
  }

  async function visit(planned: PlannedRequest, entry: Observation): Promise<void> {
    const user = userOf(entry);
    if (entry.key !== undefined) await user.repeat(planned, entry);
    const [jobId] = entry.jobIds;
    if (jobId === undefined) return;
    const job = await user.status(entry, jobId);
    observations.violations.push(...(await checkImages(job)));
  }

  return {
    send(planned, prompt) {
      const key = planned.hasKey ? prompt.replaceAll(' ', '-') : undefined;
      const deadLinks = new Set(deadLinksOf(planned.script));
      const entry = observations.open({ prompt, userId: planned.userId, key, deadLinks });
      requests.push({ planned, entry, finished: recordViolation(entry, userOf(entry).run(planned, entry)) });
    },
    async allFinished() {
      await Promise.all(requests.map(({ finished }) => finished));
    },
    async verifyAll() {
      for (const { planned, entry } of requests)
        if (entry.deletion === 'none') await recordViolation(entry, visit(planned, entry));
    },
  };
}

async function drawPhotograph(): Promise<string> {
  const create = { width: 128, height: 128, channels: 3, background: '#a86c4b' } as const;
  const png = await sharp({ create }).png().toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
