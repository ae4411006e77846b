import { createStartDeadline } from '@darkroom/minimax-client';
import { systemClock } from '../../src/clock.ts';
import { createImageProcessor, type ImageProcessorSettings } from '../../src/images/create-image-processor.ts';
import type { ImageProcessor } from '../../src/images/image-processor.ts';

/** The production defaults, with bounds that no test reaches by accident. */
export function buildImageProcessor(settings: Partial<ImageProcessorSettings> = {}): ImageProcessor {
  return createImageProcessor({
    format: 'jpeg',
    quality: 80,
    maxEdge: 2048,
    aigcPropagator: 'Darkroom',
    downloadTimeoutMs: 10_000,
    downloadMaxBytes: 10_000_000,
    trustedOrigin: 'https://api.minimaxi.com',
    startDeadline: createStartDeadline(),
    clock: systemClock,
    ...settings,
  });
}
