import { isH3 } from '@darkroom/contracts';
import { type MiniMaxClient, MiniMaxError } from '@darkroom/minimax-client';
import { callH3, toH3Outcome } from './h3-call.ts';
import { toImage01Outcome, toImage01Request } from './image-01-call.ts';
import type { ImageProvider } from './image-provider.ts';
import { toFailure } from './provider-failure.ts';

interface Options {
  client: MiniMaxClient;
  /** How `image-01` returns images; H3 streams links. */
  responseFormat: 'url' | 'base64';
}

/**
 * Adapts the MiniMax client to `ImageProvider`: maps Darkroom's requests to MiniMax's, and MiniMax's errors to job
 * errors.
 */
export function createMiniMaxProvider({ client, responseFormat }: Options): ImageProvider {
  return {
    async generate({ request, references }, { recorder, onImage } = {}) {
      if (isH3(request)) return callH3(client.images, { request, references }, { recorder, onImage });
      try {
        const sent = await toImage01Request({ request, references }, responseFormat);
        return toImage01Outcome(await client.generateImage(sent, { recorder }), request.n);
      } catch (error) {
        return toFailure(error);
      }
    },
    async readAnswer(recorded, { family, imagesMax }) {
      try {
        switch (family) {
          case 'image-01':
            return toImage01Outcome(await client.readAnswer(recorded), imagesMax);
          case 'h3':
            return toH3Outcome(await client.images.readAnswer(recorded, imagesMax));
        }
      } catch (error) {
        if (!MiniMaxError.isInstance(error)) throw error;
        return toFailure(error);
      }
    },
  };
}
