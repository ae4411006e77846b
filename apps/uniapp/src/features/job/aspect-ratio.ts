import type { CreateImageInput } from '@darkroom/contracts';

/** The ratio of a request's images as `X:Y`; 1:1 if the request leaves it to the service. */
export function ratioOf(request: CreateImageInput): string {
  if ('width' in request && request.width && request.height) return `${request.width}:${request.height}`;
  if ('size' in request && request.size && request.size !== 'auto') return request.size.replace('x', ':');
  return request.aspect_ratio && request.aspect_ratio !== 'auto' ? request.aspect_ratio : '1:1';
}

/** A rectangle of the ratio, `X:Y`, whose longer side has the given length. */
export function frameSize(ratio: string, longer: number): { width: number; height: number } {
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  const scale = longer / Math.max(across, down);
  return { width: across * scale, height: down * scale };
}
