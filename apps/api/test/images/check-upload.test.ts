import { crc32, deflateSync } from 'node:zlib';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { buildImageProcessor } from './build-image-processor.ts';
import { oversizedPng } from './odd-images.ts';

const rocket = await readPhoto('rocket.jpg');
const processor = buildImageProcessor();
const photo = () => sharp(rocket);
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const isoFile = (brand: string, ...compatible: string[]) =>
  latin1(`\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${brand}\0\0\0\0${compatible.join('')}`);

const refused = (reason: string, params?: object) => ({
  name: 'UnreadableImageError',
  problem: { reason, ...(params && { params }) },
});
const params = (format: string) => ({ format });

describe('an upload of an unsupported file type is refused with the type', () => {
  test.each([
    ['an empty file', latin1(''), 'empty_file', undefined],
    ["an iPhone's HEIC", isoFile('heic', 'mif1', 'MiHB', 'MiHE', 'MiPr', 'miaf', 'heic', 'tmap'), 'heic', undefined],
    ['a HEIF of ten bits', isoFile('heix', 'mif1'), 'heic', undefined],
    ['a HEIF of several views', isoFile('heim', 'mif1'), 'heic', undefined],
    ['a scalable HEIF', isoFile('heis', 'mif1'), 'heic', undefined],
    ['a HEIF without a brand of its own', isoFile('mif1', 'heic'), 'heic', undefined],
    ['a HEIF that names no codec', isoFile('mif1', 'miaf'), 'heic', undefined],
    ['a sequence of HEIF that names no codec', isoFile('msf1', 'iso8'), 'heic', undefined],
    ['a sequence of HEVC', isoFile('hevc', 'msf1'), 'heic', undefined],
    ['a sequence of HEVC of ten bits', isoFile('hevx', 'msf1'), 'heic', undefined],
    ['a HEIF with AVC inside', isoFile('avci', 'mif1'), 'heic', undefined],
    ['a GIF', latin1('GIF89a\x01\0\x01\0\x80\0\0'), 'unsupported_format', params('GIF')],
    ['a BMP', latin1('BM\x36\x10\0\0\0\0\0\0\x36\0\0\0'), 'unsupported_format', params('BMP')],
    ['a TIFF', latin1('II*\0\x08\0\0\0'), 'unsupported_format', params('TIFF / RAW')],
    ['a TIFF of the other byte order', latin1('MM\0*\0\0\0\x08'), 'unsupported_format', params('TIFF / RAW')],
    ["a Canon's CR2", latin1('II*\0\x10\0\0\0CR\x02\0'), 'unsupported_format', params('RAW')],
    ["a Canon's CR3", isoFile('crx ', 'crx ', 'isom'), 'unsupported_format', params('RAW')],
    ["a Fujifilm's RAF", latin1('FUJIFILMCCD-RAW 0201'), 'unsupported_format', params('RAW')],
    ['an MP4', isoFile('mp42', 'isom'), 'unsupported_format', params('MP4 / MOV')],
    ['a MOV', isoFile('qt  '), 'unsupported_format', params('MP4 / MOV')],
    ['a WebM', latin1('\x1a\x45\xdf\xa3\x01\0'), 'unsupported_format', params('WebM / MKV')],
    ['a JPEG XL', latin1('\xff\x0a\xfa\x1f'), 'unsupported_format', params('JPEG XL')],
    ['a JPEG XL in boxes', latin1('\0\0\0\x0cJXL \x0d\x0a\x87\x0a'), 'unsupported_format', params('JPEG XL')],
    ['a JPEG 2000', latin1('\0\0\0\x0cjP  \x0d\x0a\x87\x0a'), 'unsupported_format', params('JPEG 2000')],
    ['a PDF', latin1('%PDF-1.7\n'), 'unsupported_format', params('PDF')],
    ['a PSD', latin1('8BPS\0\x01'), 'unsupported_format', params('Photoshop PSD')],
    ['an icon', latin1('\0\0\x01\0\x02\0\x20\x20'), 'unsupported_format', params('ICO')],
    ['a ZIP, as live photos come', latin1('PK\x03\x04\x14\0'), 'unsupported_format', params('ZIP')],
    ['an SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unsupported_format', params('SVG')],
    [
      'an SVG with a prologue',
      latin1('<?xml version="1.0"?>\n<!-- a -->\n<svg/>'),
      'unsupported_format',
      params('SVG'),
    ],
    ['an HTML page', latin1('<!DOCTYPE html><html></html>'), 'unsupported_format', params('HTML')],
    ['text', latin1('not an image'), 'unsupported_format', params('TXT')],
    ['Chinese text', Buffer.from('\uFEFF不是图片'), 'unsupported_format', params('TXT')],
    ['bytes of no known format', latin1('\x01\x02\x03\x04\0\0'), 'unknown_format', undefined],
  ] as const)('refuses %s', async (_, bytes, reason, expected) => {
    await expect(processor.prepareUpload(bytes)).rejects.toMatchObject(refused(reason, expected));
  });
});

test.each(['avif', 'mif1'])('accepts an AVIF whose first brand is %s', async (brand) => {
  const avif = await photo().resize(64).avif({ effort: 0 }).toBuffer();
  expect(avif.toString('latin1', 16, 28)).toContain('avif'); // among the brands after the first one
  avif.write(brand, 8, 'latin1');
  expect(await processor.prepareUpload(avif)).toMatchObject({ contentType: 'image/jpeg', width: 64 });
});

describe('an incomplete upload of a supported type', () => {
  const progressive = () => photo().jpeg({ progressive: true }).toBuffer();

  test.each([
    ['JPEG', async () => rocket, 0.5],
    ['JPEG', async () => rocket, 0.999],
    ['JPEG', progressive, 0.5],
    ['JPEG', async () => rocket, 16 / rocket.length],
    ['PNG', () => photo().png().toBuffer(), 0.5],
    ['PNG', () => photo().png().toBuffer(), 0.001],
    ['WebP', () => photo().webp().toBuffer(), 0.5],
    ['AVIF', () => photo().resize(200).avif({ effort: 0 }).toBuffer(), 0.5],
    ['AVIF', () => photo().resize(200).avif({ effort: 0 }).toBuffer(), 0.01],
  ])('reports a truncated %s as truncated', async (format, build, part) => {
    const whole = await build();
    await expect(processor.prepareUpload(whole.subarray(0, Math.max(16, whole.length * part)))).rejects.toMatchObject(
      refused('truncated', { format }),
    );
  });

  // Viewers tolerate damage to a JPEG or WebP anywhere except in its tables.
  test.each([
    ['JPEG', () => photo().resize(400).jpeg().toBuffer(), 0.02, 0.2],
    ['PNG', () => photo().png().toBuffer(), 0.4, 0.6],
    ['WebP', () => photo().resize(400).webp({ effort: 0 }).toBuffer(), 0.02, 0.2],
    ['AVIF', () => photo().resize(200).avif({ effort: 0 }).toBuffer(), 0.4, 0.6],
  ])('reports a partially overwritten %s as damaged', async (format, build, from, to) => {
    const bytes = await build();
    bytes.fill(0xff, Math.floor(bytes.length * from), Math.floor(bytes.length * to));
    await expect(processor.prepareUpload(bytes)).rejects.toMatchObject(refused('damaged', { format }));
  });
});

describe('an upload with too many pixels', () => {
  const excess = (format: string, width: number, height: number, others: object) =>
    refused('too_many_pixels', { format, width, height, ...others });
  const few = (variant: string) => ({ variant, max_pixels: expect.any(Number) });

  test('is refused before decoding with its pixel count and the limit', async () => {
    await expect(processor.prepareUpload(oversizedPng(11_000, 10_100))).rejects.toMatchObject(
      excess('PNG', 11_000, 10_100, { max_pixels: 110_000_000 }),
    );
  });

  test('is refused as a JPEG above 210 million', async () => {
    const jpeg = withJpegSize(await photo().jpeg().toBuffer(), 16_384, 12_900);
    await expect(processor.prepareUpload(jpeg)).rejects.toMatchObject(
      excess('JPEG', 16_384, 12_900, { max_pixels: 210_000_000 }),
    );
  });

  test('is refused as a progressive JPEG whose coefficients exceed the memory limit', async () => {
    const thin = withJpegSize(await photo().jpeg({ progressive: true }).toBuffer(), 12_000, 9_000);
    expect((await processor.prepareUpload(thin)).width).toBe(2_048);
    const wide = await photo().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer();
    await expect(processor.prepareUpload(withJpegSize(wide, 9_248, 6_936))).rejects.toMatchObject(
      excess('JPEG', 9_248, 6_936, few('progressive')),
    );
  });

  test('is refused as a JPEG with separate scans by the limit of progressive ones', async () => {
    const jpeg = await photo().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    const apart = withScansApart(withJpegSize(jpeg, 9_248, 6_936));
    await expect(processor.prepareUpload(apart)).rejects.toMatchObject(
      excess('JPEG', 9_248, 6_936, few('progressive')),
    );
  });

  test('is refused as an interlaced 16-bit PNG by a lower limit', async () => {
    const png = headerPng({ width: 7_000, height: 7_000, bitDepth: 16, interlaced: true });
    await expect(processor.prepareUpload(png)).rejects.toMatchObject(excess('PNG', 7_000, 7_000, few('interlaced')));
  });

  test('is refused as an AVIF above 13 million', async () => {
    const avif = await photo().resize(64, 64, { fit: 'fill' }).avif({ effort: 0 }).toBuffer();
    const at = avif.indexOf('ispe') + 8; // after its version and flags
    avif.writeUInt32BE(6_000, at);
    avif.writeUInt32BE(4_000, at + 4);
    await expect(processor.prepareUpload(avif)).rejects.toMatchObject(
      excess('AVIF', 6_000, 4_000, { max_pixels: 13_000_000 }),
    );
  });
});

test('refuses a progressive JPEG with too many scans before decoding', async () => {
  const progressive = withJpegSize(await photo().jpeg({ progressive: true }).toBuffer(), 9_000, 6_000);
  const at = progressive.lastIndexOf(Buffer.from([0xff, 0xda]));
  const end = progressive.length - 2;
  const scans = Array(60).fill(progressive.subarray(at, end));
  const bytes = Buffer.concat([progressive.subarray(0, end), ...scans, progressive.subarray(end)]);
  await expect(processor.prepareUpload(bytes)).rejects.toMatchObject(refused('too_complex', { format: 'JPEG' }));
});

/** The JPEG with another size in its frame header. ITU T.81, B.2.2 */
function withJpegSize(jpeg: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(jpeg);
  const at = frameAt(changed);
  changed.writeUInt16BE(height, at + 5);
  changed.writeUInt16BE(width, at + 7);
  return changed;
}

/** The JPEG with a scan header that lists only its first component, as a file with several scans begins. */
function withScansApart(jpeg: Buffer): Buffer {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const header = Buffer.from([0xff, 0xda, 0, 8, 1, jpeg[at + 5] ?? 1, 0, 0, 63, 0]);
  return Buffer.concat([jpeg.subarray(0, at), header, jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2))]);
}

function frameAt(jpeg: Buffer): number {
  for (let at = 2; ; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === 0xc0 || marker === 0xc2) return at;
  }
}

/** A PNG with one row of data, whose header declares more. */
function headerPng(size: { width: number; height: number; bitDepth: number; interlaced: boolean }): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size.width, 0);
  header.writeUInt32BE(size.height, 4);
  header.set([size.bitDepth, 6, 0, 0, size.interlaced ? 1 : 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const typed = Buffer.concat([latin1(type), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, checksum]);
  };
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
