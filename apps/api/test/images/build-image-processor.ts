import { createStartDeadline } from '@darkroom/minimax-client';
import { systemClock } from '../../src/clock.ts';
import { createImageProcessor, type ImageProcessorSettings } from '../../src/images/create-image-processor.ts';
import type { ImageProcessor } from '../../src/images/image-processor.ts';

export type ImageProcessorOptions = Partial<Omit<ImageProcessorSettings, 'maxEdge'>> & { maxEdge?: number };

/** The production defaults, with bounds that no test reaches by accident. */
export function buildImageProcessor({ maxEdge = 2048, ...settings }: ImageProcessorOptions = {}): ImageProcessor {
  return createImageProcessor({
    format: 'jpeg',
    quality: 80,
    maxEdge: { 'image-01': maxEdge, h3: 8_192 },
    aigcPropagator: 'Darkroom',
    downloadTimeoutMs: 10_000,
    downloadMaxBytes: 10_000_000,
    trustedOrigin: 'https://api.minimaxi.com',
    startDeadline: createStartDeadline(),
    clock: systemClock,
    ...settings,
  });
}
