export {
  createMiniMaxClient,
  type MiniMaxClient,
  type MiniMaxClientOptions,
} from './client.ts';
export type { Clock } from './clock.ts';
export { createStartDeadline, type StartDeadline } from './deadline.ts';
export { MiniMaxError, type MiniMaxErrorKind, type Taken } from './errors.ts';
export { AnswerHead, type AnswerRecorder, type RecordedAnswer } from './http/recorded-answer.ts';
export type { GenerateImageOptions } from './image-generation/generate-image.ts';
export type { GeneratedImages } from './image-generation/read-answer.ts';
export type { GenerateImageRequest } from './image-generation/wire.ts';
export type { ImagesUsage } from './images/answer-fields.ts';
export type { ImageFailure, ImagesResult } from './images/answer-state.ts';
export type { ImagesCallOptions } from './images/call-images.ts';
export type { ReceivedImage } from './images/image-places.ts';
export type { ImagesClient, ImagesSettings } from './images/images-client.ts';
export type { EditImagesRequest, GenerateImagesRequest, ImageReference, ImagesModel } from './images/wire.ts';
export type { GeneratedImage } from './recognize-image.ts';
