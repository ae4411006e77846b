export {
  createMiniMaxClient,
  type GenerateImageOptions,
  type MiniMaxClient,
  type MiniMaxClientOptions,
} from './client.ts';
export type { Clock } from './clock.ts';
export { MiniMaxError, type MiniMaxErrorKind, type Taken } from './errors.ts';
export type { GeneratedImage, GeneratedImages } from './read-answer.ts';
export type { GenerateImageRequest } from './wire.ts';
