import * as z from 'zod';
import { asSent } from './as-sent.ts';
import { ASPECT_RATIOS, STYLE_TYPES } from './limits.ts';
import { MODEL_CAPABILITIES, modelsOf } from './models.ts';
import { type FieldProblem, ImageFileText, promptOf, refineBy } from './request-fields.ts';

const LIMITS = MODEL_CAPABILITIES['image-01'];
const { min: SIDE_MIN, max: SIDE_MAX, multiple_of: SIDE_STEP } = LIMITS.size;

const Side = z.int().min(SIDE_MIN).max(SIDE_MAX).multipleOf(SIDE_STEP);

const SubjectReference = asSent(z.strictObject({ type: z.literal(LIMITS.references.kind), image_file: ImageFileText }));

const Style = asSent(
  z.strictObject({ style_type: z.enum(STYLE_TYPES), style_weight: z.number().gt(0).lte(1).optional() }),
);

const Fields = z.strictObject({
  model: z.enum(modelsOf('image-01')),
  prompt: promptOf(LIMITS.prompt.max),
  /** MiniMax's default is 1:1 (1024 x 1024). Not together with `width` and `height`; 21:9 only for `image-01`. */
  aspect_ratio: z.enum(ASPECT_RATIOS).optional(),
  /** Pixels. Only together with `height`, and only for `image-01`. */
  width: Side.optional(),
  height: Side.optional(),
  subject_reference: z.array(SubjectReference).max(LIMITS.references.max).optional(), // checks length before items
  /** Number of images. */
  n: z.int().min(LIMITS.n.min).max(LIMITS.n.max).default(LIMITS.n.default),
  seed: z.int().optional(),
  /** Lets MiniMax rewrite the prompt; MiniMax's default is false. */
  prompt_optimizer: z.boolean().optional(),
  /** Asks MiniMax for a visible AI label; MiniMax's default is false. */
  aigc_watermark: z.boolean().optional(),
  /** Only for `image-01-live`. */
  style: Style.optional(),
});

function findProblems(request: Omit<z.output<typeof Fields>, 'prompt'>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { model, width, height, aspect_ratio } = request;
  const { size, aspect_ratio: ratios, fields } = MODEL_CAPABILITIES[model];
  if ((width === undefined) !== (height === undefined)) {
    problems.push({ path: width === undefined ? 'width' : 'height', message: '宽度和高度必须同时提供' });
  }
  if (width !== undefined && aspect_ratio !== undefined) {
    problems.push({ path: 'aspect_ratio', message: '画面比例和宽高只能选择其一' });
  }
  if (width !== undefined && size === null) problems.push({ path: 'width', message: `${model} 不支持自定义宽高` });
  if (aspect_ratio !== undefined && !ratios.values.some((ratio) => ratio === aspect_ratio)) {
    problems.push({ path: 'aspect_ratio', message: `${model} 不支持 ${aspect_ratio}` });
  }
  if (request.style !== undefined && !fields.some((field) => field === 'style')) {
    problems.push({ path: 'style', message: '画风仅支持 image-01-live' });
  }
  return problems;
}

/** A request for `image-01` or `image-01-live`, as accepted. */
export const Image01Request = Fields.superRefine(refineBy(findProblems));
export type Image01Request = z.output<typeof Image01Request>;
