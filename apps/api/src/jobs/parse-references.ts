import { type CreateImage, type ImageFile, type Issue, isH3, parseImageFile, referencesOf } from '@darkroom/contracts';

/**
 * A reference of a request, with its place in the list and the path of its field. A data URL is `base64`: its type is
 * detected when decoded.
 */
export type ParsedReference = { index: number; path: Issue['path'] } & (
  | Exclude<ImageFile, { kind: 'data' }>
  | { kind: 'data'; base64: string }
);

/** Parses the references of an accepted request, in their order. */
export function parseReferences(request: CreateImage): ParsedReference[] {
  return referencesOf(request).map(({ path, image_file }, index) => {
    // `CreateImage` has validated and normalised a data URL: its megabytes are not scanned again.
    if (image_file.startsWith('data:'))
      return { index, path, kind: 'data', base64: image_file.slice(image_file.indexOf(',') + 1) };
    const file = parseImageFile(image_file);
    if (typeof file === 'string') throw new Error('A reference of an accepted request cannot be parsed');
    return { index, path, ...file };
  });
}

/** The request with these references in place of its own; one for each. */
export function withReferences(request: CreateImage, imageFiles: string[]): CreateImage {
  if (isH3(request)) return { ...request, references: imageFiles.map((image_file) => ({ image_file })) };
  return { ...request, subject_reference: imageFiles.map((image_file) => ({ type: 'character', image_file })) };
}
