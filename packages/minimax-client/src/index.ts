export { createMiniMaxClient, type MiniMaxClient, type MiniMaxClientOptions } from './client.ts';
export type { Clock } from './clock.ts';
export { createStartDeadline, type StartDeadline } from './deadline.ts';
export { MiniMaxError, type MiniMaxErrorKind, type Taken } from './errors.ts';
export type { GenerateImageOptions } from './generate-image.ts';
export type { GeneratedImages } from './read-answer.ts';
export type { GeneratedImage } from './recognize-image.ts';
export { AnswerHead, type AnswerRecorder, type RecordedAnswer } from './recorded-answer.ts';
export type { GenerateImageRequest } from './wire.ts';
