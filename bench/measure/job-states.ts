import { GENERATION_PATH } from '@darkroom/contracts/rest';
import type { Simulator } from '@darkroom/minimax-simulator';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser, signUserToken } from '@darkroom/test-kit/client/user';
import { openConnections } from './send-requests.ts';

export const USER = '1';
/** Users of the jobs that wait. */
const WAITING_USERS = 100;
const CONNECTIONS = 16;

/** Every job of the API but the one that is returned by `toCompleted`. */
export interface Deployment {
  url: string;
  simulator: Pick<Simulator, 'script'>;
}

export async function toCompleted({ url }: Deployment): Promise<string> {
  const { sdk } = createUser(url, USER, new AbortController().signal);
  const { job_id } = await sdk.generate(imageRequest('completed'));
  return job_id;
}

/** A job whose call the provider holds. */
export async function toProcessing({ url, simulator }: Deployment): Promise<string> {
  simulator.script({ hold: true });
  const { sdk } = createUser(url, USER, new AbortController().signal);
  const { job_id } = await sdk.create(imageRequest('processing'));
  await followUntil(sdk, job_id, (job) => job.status === 'PROCESSING');
  return job_id;
}

/** A job that is among this many waiting ones of 100 users. The API has to make one call at once. */
export async function toPending(deployment: Deployment, waiting: number): Promise<string> {
  await toProcessing(deployment);
  await createJobs(deployment.url, waiting - 1);
  const { sdk } = createUser(deployment.url, USER, new AbortController().signal);
  const { job_id, status } = await sdk.create(imageRequest('pending'));
  if (status !== 'PENDING') throw new Error(`The job is ${status}`);
  return job_id;
}

async function createJobs(url: string, jobs: number, users = WAITING_USERS): Promise<void> {
  const tokens = Array.from({ length: users }, (_, number) => signUserToken({ user_id: `waiting-${number}` }));
  const connections = openConnections(url, CONNECTIONS);
  const next = (number: number) => ({
    method: 'POST' as const,
    path: GENERATION_PATH,
    headers: { authorization: `Bearer ${tokens[number % users]}`, 'content-type': 'application/json' },
    body: JSON.stringify(imageRequest(`waiting ${number}`)),
  });
  await connections.send(jobs, next, 202);
  await connections.close();
}
