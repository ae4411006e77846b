import * as z from 'zod';
import { type AsSent, asSent, asSentOf } from './as-sent.ts';
import { parseImageFile } from './image-file.ts';
import {
  ASPECT_RATIOS,
  IDEMPOTENCY_KEY_MAX_LENGTH,
  IMAGES_PER_JOB_MAX,
  MODELS,
  PROMPT_MAX_CODE_POINTS,
  SIZE_MAX,
  SIZE_MIN,
  SIZE_STEP,
  STYLE_TYPES,
  SUBJECT_REFERENCES_MAX,
} from './limits.ts';
import { isUnreachable } from './unreachable-host.ts';

const Prompt = z
  .string()
  .transform((text) => text.trim())
  .superRefine((text, ctx) => {
    const problem = promptProblem(text);
    if (problem) ctx.addIssue({ code: 'custom', message: problem });
  });

function promptProblem(text: string): string | undefined {
  if (text === '') return '提示词不能为空';
  // A code point has at most two UTF-16 units: reject a prompt of megabytes by its length, without scanning it.
  if (text.length > 2 * PROMPT_MAX_CODE_POINTS) return `提示词不能超过 ${PROMPT_MAX_CODE_POINTS} 个字符`;
  if (text.includes('\u0000')) return '提示词包含无效字符（U+0000）';
  if (!text.isWellFormed()) return '提示词包含无效字符（不完整的 Unicode）';
  let codePoints = 0;
  for (const _ of text) codePoints++;
  return codePoints > PROMPT_MAX_CODE_POINTS ? `提示词不能超过 ${PROMPT_MAX_CODE_POINTS} 个字符` : undefined;
}

const Side = z.int().min(SIZE_MIN).max(SIZE_MAX).multipleOf(SIZE_STEP);

/** Normalises data URLs to one spelling: the same bytes must make the same request for the idempotency comparison. */
const ImageFileText = z.string().transform((text, ctx) => {
  const file = parseImageFile(text);
  if (typeof file !== 'string') return file.kind === 'data' ? `data:${file.contentType};base64,${file.base64}` : text;
  ctx.addIssue({ code: 'custom', message: file });
  return z.NEVER;
});

const SubjectReference = asSent(z.strictObject({ type: z.literal('character'), image_file: ImageFileText }));

const Style = asSent(
  z.strictObject({ style_type: z.enum(STYLE_TYPES), style_weight: z.number().gt(0).lte(1).optional() }),
);

const OrderFields = z.strictObject({
  model: z.enum(MODELS),
  prompt: Prompt,
  /** MiniMax's default is 1:1 (1024 x 1024). Not together with `width` and `height`; 21:9 only for `image-01`. */
  aspect_ratio: z.enum(ASPECT_RATIOS).optional(),
  /** Pixels. Only together with `height`, and only for `image-01`. */
  width: Side.optional(),
  height: Side.optional(),
  subject_reference: z.array(SubjectReference).max(SUBJECT_REFERENCES_MAX).optional(), // checks length before items
  /** Number of images. */
  n: z.int().min(1).max(IMAGES_PER_JOB_MAX).default(1),
  seed: z.int().optional(),
  /** Lets MiniMax rewrite the prompt; MiniMax's default is false. */
  prompt_optimizer: z.boolean().optional(),
  /** Asks MiniMax for a visible AI label; MiniMax's default is false. */
  aigc_watermark: z.boolean().optional(),
  /** Only for `image-01-live`. */
  style: Style.optional(),
});

type Fields = Omit<z.output<typeof OrderFields>, 'prompt'>;

/** The rules across fields. `path` is the field that a user would change. */
function crossFieldProblems(input: Fields): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const { width, height } = input;
  if ((width === undefined) !== (height === undefined)) {
    problems.push({ path: width === undefined ? 'width' : 'height', message: '宽度和高度必须同时提供' });
  }
  if (width !== undefined && input.aspect_ratio !== undefined) {
    problems.push({ path: 'aspect_ratio', message: '画面比例和宽高只能选择其一' });
  }
  if (input.model === 'image-01-live') {
    if (width !== undefined) problems.push({ path: 'width', message: 'image-01-live 不支持自定义宽高' });
    if (input.aspect_ratio === '21:9') problems.push({ path: 'aspect_ratio', message: 'image-01-live 不支持 21:9' });
  } else if (input.style !== undefined) {
    problems.push({ path: 'style', message: '画风仅支持 image-01-live' });
  }
  return problems;
}

function checkCrossFields(input: Fields, ctx: z.RefinementCtx): void {
  for (const { path, message } of crossFieldProblems(input)) ctx.addIssue({ code: 'custom', path: [path], message });
}

/**
 * A request as accepted, stored and shown in a job. It has no reachability check: a stored request must stay readable
 * when the checks for new requests become stricter.
 */
export const AcceptedOrder = OrderFields.superRefine(checkCrossFields);
export type AcceptedOrder = z.output<typeof AcceptedOrder>;

function checkReachable({ subject_reference }: Fields, ctx: z.RefinementCtx): void {
  const file = subject_reference?.[0]?.image_file;
  if (file === undefined || !isUnreachable(file)) return;
  ctx.addIssue({
    code: 'custom',
    path: ['subject_reference', 0, 'image_file'],
    message: '生成服务无法访问该地址（本机或内网地址），请先上传图片，再使用返回的 upload://<id>',
  });
}

type Sent<Fields extends { aspect_ratio?: unknown }> = Omit<AsSent<Fields>, 'aspect_ratio'> & {
  aspect_ratio?: Fields['aspect_ratio'] | '' | null;
};

/** Zero values that mean absent: clients with Go or Java serialisers send them for unset fields. */
const EMPTY: Record<string, unknown> = { aspect_ratio: '', n: 0, width: 0, height: 0 };

/** Whether a value other than null means that this optional field of a request is absent. */
function isEmpty(value: unknown, field: string): boolean {
  if (field === 'subject_reference') return Array.isArray(value) && value.length === 0;
  return field in EMPTY && value === EMPTY[field];
}

/**
 * A request for images: MiniMax's own fields and bounds. `width` and `height` are in pixels; limits.ts has every bound.
 * Unknown keys are an error, so that a misspelt option is not silently ignored. Null in an optional field, an empty
 * `aspect_ratio` or `subject_reference`, and 0 for `n`, `width` or `height` mean absent. A reference URL on a private
 * or local host is an error: the provider could not fetch it.
 *
 * Source: https://platform.minimaxi.com/docs/api-reference/image-generation-i2i
 */
export const CreateImage = asSentOf<Sent<z.input<typeof OrderFields>>, typeof AcceptedOrder>(
  AcceptedOrder.superRefine(checkReachable),
  isEmpty,
);
export type CreateImage = z.output<typeof CreateImage>;
/** What a client may send for a `CreateImage`. */
export type CreateImageInput = z.input<typeof CreateImage>;

/**
 * Idempotency key of a request: 1 to 255 visible ASCII characters. It identifies one request of one user for 7 days, on
 * tRPC and REST alike. The same key with a different request is refused with `idempotency_mismatch`.
 */
export const IdempotencyKey = z
  .string()
  .min(1)
  .max(IDEMPOTENCY_KEY_MAX_LENGTH, { abort: true })
  .regex(/^[\x21-\x7e]*$/, '幂等键只能包含可见的 ASCII 字符');

const CallFields = OrderFields.extend({ idempotency_key: IdempotencyKey.optional() });

/** Input of the tRPC procedure `image.create`: a `CreateImage` with an optional `idempotency_key`. */
export const CreateImageCall = asSentOf<Sent<z.input<typeof CallFields>>, typeof CallFields>(
  CallFields.superRefine(checkCrossFields).superRefine(checkReachable),
  isEmpty,
);
export type CreateImageCall = z.output<typeof CreateImageCall>;
/** What a client may send for a `CreateImageCall`. */
export type CreateImageCallInput = z.input<typeof CreateImageCall>;
