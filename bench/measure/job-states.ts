import { GENERATION_PATH } from '@darkroom/contracts/rest';
import type { Simulator } from '@darkroom/minimax-simulator';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser, signUserToken } from '@darkroom/test-kit/client/user';
import type { OwnedJob } from './hold-polls.ts';
import { openConnections, type Request } from './send-requests.ts';

export const USER = '1';
/** Users of the jobs that wait. */
const WAITING_USERS = 100;
const CONNECTIONS = 16;

/** An API whose provider is a simulator in this process. */
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

async function createJobs(url: string, jobs: number): Promise<void> {
  const users = usersOf(WAITING_USERS);
  const connections = openConnections(url, CONNECTIONS);
  await connections.send(jobs, (number) => createRequest(users, number), 202);
  await connections.close();
}

/** Tokens of this many users. */
export function usersOf(users: number): string[] {
  return Array.from({ length: users }, (_, number) => signUserToken({ user_id: `user-${number}` }));
}

/** A create over REST by one of the users after the other. */
export function createRequest(tokens: readonly string[], number: number): Request {
  return {
    method: 'POST',
    path: GENERATION_PATH,
    headers: {
      authorization: `Bearer ${tokens[number % tokens.length]}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(imageRequest(`image ${number}`)),
  };
}

/** Creates a job for each of the users. */
export async function createOwnedJobs(url: string, tokens: readonly string[]): Promise<OwnedJob[]> {
  const jobs: OwnedJob[] = [];
  let next = 0;
  const create = async () => {
    for (let number = next++; number < tokens.length; number = next++) {
      const { path, body = null, ...request } = createRequest(tokens, number);
      const answer = await fetch(url + path, { ...request, body });
      const jobId = /"job_id":"([\w-]+)"/.exec(await answer.text())?.[1];
      if (jobId === undefined) throw new Error(`A create was answered with ${answer.status}`);
      jobs.push({ jobId, token: tokens[number] ?? '' });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, create));
  return jobs;
}
