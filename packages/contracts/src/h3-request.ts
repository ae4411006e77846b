import * as z from 'zod';
import { asSent } from './as-sent.ts';
import { MODEL_CAPABILITIES, modelsOf } from './models.ts';
import { countCodePoints, type FieldProblem, ImageFileText, promptOf, refineBy } from './request-fields.ts';

const LIMITS = MODEL_CAPABILITIES['MiniMax-H3-Image']; // the same for all models of the family
const { size: SIZE, aspect_ratio: RATIO } = LIMITS;

const Size = z
  .string()
  .regex(/^(?:auto|[1-9]\d{0,4}x[1-9]\d{0,4})$/, { error: '尺寸只能是 auto 或“宽x高”，例如 2720x1536', abort: true })
  .superRefine((text, ctx) => {
    const sides = parsePair(text, 'x');
    if (!sides) return;
    const area = sides[0] * sides[1];
    if (area < SIZE.area_min) ctx.addIssue(`尺寸过小：总像素不能小于 ${SIZE.area_min}`);
    if (area > SIZE.area_max) ctx.addIssue(`尺寸过大：总像素不能大于 ${SIZE.area_max}`);
    if (isTooLong(sides, SIZE.ratio_max)) ctx.addIssue(ratioMessage('尺寸', SIZE.ratio_max));
  });

const AspectRatio = z
  .string()
  .regex(/^(?:auto|[1-9]\d{0,2}:[1-9]\d{0,2})$/, { error: '画面比例只能是 auto 或“宽:高”，例如 16:9', abort: true })
  .superRefine((text, ctx) => {
    const parts = parsePair(text, ':');
    if (!parts) return;
    if (Math.max(...parts) > RATIO.part_max) ctx.addIssue(`画面比例的数字不能大于 ${RATIO.part_max}`);
    if (isTooLong(parts, RATIO.ratio_max)) ctx.addIssue(ratioMessage('画面比例', RATIO.ratio_max));
  });

/** The two numbers of `2720x1536` or `16:9`; undefined for `auto`. */
function parsePair(text: string, separator: 'x' | ':'): [number, number] | undefined {
  const [first, second] = text.split(separator);
  return second === undefined ? undefined : [Number(first), Number(second)];
}

function isTooLong([across, down]: [number, number], ratioMax: number): boolean {
  return across > ratioMax * down || down > ratioMax * across;
}

function ratioMessage(what: string, ratioMax: number): string {
  return `${what}必须在 1:${ratioMax} 到 ${ratioMax}:1 之间`;
}

const Reference = asSent(z.strictObject({ image_file: ImageFileText }));

const Fields = z.strictObject({
  model: z.enum(modelsOf('h3')),
  prompt: promptOf(LIMITS.prompt.max),
  /** `auto`, or `WIDTHxHEIGHT` in pixels without `aspect_ratio` and `area`. */
  size: Size.optional(),
  /** `auto` (MiniMax decides, its default) or `X:Y` in whole numbers. */
  aspect_ratio: AspectRatio.optional(),
  /** Size class. Set to the default unless `size` has pixels. */
  area: z.enum(LIMITS.area.values).optional(),
  /** Images that the prompt speaks of as image 1, image 2 and so on. */
  references: z.array(Reference).max(LIMITS.references.max).optional(), // checks length before items
  /** Number of images. */
  n: z.int().min(LIMITS.n.min).max(LIMITS.n.max).default(LIMITS.n.default),
  /** True: MiniMax uses the prompt as written. Needs a shape, and works without references only. */
  disable_prompt_enhanced: z.boolean().optional(),
});

type H3Fields = z.output<typeof Fields>;

function findProblems({ prompt, size, aspect_ratio, area, references = [], disable_prompt_enhanced }: H3Fields) {
  const problems: FieldProblem[] = [];
  const max = LIMITS.prompt.max_with_references;
  if (references.length > 0 && countCodePoints(prompt) > max) {
    problems.push({ path: 'prompt', message: `带参考图时提示词不能超过 ${max} 个字符` });
  }
  if (hasPixels(size)) {
    const message = '已用 size 指定宽高，不能再指定';
    if (aspect_ratio !== undefined) problems.push({ path: 'aspect_ratio', message: `${message}画面比例` });
    if (area !== undefined) problems.push({ path: 'area', message: `${message}分辨率档位` });
  }
  if (disable_prompt_enhanced === true) {
    const path = 'disable_prompt_enhanced';
    if (references.length > 0) problems.push({ path, message: '带参考图时不能关闭提示词增强' });
    else if (!hasPixels(size) && (aspect_ratio ?? 'auto') === 'auto') {
      problems.push({ path, message: '关闭提示词增强时，必须指定 size（宽x高）或 aspect_ratio（宽:高）' });
    }
  }
  return problems;
}

function hasPixels(size: string | undefined): boolean {
  return size !== undefined && size !== 'auto';
}

/** MiniMax's own default is its largest and dearest area, so the area is always written out. */
function setArea(request: H3Fields): H3Fields {
  return hasPixels(request.size) || request.area !== undefined ? request : { ...request, area: LIMITS.area.default };
}

/** A request for a model of the H3 family, as accepted. */
export const H3Request = Fields.superRefine(refineBy(findProblems)).overwrite(setArea);
export type H3Request = z.output<typeof H3Request>;
