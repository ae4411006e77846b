export type {
  CompletedJob,
  CreateImageInput,
  FailedJob,
  ImageAsset,
  ImageJob,
  ImageJobPage,
  ImageModel,
  ImageModels,
  JobRef,
  ListQueryInput,
  PendingJob,
  ProcessingJob,
  UploadedImage,
} from '@darkroom/contracts';
export { createImageClient, type ImageClientSettings } from './client.ts';
export type { Clock } from './clock.ts';
export { ImageApiError, type ImageApiErrorCode, isImageApiError, isJobFailedError, JobFailedError } from './errors.ts';
export type {
  CallOptions,
  CreateOptions,
  GenerateOptions,
  ImageClient,
  StatusOptions,
  WaitOptions,
} from './image-client.ts';
export type { Fetch, FetchAnswer, FetchInit, Token } from './transport.ts';
export type { UploadAnswer, UploadFile, UploadRequest, UploadSource } from './upload-image.ts';
