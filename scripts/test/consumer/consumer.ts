// Code as a user of the published packages writes it, compiled strictly against the built declarations.
import { REQUEST_ERRORS } from '@darkroom/contracts/errors';
import type { AppRouter } from '@darkroom/contracts/router';
import type { createMiniMaxClient } from '@darkroom/minimax-client';
import {
  type CompletedJob,
  createImageClient,
  type FailedJob,
  type ImageApiError,
  type ImageAsset,
  type ImageClient,
  type ImageClientSettings,
  type JobFailedError,
  type PendingJob,
  type ProcessingJob,
} from '@darkroom/sdk';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';

type IsAny<T> = 0 extends 1 & T ? true : false;
/** The keys of `T` whose values are `any`. */
type AnyKeys<T> = { [K in keyof T]-?: IsAny<T[K]> extends true ? K : never }[keyof T];
type Procedures = { input: inferRouterInputs<AppRouter>; output: inferRouterOutputs<AppRouter> };
type Given = { [Method in keyof ImageClient]: Parameters<ImageClient[Method]>[0] };
type Options = { [Method in keyof ImageClient]: Parameters<ImageClient[Method]>[1] };
type Answers = { [Method in keyof ImageClient]: Awaited<ReturnType<ImageClient[Method]>> };
type MiniMax = { settings: Parameters<typeof createMiniMaxClient>[0]; client: ReturnType<typeof createMiniMaxClient> };

type None<Leak extends never> = Leak;
/** Compiles only while this type is `never`. */
export type Leaks = None<
  | AnyKeys<Procedures['input']['image'] | Procedures['output']['image']>
  | AnyKeys<Given>
  | AnyKeys<Options>
  | AnyKeys<Answers>
  | AnyKeys<PendingJob>
  | AnyKeys<ProcessingJob>
  | AnyKeys<CompletedJob>
  | AnyKeys<FailedJob>
  | AnyKeys<ImageAsset>
  | AnyKeys<Answers['list']>
  | AnyKeys<Answers['upload']>
  | AnyKeys<ImageApiError>
  | AnyKeys<JobFailedError>
  | AnyKeys<ImageClientSettings>
  | AnyKeys<MiniMax>
>;

const client = createImageClient({ baseUrl: 'http://localhost:8080', token: 'token' });
const job = await client.generate({ model: 'image-01', prompt: '一只橘猫' });
const urls: string[] = job.images;

// @ts-expect-error there is no such model
client.create({ model: 'image-02', prompt: 'x' });

console.log(urls, REQUEST_ERRORS.queue_full.retryable);
