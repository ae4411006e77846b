import type { Metadata } from 'sharp';
import * as z from 'zod';
import type { LabelIds } from './pictures.ts';
import { readAigcProperty, writeAigcProperty } from './xmp-packet.ts';

/** A JPEG carries XMP in one segment of 65,502 bytes; libvips drops a longer packet without a word. */
const XMP_MAX_BYTES = 65_502;

/** Bytes left in that segment for what filling a label adds. */
const LABEL_ROOM_BYTES = 8_192;

const PRODUCER = 'MiniMax';

// Writers differ: numbers for digits, null for empty.
const Text = z
  .union([z.string(), z.number(), z.null()])
  .default('')
  .transform((value) => String(value ?? ''));

const AigcLabel = z.looseObject({
  Label: Text,
  ContentProducer: Text,
  ProduceID: Text,
  ReservedCode1: Text,
  ContentPropagator: Text,
  PropagateID: Text,
  ReservedCode2: Text,
});
type AigcLabel = z.output<typeof AigcLabel>;

interface Labelling extends LabelIds {
  /** Who passes the picture on: `ContentPropagator`. */
  propagator: string;
}

/**
 * The XMP packet for a re-encoded picture: the one it came with, its AIGC label kept and only empty fields filled, or
 * with a new label where it has none. GB 45438-2025, appendix E; minimax-api.md, section 6.
 */
export function labelledXmp(metadata: Metadata, labelling: Labelling): string {
  const xmp =
    metadata.xmp && metadata.xmp.byteLength <= XMP_MAX_BYTES - LABEL_ROOM_BYTES ? metadata.xmp.toString() : '';
  return writeAigcProperty(xmp, JSON.stringify(fill(findLabel(xmp, metadata), labelling)));
}

function fill(found: AigcLabel | null, { propagator, produceId, propagateId }: Labelling): AigcLabel {
  const label = found ?? AigcLabel.parse({});
  return {
    ...label,
    Label: label.Label || '1',
    ContentProducer: label.ContentProducer || PRODUCER,
    ProduceID: label.ProduceID || produceId,
    ContentPropagator: label.ContentPropagator || propagator,
    PropagateID: label.PropagateID || propagateId,
  };
}

/** XMP is where the label belongs; PNG text and EXIF's UserComment are where some writers put it. */
function findLabel(xmp: string, metadata: Metadata): AigcLabel | null {
  const pngText = metadata.comments?.find(({ keyword }) => keyword === 'AIGC')?.text;
  for (const text of [readAigcProperty(xmp), pngText, metadata.exif && readUserComment(metadata.exif)]) {
    const label = text && parseLabel(text);
    if (label) return label;
  }
  return null;
}

function parseLabel(text: string): AigcLabel | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const nested = z.object({ AIGC: AigcLabel }).safeParse(json);
  if (nested.success) return nested.data.AIGC;
  return AigcLabel.safeParse(json).data ?? null;
}

/** The JSON in EXIF's UserComment, which begins with eight bytes that name its encoding (Exif 2.32, 4.6.5). */
function readUserComment(exif: Buffer): string | null {
  const ascii = exif.indexOf('ASCII\0\0\0');
  return ascii === -1 ? null : (/\{[^\0]*\}/.exec(exif.toString('utf8', ascii + 8))?.[0] ?? null);
}
