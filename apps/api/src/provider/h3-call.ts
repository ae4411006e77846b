import type { CreateImage, ModelOf } from '@darkroom/contracts';
import {
  type ImageReference,
  type ImagesClient,
  type ImagesResult,
  MiniMaxError,
  type ReceivedImage,
} from '@darkroom/minimax-client';
import type { GenerateOptions, ProviderImage, ProviderOutcome, Reference } from './image-provider.ts';
import { describeFailure, noImages, toFailure } from './provider-failure.ts';

interface H3Call {
  request: Extract<CreateImage, { model: ModelOf<'h3'> }>;
  references: Reference[];
}

/** Makes one streamed call: an edit if there are references. Rejects only with what `onImage` rejected with. */
export async function callH3(
  client: ImagesClient,
  { request, references }: H3Call,
  { recorder, onImage }: GenerateOptions,
): Promise<ProviderOutcome> {
  const { references: _, disable_prompt_enhanced, ...fields } = request;
  const base = { ...fields, output_format: 'jpeg', stream: true, response_format: 'url' } as const;
  const options = {
    recorder,
    onImage: onImage && ((image: ReceivedImage) => onImage(toProviderImage(image))),
  };
  try {
    const result =
      references.length > 0
        ? await client.edit({ ...base, images: references.map(toImageReference) }, options)
        : await client.generate({ ...base, disable_prompt_enhanced }, options);
    return toH3Outcome(result);
  } catch (error) {
    if (!MiniMaxError.isInstance(error)) throw error;
    return toFailure(error);
  }
}

/** A call that delivered an image is answered, whatever became of the others. */
export function toH3Outcome({ images, failures, requestId, traceId, error }: ImagesResult): ProviderOutcome {
  const ids = { traceId, responseId: requestId };
  const cause = error ?? failures[0]?.error;
  if (images.length === 0) return cause ? toFailure(cause) : noImages(ids);
  return {
    ...ids,
    kind: 'answered',
    images: images.map(toProviderImage),
    ...(cause && { failure: describeFailure(cause) }),
  };
}

function toProviderImage({ index, ...image }: ReceivedImage): ProviderImage {
  return 'url' in image ? { index, url: image.url } : { index, bytes: Buffer.from(image.base64, 'base64') };
}

function toImageReference(reference: Reference): ImageReference {
  if ('url' in reference) return reference.url;
  return { mediaType: reference.contentType, size: reference.bytes, bytes: reference.read };
}
