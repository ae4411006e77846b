import { AnsweredImages, imagesOf } from '../image-generation/image-lists.ts';
import { type AnswerEntry, listOf, readEntry } from './answer-entries.ts';
import { AnswerFields } from './answer-fields.ts';
import type { AnswerPart } from './read-event.ts';

/** Reads the JSON of a whole body: a list of images beside the other fields, one image, or image-01's lists. */
export function readBody(json: unknown, protocol: string): AnswerPart {
  const fields = AnswerFields.parse(json);
  const list = listOf(json);
  const entries = (list ?? []).map((item, position) => atPosition(readEntry(item, protocol), position));
  return {
    fields,
    entries: entries.some(hasImage) ? entries : [...entries, ...otherImages(json, protocol)],
    error: fields.error ?? null,
    isCompleted: list !== null || Boolean(fields.usage) || fields.base_resp?.status_code === 0,
    isEvent: false,
  };
}

/** An entry without an index has that of its position: a failed entry is expected to keep its place in the list. */
function atPosition(entry: AnswerEntry, position: number): AnswerEntry {
  return { ...entry, index: entry.index ?? position };
}

function hasImage({ image }: AnswerEntry): boolean {
  return image !== null;
}

/** One image in place of a list, or images wherever image-01 or a relay may have put them. */
function otherImages(json: unknown, protocol: string): AnswerEntry[] {
  const images = imagesOf(AnsweredImages.parse(json), protocol, 0);
  const others = images.map((image, index) => ({ image, error: null, index, width: null, height: null }));
  return [readEntry(json, protocol), ...others].filter(hasImage);
}
