import { execFileSync } from 'node:child_process';
import type { CompletedJob } from '@darkroom/contracts';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startFixedImageProvider } from '@darkroom/test-kit/provider/fixed-image-provider';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import * as z from 'zod';

const exiftool = findTool('exiftool');
const FORMATS = ['jpeg', 'webp', 'avif'] as const;

const rocket = await readPhoto('rocket.jpg');
const fine = () => sharp(rocket).jpeg({ quality: 95 });
const LABEL = {
  Label: '1',
  ContentProducer: 'MiniMax',
  ProduceID: 'their-id',
  ReservedCode1: 'their-code',
  ContentPropagator: '',
  PropagateID: '',
  ReservedCode2: '',
};

/** A JPEG that already has a label. */
function labelled(): Promise<Buffer> {
  const property = JSON.stringify(LABEL).replaceAll('"', '&quot;');
  const namespaces = 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"';
  const description = `<rdf:Description rdf:about="" ${namespaces} TC260:AIGC="${property}"/>`;
  const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${description}</rdf:RDF>`;
  return fine().withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${rdf}</x:xmpmeta>`).toBuffer();
}

interface Delivered {
  asset: CompletedJob['assets'][number];
  bytes: Buffer;
}

/** The images of the provider, in their order. */
const IMAGES = {
  labelled,
  plain: () => fine().toBuffer(),
  wide: () => fine().withIccProfile('p3').toBuffer(),
  cmyk: () => fine().toColourspace('cmyk').withIccProfile('cmyk').toBuffer(),
  lying: () => fine().withMetadata({ orientation: 6 }).toBuffer(),
  coarse: () => sharp(rocket).jpeg({ quality: 5 }).toBuffer(),
};
const images = await Promise.all(Object.values(IMAGES).map((make) => make()));

/** By format: the tests of a format read the images of one job. */
const jobs = new Map<string, ReturnType<typeof deliverNow>>();

/** Returns the provider's images as delivered in this format. */
function deliver(format: string): ReturnType<typeof deliverNow> {
  const job = jobs.get(format) ?? deliverNow(format);
  jobs.set(format, job);
  return job;
}

async function deliverNow(format: string) {
  const { sdk } = (await startApi(await startFixedImageProvider(images), { IMAGE_FORMAT: format })).user();
  const job = await sdk.generate(imageRequest('images of every kind', { n: images.length }));
  const fetched = job.assets.map(async (asset): Promise<Delivered> => {
    const response = await fetch(asset.url);
    expect(response.headers.get('content-type')).toBe(asset.content_type);
    return { asset, bytes: Buffer.from(await response.arrayBuffer()) };
  });
  const [labelled, plain, wide, cmyk, lying, coarse, ...others] = await Promise.all(fetched);
  if (!labelled || !plain || !wide || !cmyk || !lying || !coarse || others.length > 0)
    throw new Error('not all images');
  return { job, labelled, plain, wide, cmyk, lying, coarse };
}

/** The mean difference of two images' channels, from 0 to 255, as a page shows them. */
async function distance(left: Buffer, right: Buffer): Promise<number> {
  const [a, b] = await Promise.all([left, right].map((image) => sharp(image).removeAlpha().raw().toBuffer()));
  if (!a || a.length !== b?.length) return Number.POSITIVE_INFINITY;
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

test.each(FORMATS)('delivers %s upright, converted to sRGB and never larger than the original', async (format) => {
  const upright = await sharp(rocket).rotate(90).jpeg({ quality: 95 }).toBuffer();
  const { plain, wide, cmyk, lying, coarse } = await deliver(format);

  for (const { asset, bytes } of [plain, wide, cmyk]) {
    expect(asset).toMatchObject({ content_type: `image/${format}`, compressed: true, width: 640, height: 427 });
    expect(asset.placeholder).toMatch(/^[\w+/]{20,40}=*$/);
    expect(await sharp(bytes).metadata()).toMatchObject({ mediaType: `image/${format}`, space: 'srgb', channels: 3 });
  }
  expect(await distance(plain.bytes, rocket)).toBeLessThan(4);
  expect(await distance(wide.bytes, rocket)).toBeLessThan(5);
  expect(await distance(cmyk.bytes, rocket)).toBeLessThan(12); // CMYK has a smaller gamut than RGB

  expect(lying.asset).toMatchObject({ compressed: true, width: 427, height: 640 });
  expect((await sharp(lying.bytes).metadata()).orientation).toBeUndefined();
  expect(await distance(lying.bytes, upright)).toBeLessThan(4);

  const original = await IMAGES.coarse();
  expect(coarse.asset).toMatchObject({ content_type: 'image/jpeg', compressed: false, bytes: original.length });
  expect(coarse.bytes.equals(original)).toBe(true);
});

test('delivers original images byte for byte', async () => {
  const { labelled, plain, wide, cmyk, lying, coarse } = await deliver('original');
  const delivered = [labelled, plain, wide, cmyk, lying, coarse];
  expect(delivered.map(({ bytes }, index) => images[index]?.equals(bytes))).toEqual(Array(6).fill(true));
  expect([lying.asset, labelled.asset]).toMatchObject([
    { content_type: 'image/jpeg', compressed: false, width: 427, height: 640, placeholder: expect.any(String) },
    { content_type: 'image/jpeg', compressed: false, width: 640, height: 427, placeholder: expect.any(String) },
  ]);
});

const Exif = z.array(z.object({ 'XMP-TC260:Aigc': z.string().transform((text): unknown => JSON.parse(text)) }));

function readLabel(input: Buffer): unknown {
  const output = execFileSync(exiftool ?? '', ['-json', '-G1', '-XMP:all', '-'], { input, encoding: 'utf8' });
  return Exif.parse(JSON.parse(output))[0]?.['XMP-TC260:Aigc'];
}

test.skipIf(!exiftool).each([...FORMATS, 'original'])('delivers %s with an AIGC label for exiftool', async (format) => {
  const { job, labelled: kept, plain: written } = await deliver(format);
  if (format === 'original') return expect(readLabel(kept.bytes)).toEqual(LABEL);

  const propagator = (position: number) => ({
    ContentPropagator: 'Darkroom',
    PropagateID: `${job.job_id}-${position}`,
  });
  expect(readLabel(kept.bytes)).toEqual({ ...LABEL, ...propagator(0) });
  expect(readLabel(written.bytes)).toEqual({
    ...LABEL,
    ProduceID: 'a-call-1',
    ReservedCode1: '',
    ...propagator(1),
  });
});
