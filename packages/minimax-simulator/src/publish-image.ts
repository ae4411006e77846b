import { randomUUID } from 'node:crypto';
import type { Drawing } from './drawing.ts';
import type { ImageFaults } from './image-faults.ts';
import type { ImageFormat, ImageLinks } from './image-links.ts';
import type { ImageStore } from './image-store.ts';
import type { ScriptedImageFault } from './shared-fault.ts';

interface PublishDeps {
  store: ImageStore;
  links: ImageLinks;
  imageFaults: ImageFaults;
  /** Origin of the links. A function, since it is known only after the server listens. */
  origin: () => string;
}

/** Stores an image, drawn or still to be drawn, with its scripted fault. Resolves with its link. */
export type PublishImage = (
  image: Buffer | Drawing,
  format: ImageFormat,
  fault: ScriptedImageFault | undefined,
) => Promise<string>;

export function createPublishImage({ store, links, imageFaults, origin }: PublishDeps): PublishImage {
  return async (image, format, fault) => {
    const imageId = randomUUID();
    await store.put(imageId, image);
    if (fault) imageFaults.add(imageId, fault);
    return origin() + links.create(imageId, format);
  };
}
