import * as z from 'zod';
import { type AsSent, optionalFields, removeAbsent } from './as-sent.ts';
import { H3Request } from './h3-request.ts';
import { Image01Request } from './image-01-request.ts';
import { IDEMPOTENCY_KEY_MAX_LENGTH, MODELS } from './limits.ts';
import { referencesOf } from './references.ts';
import { isUnreachable } from './unreachable-host.ts';

/**
 * A request as accepted, stored and shown in a job; a union on `model`. It has no reachability check: a stored request
 * must stay readable when the checks for new requests become stricter.
 */
export const AcceptedRequest = z.discriminatedUnion('model', [Image01Request, H3Request]);
export type AcceptedRequest = z.output<typeof AcceptedRequest>;

function checkReachable(request: AcceptedRequest, ctx: z.RefinementCtx): void {
  for (const { path, image_file } of referencesOf(request)) {
    if (!isUnreachable(image_file)) continue;
    const message = '生成服务无法访问该地址（本机或内网地址），请先上传图片，再使用返回的 upload://<id>';
    ctx.addIssue({ code: 'custom', path, message });
  }
}

type Sent<Fields extends { aspect_ratio?: unknown }> = Fields extends unknown
  ? Omit<AsSent<Fields>, 'aspect_ratio'> & { aspect_ratio?: Fields['aspect_ratio'] | '' | null }
  : never;

/** Zero values that mean absent: clients with Go or Java serialisers send them for unset fields. */
const EMPTY: Record<string, unknown> = { aspect_ratio: '', n: 0, width: 0, height: 0 };

/** Whether a value other than null means that this optional field of a request is absent. */
function isEmpty(value: unknown, field: string): boolean {
  if (field === 'subject_reference' || field === 'references') return Array.isArray(value) && value.length === 0;
  return field in EMPTY && value === EMPTY[field];
}

/**
 * Judges a request whose model is missing or unknown: its fields as those of `image-01`, the fields of other models not
 * at all. The union alone would name the model and no other fault.
 */
const UnknownModel = z.strictObject({
  ...Object.fromEntries(Object.keys(H3Request.shape).map((field) => [field, z.unknown().optional()])),
  ...Image01Request.shape,
  model: z.enum(MODELS),
});

interface RequestUnion extends z.ZodType<unknown, { aspect_ratio?: unknown }> {
  options: readonly z.ZodObject[];
}

/** Wraps a union on `model` in the rules for absent values. */
function asSentByModel<Union extends RequestUnion>(union: Union) {
  const options = union.options.map((option) => ({ model: option.shape.model, optional: optionalFields(option) }));
  const unknown = { optional: optionalFields(UnknownModel) };
  return z.preprocess((sent: Sent<z.input<Union>>, ctx) => {
    const option = options.find(({ model }) => model?.safeParse(modelOf(sent)).success) ?? unknown;
    const present = removeAbsent(sent, ctx, option.optional, isEmpty);
    if (option !== unknown || ctx.issues.length > 0) return present;
    for (const issue of UnknownModel.safeParse(present).error?.issues ?? []) ctx.addIssue({ ...issue });
    return present;
  }, union);
}

function modelOf(sent: unknown): unknown {
  return typeof sent === 'object' && sent !== null && 'model' in sent ? sent.model : undefined;
}

/**
 * A request for images: MiniMax's own fields and bounds, by model; models.ts has every bound. Unknown keys are an error,
 * so that a misspelt option is not silently ignored. Null in an optional field, an empty `aspect_ratio` or list of
 * references, and 0 for `n`, `width` or `height` mean absent. A reference URL on a private or local host is an error:
 * the provider could not fetch it.
 *
 * Source: https://platform.minimaxi.com/docs/api-reference/image-generation-i2i
 */
export const CreateImage = asSentByModel(AcceptedRequest.superRefine(checkReachable));
export type CreateImage = z.output<typeof CreateImage>;
/** What a client may send for a `CreateImage`. */
export type CreateImageInput = z.input<typeof CreateImage>;
/** The part of `CreateImageInput` for `image-01` and `image-01-live`. */
export type Image01RequestInput = Sent<z.input<typeof Image01Request>>;
/** The part of `CreateImageInput` for the H3 family. */
export type H3RequestInput = Sent<z.input<typeof H3Request>>;

/**
 * Idempotency key of a request: 1 to 255 visible ASCII characters. It identifies one request of one user for 7 days, on
 * tRPC and REST alike. The same key with a different request is refused with `idempotency_mismatch`.
 */
export const IdempotencyKey = z
  .string()
  .min(1)
  .max(IDEMPOTENCY_KEY_MAX_LENGTH, { abort: true })
  .regex(/^[\x21-\x7e]*$/, '幂等键只能包含可见的 ASCII 字符');

const KEY = { idempotency_key: IdempotencyKey.optional() };

/** Input of the tRPC procedure `image.create`: a `CreateImage` with an optional `idempotency_key`. */
export const CreateImageCall = asSentByModel(
  z
    .discriminatedUnion('model', [Image01Request.safeExtend(KEY), H3Request.safeExtend(KEY)])
    .superRefine(checkReachable),
);
export type CreateImageCall = z.output<typeof CreateImageCall>;
/** What a client may send for a `CreateImageCall`. */
export type CreateImageCallInput = z.input<typeof CreateImageCall>;
