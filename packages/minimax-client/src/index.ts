export { createMiniMaxClient, type MiniMaxClient, type MiniMaxClientOptions } from './client.ts';
export type { Clock } from './clock.ts';
export { createStartDeadline, type StartDeadline } from './deadline.ts';
export { MiniMaxError, type MiniMaxErrorKind, type Taken } from './errors.ts';
export { AnswerHead, type AnswerRecorder, type RecordedAnswer } from './http/recorded-answer.ts';
export type { GenerateImageOptions } from './image-generation/generate-image.ts';
export type { GeneratedImages } from './image-generation/read-answer.ts';
export type { GenerateImageRequest } from './image-generation/wire.ts';
export type { GeneratedImage } from './recognize-image.ts';
