import type { ImageModel } from '@darkroom/contracts';

/** Unicode code points as the service counts them: after trimming; an emoji may count as several. */
export function countCodePoints(prompt: string): number {
  return [...prompt.trim()].length;
}

/** Longest prompt of a model, with or without references. */
export function promptMax({ prompt }: ImageModel, hasReferences: boolean): number {
  return hasReferences ? prompt.max_with_references : prompt.max;
}

export type PromptProblem = 'empty' | 'too_long';

export function findPromptProblem(prompt: string, max: number): PromptProblem | null {
  const used = countCodePoints(prompt);
  if (used === 0) return 'empty';
  return used > max ? 'too_long' : null;
}

export function acceptsRatio(rule: ImageModel['aspect_ratio'], ratio: string): boolean {
  if (rule.kind === 'listed') return rule.values.includes(ratio);
  if (ratio === 'auto') return true;
  if (!/^[1-9]\d{0,2}:[1-9]\d{0,2}$/.test(ratio)) return false;
  const [across = 1, down = 1] = ratio.split(':').map(Number);
  const [longer, shorter] = [Math.max(across, down), Math.min(across, down)];
  return longer <= rule.part_max && longer <= rule.ratio_max * shorter;
}

/** Whether the fields set the size in pixels, which excludes a ratio and an area. */
export function hasPixels({ width, size }: Record<string, unknown>): boolean {
  return width !== undefined || (size !== undefined && size !== 'auto');
}

/** Fields that set the size in pixels. */
export const PIXEL_FIELDS: readonly string[] = ['width', 'height', 'size'];

/**
 * Whether `disable_prompt_enhanced` contradicts the other values: it needs a shape, and works without references only.
 */
export function contradictsPlainPrompt(values: {
  extras: Record<string, unknown>;
  isSized: boolean;
  aspect_ratio: string | null;
  references: readonly unknown[];
}): boolean {
  if (values.extras.disable_prompt_enhanced !== true) return false;
  const hasShape = values.isSized || (values.aspect_ratio ?? 'auto') !== 'auto';
  return values.references.length > 0 || !hasShape;
}

/** Units of one image: the price of an `image-01` image is 1. */
export function unitsPerImage(
  { cost }: ImageModel,
  area: keyof NonNullable<typeof cost.per_image_by_area> | null,
): number {
  return (area && cost.per_image_by_area?.[area]) ?? cost.per_image;
}
