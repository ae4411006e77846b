import type { CreateImage, ModelOf } from '@darkroom/contracts';
import type { GeneratedImages, GenerateImageRequest } from '@darkroom/minimax-client';
import type { ProviderOutcome, Reference, ReferenceFile } from './image-provider.ts';
import { noImages } from './provider-failure.ts';

interface Image01Call {
  request: Extract<CreateImage, { model: ModelOf<'image-01'> }>;
  /** At most one. */
  references: Reference[];
}

/** The body of MiniMax's `image_generation`. */
export async function toImage01Request(
  { request, references: [reference] }: Image01Call,
  responseFormat: 'url' | 'base64',
): Promise<GenerateImageRequest> {
  const { subject_reference: _, ...fields } = request;
  const base: GenerateImageRequest = { ...fields, response_format: responseFormat };
  if (!reference) return base;
  const imageFile = 'url' in reference ? reference.url : await toDataUrl(reference);
  return { ...base, subject_reference: [{ type: 'character', image_file: imageFile }] };
}

async function toDataUrl({ read, contentType }: ReferenceFile): Promise<string> {
  const chunks = await Array.fromAsync(read());
  return `data:${contentType};base64,${Buffer.concat(chunks).toString('base64')}`;
}

/** Ignores images beyond `imagesMax`: no more images are downloaded and stored than were requested. */
export function toImage01Outcome(
  { id, traceId, images: received }: GeneratedImages,
  imagesMax: number,
): ProviderOutcome {
  const images = received.slice(0, imagesMax);
  const ids = { traceId: traceId ?? null, responseId: id ?? null };
  if (images.length === 0) return noImages(ids);
  return {
    ...ids,
    kind: 'answered',
    images: images.map((image) => ('url' in image ? image : { bytes: Buffer.from(image.base64, 'base64') })),
  };
}
