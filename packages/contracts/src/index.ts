export * from './create-image.ts';
export * from './errors.ts';
export { type ImageFile, parseImageFile } from './image-file.ts';
export * from './image-job.ts';
export type * from './image-service.ts';
export { issuesOf } from './issues.ts';
export * from './limits.ts';
export * from './upload-problems.ts';
