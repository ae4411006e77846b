// What somebody who installs the published packages writes; compiled strictly against the built declarations.
import type { ImageJob } from '@darkroom/contracts';
import { REQUEST_ERRORS } from '@darkroom/contracts/errors';
import type { AppRouter } from '@darkroom/contracts/router';
import type { createMiniMaxClient } from '@darkroom/minimax-client';
import { createImageClient, type ImageClient } from '@darkroom/sdk';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';

type IsAny<T> = 0 extends 1 & T ? true : false;
type Answer<Method extends keyof ImageClient> = Awaited<ReturnType<ImageClient[Method]>>;

const anyLeaks: [
  IsAny<ImageJob>,
  IsAny<inferRouterInputs<AppRouter>['image']['create']>,
  IsAny<inferRouterOutputs<AppRouter>['image']['status']>,
  IsAny<Parameters<ImageClient['create']>[0]>,
  IsAny<Answer<'create'>>,
  IsAny<Answer<'generate'>['images'][number]>,
  IsAny<Answer<'upload'>>,
  IsAny<Parameters<typeof createImageClient>[0]>,
  IsAny<Parameters<typeof createMiniMaxClient>[0]>,
  IsAny<ReturnType<typeof createMiniMaxClient>>,
] = [false, false, false, false, false, false, false, false, false, false];

const client = createImageClient({ baseUrl: 'http://localhost:8080', token: 'token' });
const job = await client.generate({ model: 'image-01', prompt: '一只橘猫' });
const urls: string[] = job.images;

// @ts-expect-error there is no such model
client.create({ model: 'image-02', prompt: 'x' });

console.log(anyLeaks, urls, REQUEST_ERRORS.queue_full.retryable);
