import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ImageFormat } from '../../src/media-types.ts';
import { buildImageProcessor } from './build-image-processor.ts';
import { withPngText } from './odd-images.ts';
import { hasExiftool, readLabelByExiftool, readLabels } from './read-aigc-label.ts';

/** Small, since its label is what is read. */
const photo = await sharp(await readPhoto('rocket.jpg'))
  .resize(160)
  .jpeg({ quality: 95 })
  .toBuffer();
const ids = { produceId: 'call-1_0', propagateId: 'job-1_0' };

const WRITTEN =
  '{"Label":"1","ContentProducer":"MiniMax","ProduceID":"call-1_0","ReservedCode1":"",' +
  '"ContentPropagator":"Darkroom","PropagateID":"job-1_0","ReservedCode2":""}';

const KEPT = {
  Label: '1',
  ContentProducer: 'Hailuo "AI" <&> 海螺',
  ProduceID: 'abc',
  ReservedCode1: 'sig',
  ContentPropagator: 'Hailuo',
  PropagateID: 'def',
  ReservedCode2: 'sig2',
};

function packet(inside: string): string {
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${inside}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const NAMESPACE = 'http://www.tc260.org.cn/ns/AIGC/1.0/';
const asAttribute = (json: string) =>
  packet(`<rdf:Description rdf:about="" xmlns:TC260="${NAMESPACE}" TC260:AIGC="${escapeXml(json)}"/>`);
const asElement = (inside: string) =>
  packet(`<rdf:Description xmlns:g='${NAMESPACE}'>\n<g:AIGC>${inside}</g:AIGC></rdf:Description>`);
/** Another property of the given length. */
const padding = (length: number) =>
  `<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${'x'.repeat(length)}"/>`;

async function compressed(bytes: Uint8Array, format: ImageFormat = 'jpeg'): Promise<Uint8Array> {
  const image = await buildImageProcessor({ format, quality: 50 }).compress(bytes, ids);
  expect(image.compressed).toBe(true);
  return image.bytes;
}

async function labelOf(bytes: Uint8Array, format?: ImageFormat): Promise<unknown> {
  const labels = readLabels(await compressed(bytes, format));
  expect(labels).toHaveLength(1);
  return JSON.parse(labels[0] ?? '');
}

describe.each(['jpeg', 'webp', 'avif'] as const)('the AIGC label of a re-encoded %s', (format) => {
  test('is added where there is none, with seven strings in order', async () => {
    expect(readLabels(await compressed(photo, format))).toEqual([WRITTEN]);
  });

  test('is kept where it is complete', async () => {
    const labelled = await sharp(photo)
      .withXmp(asAttribute(JSON.stringify(KEPT)))
      .jpeg({ quality: 95 })
      .toBuffer();
    expect(await labelOf(labelled, format)).toEqual(KEPT);
  });

  test('is completed where fields are empty', async () => {
    const partly = { ...KEPT, ContentPropagator: '', PropagateID: '' };
    const labelled = await sharp(photo)
      .withXmp(asAttribute(JSON.stringify(partly)))
      .jpeg({ quality: 95 })
      .toBuffer();
    expect(await labelOf(labelled, format)).toEqual({
      ...KEPT,
      ContentPropagator: 'Darkroom',
      PropagateID: 'job-1_0',
    });
  });

  test.skipIf(!hasExiftool)('is readable by exiftool', async () => {
    expect(readLabelByExiftool(await compressed(photo, format))).toBe(WRITTEN);
  });
});

describe('an existing AIGC label', () => {
  const json = JSON.stringify(KEPT);

  test.each([
    ['in an element, under another prefix', asElement(escapeXml(json))],
    ['in CDATA', asElement(`<![CDATA[${json}]]>`)],
    [
      'in alternatives, the first of which is empty',
      asElement(
        `<rdf:Alt>${['', escapeXml(json)].map((text) => `<rdf:li xml:lang="x">${text}</rdf:li>`).join('\n')}</rdf:Alt>`,
      ),
    ],
    ['under a prefix with a dot', asAttribute(json).replaceAll('TC260', 't.c')],
    [
      'behind a comment about another prefix',
      asAttribute(json).replace('<rdf:Desc', `<!-- xmlns:a="${NAMESPACE}" -->$&`),
    ],
    [
      'behind a comment that holds another',
      asAttribute(json).replace('<rdf:Desc', '<!--<TC260:AIGC>{}</TC260:AIGC>-->$&'),
    ],
    ['beside an empty one', asElement(escapeXml(json)).replace('</rdf:Desc', '<g:AIGC />$&')],
    ['in a packet that calls RDF otherwise', asAttribute(json).replaceAll(/rdf(?=[:=])/g, 'r')],
    ['nested', asAttribute(JSON.stringify({ AIGC: KEPT }))],
    ['with numbers for digits', asAttribute(JSON.stringify({ ...KEPT, Label: 1 }))],
    ['in single quotes and numeric references', asAttribute(json).replaceAll('&quot;', '&#x22;').replaceAll('"', "'")],
  ])('is read %s', async (_, xmp) => {
    const labelled = await sharp(photo).withXmp(xmp).jpeg({ quality: 95 }).toBuffer();
    expect(await labelOf(labelled)).toEqual(KEPT);
  });

  test('is read from EXIF UserComment', async () => {
    const nested = JSON.stringify({ AIGC: { ...KEPT, ContentProducer: 'Hailuo' } });
    const labelled = await sharp(photo)
      .withExif({ IFD2: { UserComment: nested } })
      .jpeg({ quality: 95 })
      .toBuffer();
    expect(await labelOf(labelled)).toEqual({ ...KEPT, ContentProducer: 'Hailuo' });
  });

  test.each(['utf16le', 'utf16be'])('is read from EXIF UserComment encoded as %s', async (encoding) => {
    const text = Buffer.from(JSON.stringify(KEPT), 'utf16le');
    const placeholder = 'x'.repeat(text.length);
    const jpeg = await sharp(photo)
      .withExif({ IFD2: { UserComment: placeholder } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const comment = Buffer.concat([Buffer.from('UNICODE\0'), encoding === 'utf16be' ? text.swap16() : text]);
    comment.copy(jpeg, jpeg.indexOf(`ASCII\0\0\0${placeholder}`));
    expect(await labelOf(jpeg)).toEqual(KEPT);
  });

  test('is read from a PNG text chunk', async () => {
    const png = await sharp(photo).png().toBuffer();
    expect(await labelOf(withPngText(png, 'AIGC', JSON.stringify({ ...KEPT, ContentProducer: 'Hailuo' })))).toEqual({
      ...KEPT,
      ContentProducer: 'Hailuo',
    });
  });
});

describe('an AIGC label that cannot be kept', () => {
  test.each([
    ['text that is no JSON', asAttribute('AI')],
    ['JSON of another shape', asAttribute('["1"]')],
    ['JSON about something else', asAttribute('{"camera":"X100"}')],
    ['a namespace without the property', packet(`<rdf:Description xmlns:TC260="${NAMESPACE}"/>`)],
    ['a packet that is not XMP', '<svg/>'],
  ])('is replaced by a single new label for %s', async (_, xmp) => {
    const labelled = await sharp(photo).withXmp(xmp).jpeg({ quality: 95 }).toBuffer();
    expect(readLabels(await compressed(labelled))).toEqual([WRITTEN]);
  });

  test('is replaced with its packet when that is too large for a JPEG', async () => {
    for (const length of [70_000, 65_000]) {
      const large = packet(padding(length));
      const labelled = await sharp(photo).withXmp(large).webp({ quality: 95 }).toBuffer();
      expect(readLabels(await compressed(labelled))).toEqual([WRITTEN]);
    }
  });

  test('is still read from an oversized packet, which is dropped', async () => {
    const large = asAttribute(JSON.stringify(KEPT)).replace('</rdf:RDF>', `${padding(70_000)}$&`);
    const labelled = await sharp(photo).withXmp(large).webp({ quality: 95 }).toBuffer();
    expect(await labelOf(labelled)).toEqual(KEPT);
  });

  test('is replaced when it is itself too large for a JPEG', async () => {
    const xmp = asAttribute(JSON.stringify({ ...KEPT, ReservedCode1: 'x'.repeat(70_000) }));
    const labelled = await sharp(photo).withXmp(xmp).webp({ quality: 95 }).toBuffer();
    expect(readLabels(await compressed(labelled))).toEqual([WRITTEN]);
  });
});

test.each([' TC260:AIGC="', " TC260:AIGC='<", '<TC260:AIGC ', '<TC260:AIGC>{', '<TC260:AIGC><b>', '<!--', '<![CDATA['])(
  'reads a hostile packet that repeats %j in bounded time',
  async (part) => {
    const xmp = packet(`<rdf:Description xmlns:TC260="${NAMESPACE}"${part.repeat(100_000)}`);
    const hostile = await sharp(photo).resize(64).withXmp(xmp).webp({ lossless: true }).toBuffer();
    expect(readLabels(await compressed(hostile))).toEqual([WRITTEN]);
  },
);

test.each(['rdf', 'r'])('keeps other XMP under the prefix %s and removes other metadata', async (prefix) => {
  const source = '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="MiniMax"/>';
  const described = await sharp(photo)
    .withXmp(packet(source).replaceAll(/rdf(?=[:=])/g, prefix))
    .withExif({ IFD0: { Copyright: 'somebody' } })
    .jpeg({ quality: 95 })
    .toBuffer();
  const bytes = await compressed(described);
  const metadata = await sharp(bytes).metadata();
  expect(metadata.xmpAsString).toContain('dc:source="MiniMax"');
  expect(metadata.exif).toBeUndefined();
  expect(readLabels(bytes)).toEqual([WRITTEN]);
});
