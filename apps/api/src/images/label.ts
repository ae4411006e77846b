import type { Metadata } from 'sharp';
import * as z from 'zod';
import type { LabelIds } from './image-processor.ts';
import { readAigcTexts, writeAigcProperty } from './xmp-packet.ts';

/** A JPEG holds XMP in one segment of 65,502 bytes; libvips silently drops a longer packet. */
const XMP_MAX_BYTES = 65_502;

const PRODUCER = 'MiniMax';

// Writers differ: some use numbers for digits, and null for empty.
const LooseText = z.union([z.string(), z.number(), z.null()]).transform((value) => String(value ?? ''));
const Text = LooseText.optional().transform((value) => value ?? '');

const AigcLabel = z.looseObject({
  Label: LooseText, // distinguishes a label from other JSON
  ContentProducer: Text,
  ProduceID: Text,
  ReservedCode1: Text,
  ContentPropagator: Text,
  PropagateID: Text,
  ReservedCode2: Text,
});
type AigcLabel = z.output<typeof AigcLabel>;

const EMPTY_LABEL = AigcLabel.parse({ Label: '' });

interface Labelling extends LabelIds {
  /** The service that passes the image on: `ContentPropagator`. */
  propagator: string;
}

/**
 * The XMP packet for a re-encoded image: the packet that it came with. Keeps its AIGC label and fills only empty
 * fields; adds a new label if it has none. GB 45438-2025.
 */
export function labelledXmp(metadata: Metadata, labelling: Labelling): string {
  const xmp = metadata.xmpAsString ?? '';
  const labelText = (label: AigcLabel) => JSON.stringify(fill(label, labelling));
  const filled = labelText(findLabel(xmp, metadata) ?? EMPTY_LABEL);
  const bestFirst = [writeAigcProperty(xmp, filled), writeAigcProperty('', filled)];
  return (
    bestFirst.find((packet) => Buffer.byteLength(packet) <= XMP_MAX_BYTES) ??
    writeAigcProperty('', labelText(EMPTY_LABEL))
  );
}

function fill(label: AigcLabel, { propagator, produceId, propagateId }: Labelling): AigcLabel {
  return {
    ...label,
    Label: label.Label || '1',
    ContentProducer: label.ContentProducer || PRODUCER,
    ProduceID: label.ProduceID || produceId,
    ContentPropagator: label.ContentPropagator || propagator,
    PropagateID: label.PropagateID || propagateId,
  };
}

/** XMP is the standard place of the label; some writers put it into PNG text or EXIF's UserComment. */
function findLabel(xmp: string, { comments = [], exif }: Metadata): AigcLabel | null {
  const texts = [
    ...readAigcTexts(xmp),
    ...comments.filter(({ keyword }) => keyword === 'AIGC').map(({ text }) => text),
    ...(exif ? readUserComments(exif) : []),
  ];
  return texts.map(parseLabel).find((label) => label !== null) ?? null;
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

/**
 * UserComment begins with eight bytes that name its encoding (Exif 2.32, 4.6.5); UTF-16 occurs in either byte order.
 */
const USER_COMMENTS = [
  { mark: 'ASCII\0\0\0', encoding: 'utf-8' },
  { mark: 'UNICODE\0', encoding: 'utf-16le' },
  { mark: 'UNICODE\0', encoding: 'utf-16be' },
];

/** Texts of EXIF's UserComment that may be JSON. */
function readUserComments(exif: Buffer): string[] {
  return USER_COMMENTS.filter(({ mark }) => exif.includes(mark)).map(({ mark, encoding }) => {
    const [text = ''] = new TextDecoder(encoding).decode(exif.subarray(exif.indexOf(mark) + mark.length)).split('\0');
    return text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  });
}
