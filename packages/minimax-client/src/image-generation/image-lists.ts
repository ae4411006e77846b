import * as z from 'zod';
import { type GeneratedImage, recognizeImage } from '../recognize-image.ts';

const ImageText = z.string().min(1);
const MaybeText = ImageText.optional().catch(undefined);

/** One image in OpenAI's format. Base64 is preferred to a link, since it needs no download. */
const ImageObject = z
  .object({ b64_json: MaybeText, image_base64: MaybeText, url: MaybeText, image_url: MaybeText })
  .transform((image) =>
    [image.b64_json, image.image_base64, image.url, image.image_url].filter((text) => text !== undefined),
  );

/**
 * The texts of one item that may be its image, best first. An item that is neither text nor such an object has none.
 */
const ImageItem = z.union([ImageText.transform((text) => [text]), ImageObject]).catch([]);

/**
 * A list of images, or a single item in place of the list. A single item counts only if `recognizeImage` recognises it.
 */
const ImageList = z
  .union([
    z.array(ImageItem).transform((items) => ({ items, isList: true })),
    ImageItem.transform((item) => ({ items: [item], isList: false })),
  ])
  .catch({ items: [], isList: false });
type ImageList = z.output<typeof ImageList>;

/** MiniMax has `image_urls` and `image_base64`. Relays also use `images`, or a list in place of `data`. */
const ImageLists = z.object({ image_urls: ImageList, image_base64: ImageList, images: ImageList });
type ImageLists = z.output<typeof ImageLists>;

const NO_LIST: ImageList = { items: [], isList: false };
const NO_LISTS: ImageLists = { image_urls: NO_LIST, image_base64: NO_LIST, images: NO_LIST };

/** All places of a response that may have images: `data` and the top level. A malformed one counts as empty. */
export const AnsweredImages = z
  .object({
    ...ImageLists.shape,
    data: z.union([ImageLists, ImageList.transform((images) => ({ ...NO_LISTS, images }))]).catch(NO_LISTS),
  })
  .catch({ ...NO_LISTS, data: NO_LISTS });
export type AnsweredImages = z.output<typeof AnsweredImages>;

/** Reads a text that `recognizeImage` does not recognise, by the list it is in. */
type Guess = (text: string) => GeneratedImage | null;
const GUESSES: Record<keyof ImageLists, Guess> = {
  image_base64: (base64) => ({ base64 }),
  images: () => null,
  image_urls: (url) => ({ url }),
};

interface ReadList {
  /** Images that `recognizeImage` recognised by their text. */
  certain: GeneratedImage[];
  /** Texts that are images only according to their list. */
  guessed: GeneratedImage[];
}

/**
 * All images of a response. The text decides whether an image is a link or base64, not the list it is in. Recognised
 * images come first. A list of links and a list of base64 of the same length hold the same images twice, so only one is
 * used (base64 before links), unless `successCount` is higher. The longest list comes first: images beyond the
 * requested number may be duplicates.
 */
export function imagesOf({ data, ...top }: AnsweredImages, protocol: string, successCount: number): GeneratedImage[] {
  const lists = [data, top].flatMap((place) => [
    readList(place.image_base64, GUESSES.image_base64, protocol),
    readList(place.images, GUESSES.images, protocol),
    readList(place.image_urls, GUESSES.image_urls, protocol),
  ]);
  lists.sort((one, other) => other.certain.length - one.certain.length);
  const [longest] = lists;
  const kept = lists.filter((list) => !longest || successCount > longest.certain.length || !isTwin(longest, list));
  return merge([...kept.map((list) => list.certain), ...kept.map((list) => list.guessed)]);
}

/** Whether two lists hold the same images, one as links and the other as base64: same length, opposite form. */
function isTwin(one: ReadList, other: ReadList): boolean {
  const [first] = one.certain;
  return (
    first !== undefined &&
    one.certain.length === other.certain.length &&
    other.certain.every((image) => 'url' in image !== 'url' in first)
  );
}

/** Removes texts that an earlier list had already. Equal texts within one list stay: they may be two equal images. */
function merge(lists: GeneratedImage[][]): GeneratedImage[] {
  const seen = new Set<string>();
  return lists.flatMap((list) => {
    const added = list.filter((image) => !seen.has(textOf(image)));
    for (const image of added) seen.add(textOf(image));
    return added;
  });
}

function textOf(image: GeneratedImage): string {
  return 'url' in image ? image.url : image.base64;
}

function readList({ items, isList }: ImageList, guess: Guess, protocol: string): ReadList {
  const certain: GeneratedImage[] = [];
  const guessed: GeneratedImage[] = [];
  for (const [first, ...others] of items) {
    if (first === undefined) continue;
    const known = [first, ...others].map((text) => recognizeImage(text, protocol)).find((image) => image !== null);
    const image = known ?? (isList ? guess(first) : null);
    if (image) (known ? certain : guessed).push(image);
  }
  return { certain, guessed };
}
