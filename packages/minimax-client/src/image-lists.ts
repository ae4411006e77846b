import * as z from 'zod';
import { type GeneratedImage, recognizeImage } from './recognize-image.ts';

const ImageText = z.string().min(1);
const MaybeText = ImageText.optional().catch(undefined);

/** OpenAI's way to spell one image. Its value goes before its link: it is here already. */
const ImageObject = z
  .object({ b64_json: MaybeText, image_base64: MaybeText, url: MaybeText, image_url: MaybeText })
  .transform((image) =>
    [image.b64_json, image.image_base64, image.url, image.image_url].filter((text) => text !== undefined),
  );

/** The texts that may be one image, best first; what is neither text nor such an object is none. */
const ImageItem = z.union([ImageText.transform((text) => [text]), ImageObject]).catch([]);

/** Several images, or one in place of the list: that one has to be an image by all signs. */
const ImageList = z
  .union([
    z.array(ImageItem).transform((items) => ({ items, isList: true })),
    ImageItem.transform((item) => ({ items: [item], isList: false })),
  ])
  .catch({ items: [], isList: false });
type ImageList = z.output<typeof ImageList>;

/** MiniMax has the first two; `images`, and a list in place of `data`, are how others answer. */
const ImageLists = z.object({ image_urls: ImageList, image_base64: ImageList, images: ImageList });
type ImageLists = z.output<typeof ImageLists>;

const NO_LIST: ImageList = { items: [], isList: false };
const NO_LISTS: ImageLists = { image_urls: NO_LIST, image_base64: NO_LIST, images: NO_LIST };

/** Wherever an answer may have its images. */
export const AnsweredImages = z
  .object({
    ...ImageLists.shape,
    data: z.union([ImageLists, ImageList.transform((images) => ({ ...NO_LISTS, images }))]).catch(NO_LISTS),
  })
  .catch({ ...NO_LISTS, data: NO_LISTS });
export type AnsweredImages = z.output<typeof AnsweredImages>;

type Guess = (text: string) => GeneratedImage | null;
const GUESSES: Record<keyof ImageLists, Guess> = {
  image_base64: (base64) => ({ base64 }),
  images: () => null,
  image_urls: (url) => ({ url }),
};

interface ReadList {
  /** Images by all signs. */
  certain: GeneratedImage[];
  /** What only its list calls an image. */
  guessed: GeneratedImage[];
}

/**
 * Every image of an answer, judged by what it is and not by the list it came in, and the certain ones first. As many links as
 * values are the same images twice, unless `successCount` says that there are more: the values are taken. Else the longest
 * list is first, as what is beyond the order may be there twice.
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

/** Whether one list has the images of the other in the other form. */
function isTwin(one: ReadList, other: ReadList): boolean {
  const [first] = one.certain;
  return (
    first !== undefined &&
    one.certain.length === other.certain.length &&
    other.certain.every((image) => 'url' in image !== 'url' in first)
  );
}

/** The same text in two lists is one image; in one list it may be two that look alike. */
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
