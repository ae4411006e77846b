import * as z from 'zod';
import { type GeneratedImage, recognizeImage } from '../recognize-image.ts';
import { ErrorField, type ReportedError } from './answer-fields.ts';

/** One image of an answer, or the error in its place. */
export interface AnswerEntry {
  image: GeneratedImage | null;
  error: ReportedError | null;
  /** Its number among the requested images, as the answer says; null if it does not. */
  index: number | null;
  /** Pixels, as the answer says; null if it does not. */
  width: number | null;
  height: number | null;
}

const ImageText = z.string().min(1);
/** A link or base64, also as an object with `url`. */
const ImageField = z
  .union([ImageText, z.object({ url: ImageText }).transform(({ url }) => url)])
  .nullish()
  .catch(null);
const Whole = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null);
/** Such as `1024x1024`. */
const Size = z
  .string()
  .transform((text) => /^\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*$/i.exec(text))
  .transform((found) => found && { width: Number(found[1]), height: Number(found[2]) })
  .nullish()
  .catch(null);

const EntryFields = z.object({
  url: ImageField,
  image_url: ImageField,
  b64_json: ImageField,
  image_base64: ImageField,
  image_index: Whole,
  index: Whole,
  size: Size,
  width: Whole,
  height: Whole,
  error: ErrorField,
});

/** Reads an item of a list or the fields of an event. `protocol` completes links without one. */
export function readEntry(json: unknown, protocol: string): AnswerEntry {
  const item = EntryFields.safeParse(typeof json === 'string' ? { url: json } : json).data;
  return {
    image: item ? imageOf(item, protocol) : null,
    error: item?.error ?? null,
    index: item?.image_index ?? item?.index ?? null,
    width: item?.size?.width ?? item?.width ?? null,
    height: item?.size?.height ?? item?.height ?? null,
  };
}

function imageOf(item: z.output<typeof EntryFields>, protocol: string): GeneratedImage | null {
  const base64 = item.b64_json ?? item.image_base64;
  const link = item.url ?? item.image_url;
  const text = base64 ?? link;
  if (!text) return null;
  return recognizeImage(text, protocol) ?? (base64 ? { base64 } : { url: text });
}

const Items = z.array(z.unknown());
const List = Items.nullish().catch(null);
/** A list, an object with a list, or a single image. */
const Data = z
  .union([Items, z.looseObject({ data: List, images: List }).transform((data) => data.data ?? data.images ?? [data])])
  .nullish()
  .catch(null);
const Lists = z.object({ data: Data, images: List }).catch({ data: null, images: null });

/** The list of images of a body or event: OpenAI's `data`, or `images`. Null if it has none. */
export function listOf(json: unknown): unknown[] | null {
  const { data, images } = Lists.parse(json);
  return data ?? images ?? null;
}
