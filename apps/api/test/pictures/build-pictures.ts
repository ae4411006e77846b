import { createStartDeadline } from '@darkroom/minimax-client';
import { createPictures, type PicturesSettings } from '../../src/pictures/create-pictures.ts';
import type { Pictures } from '../../src/pictures/pictures.ts';

/** The product's defaults, with bounds that no test reaches by accident. */
export function buildPictures(settings: Partial<PicturesSettings> = {}): Pictures {
  return createPictures({
    format: 'jpeg',
    quality: 80,
    maxEdge: 2048,
    aigcPropagator: 'Darkroom',
    downloadTimeoutMs: 10_000,
    downloadMaxBytes: 10_000_000,
    trustedOrigin: 'https://api.minimaxi.com',
    startDeadline: createStartDeadline(),
    ...settings,
  });
}
