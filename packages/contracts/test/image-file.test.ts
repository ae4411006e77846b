import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { beforeAll, describe, expect, test } from 'vitest';
import { CreateImage, explainUploadProblem, issuesOf, parseImageFile, referencesOf } from '../src/index.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

function fileOf(image_file: string): string | undefined {
  const input = { ...request, subject_reference: [{ type: 'character', image_file }] };
  return referencesOf(CreateImage.parse(input))[0]?.image_file;
}

function issueFor(image_file: string) {
  const { error } = CreateImage.safeParse({
    ...request,
    subject_reference: [{ type: 'character', image_file }],
  });
  const [issue, ...others] = error ? issuesOf(error) : [];
  expect(others).toEqual([]);
  expect(issue?.path).toEqual(['subject_reference', 0, 'image_file']);
  return issue;
}

const messageFor = (image_file: string) => issueFor(image_file)?.message;

describe('a data URL', () => {
  let jpeg: Buffer;
  let png: Buffer;
  beforeAll(async () => {
    jpeg = await readPhoto('rocket.jpg');
    png = await readPhoto('astronaut.png');
  });
  const lines = (base64: string, end: string) => base64.replace(/.{76}/g, `$&${end}`);

  test.each<[string, (base64: string) => string]>([
    ['the type of a JPEG', (base64) => `data:image/jpeg;base64,${base64}`],
    ['the type of a PNG', (base64) => `data:image/png;base64,${base64}`],
    ['image/jpg', (base64) => `data:image/jpg;base64,${base64}`],
    ['image/pjpeg', (base64) => `data:image/pjpeg;base64,${base64}`],
    ['a type that the bytes do not have', (base64) => `data:image/webp;base64,${base64}`],
    ['capitals', (base64) => `DATA:IMAGE/JPEG;BASE64,${base64}`],
    ['a parameter', (base64) => `data:image/jpeg;charset=utf-8;base64,${base64}`],
    ['two parameters', (base64) => `data:image/jpeg;name=a.jpg;charset=utf-8;base64,${base64}`],
    ['line breaks of MIME', (base64) => `data:image/jpeg;base64,${lines(base64, '\r\n')}`],
    ['line breaks of PEM and one at the end', (base64) => `data:image/jpeg;base64,\n${lines(base64, '\n')}\n`],
    ['no padding', (base64) => `data:image/jpeg;base64,${base64.replace(/=+$/, '')}`],
    ['the URL alphabet', (base64) => `data:image/jpeg;base64,${base64.replaceAll('+', '-').replaceAll('/', '_')}`],
    ['percent signs', (base64) => `data:image/jpeg;base64,${encodeURIComponent(base64)}`],
  ])('is normalized by the type of its bytes: %s', (_name, write) => {
    // One of each length modulo 3, to cover every padding.
    for (const bytes of [jpeg.subarray(0, 3_000), jpeg.subarray(0, 3_001), jpeg.subarray(0, 3_002)]) {
      const base64 = bytes.toString('base64');
      expect(fileOf(write(base64))).toBe(`data:image/jpeg;base64,${base64}`);
    }
    expect(fileOf(write(png.toString('base64')))).toBe(`data:image/png;base64,${png.toString('base64')}`);
  });

  test.each([
    ['WebP', Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1')],
    ['AVIF', Buffer.from('\0\0\0\x20ftypavif\0\0\0\0', 'latin1')],
    ['AVIF', Buffer.from('\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf', 'latin1')],
    ['AVIF', Buffer.from('\0\0\0\x18ftypavis\0\0\0\0avifmsf1', 'latin1')],
    ['GIF', Buffer.from('GIF89a\x01\0\x01\0', 'latin1')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['BMP', Buffer.from('BM\x46\0\0\0', 'latin1')],
  ])('is refused by the name of its format: %s', (format, bytes) => {
    expect(messageFor(`data:image/jpeg;base64,${bytes.toString('base64')}`)).toContain(`是 ${format}`);
  });

  test.each(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1', 'mif2'])(
    'is refused as HEIC with what to do by the brand %s',
    (brand) => {
      const bytes = Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1miaf`, 'latin1');
      const expected = { message: explainUploadProblem({ reason: 'heic' }, 'zh'), reason: 'heic' };
      expect(issueFor(`data:image/heic;base64,${bytes.toString('base64')}`)).toMatchObject(expected);
    },
  );

  test('is refused from 10,000,000 bytes on, line breaks not counted', () => {
    const write = (bytes: number) => {
      const data = Buffer.alloc(bytes);
      data.set([0xff, 0xd8, 0xff, 0xe0]);
      return `data:image/jpeg;base64,${lines(data.toString('base64'), '\r\n')}`;
    };
    expect(fileOf(write(9_999_999))).toMatch(/^data:image\/jpeg;base64,/);
    expect(messageFor(write(10_000_000))).toBe('参考图必须小于 10 MB');
  });
});

describe('a URL of a reference', () => {
  test.each([
    'http://tmp/wx1234.jpg',
    'http://usr/photo.jpg',
    'http://store/a.jpg',
    'https://tmp/a.jpg',
    'http://localhost/a.jpg',
    'http://LOCALHOST:8080/a.jpg',
    'http://localhost./a.jpg',
    'http://a.localhost/a.jpg',
    'http://printer.local/a.jpg',
    'http://api.svc.cluster.local/a.jpg',
    'http://metadata.google.internal/a.jpg',
    'http://nas.lan/a.jpg',
    'http://nas.home.arpa/a.jpg',
    'http://127.0.0.1/a.jpg',
    'http://127.1/a.jpg',
    'http://2130706433/a.jpg',
    'http://0x7f.0.0.1/a.jpg',
    'http://0177.0.0.1/a.jpg',
    'http://0/a.jpg',
    'http://127.0.0.1./a.jpg',
    'http://１２７.0.0.1/a.jpg',
    'http://10.1.2.3/a.jpg',
    'http://100.64.0.1/a.jpg',
    'http://172.16.0.1/a.jpg',
    'http://172.31.255.255/a.jpg',
    'http://192.168.1.5:3000/a.jpg',
    'http://169.254.169.254/latest/meta-data',
    'http://224.0.0.1/a.jpg',
    'http://255.255.255.255/a.jpg',
    'http://[::1]/a.jpg',
    'http://[::]/a.jpg',
    'http://[0:0:0:0:0:0:0:1]/a.jpg',
    'http://[::ffff:127.0.0.1]/a.jpg',
    'http://[::ffff:a00:1]/a.jpg',
    'http://[64:ff9b::10.0.0.1]/a.jpg',
    'http://[2002:c0a8:101::1]/a.jpg',
    'http://[fe80::1]/a.jpg',
    'http://[fd00::1]/a.jpg',
    'http://[ff02::1]/a.jpg',
    'wxfile://tmp_1234.jpg',
    'blob:https://app.example/123e4567-e89b-12d3-a456-426614174000',
    'file:///storage/emulated/0/DCIM/a.jpg',
    'content://media/external/images/1',
  ])('is refused with the advice to upload first: %s', (image_file) => {
    expect(messageFor(image_file)).toContain('请先上传图片');
  });

  test.each([
    'https://photos.example/a.jpg',
    'http://a.example./a.jpg',
    'https://localhost.example.com/a.jpg',
    'https://local.example/a.jpg',
    'https://例子.测试/脸.jpg',
    'http://1.1.1.1/a.jpg',
    'http://172.15.0.1/a.jpg',
    'http://172.32.0.1/a.jpg',
    'http://100.63.0.1/a.jpg',
    'http://192.0.2.1/a.jpg',
    'http://[2001:db8::1]/a.jpg',
    'http://[2606:4700:4700::1111]/a.jpg',
    'http://[::ffff:1.1.1.1]/a.jpg',
    'http://[64:ff9b::1.1.1.1]/a.jpg',
  ])('is kept as it is: %s', (image_file) => {
    expect(fileOf(image_file)).toBe(image_file);
  });

  test('is still read if it was accepted before the rule for private addresses', () => {
    expect(parseImageFile('http://localhost/a.jpg')).toEqual({ kind: 'url', url: 'http://localhost/a.jpg' });
  });
});
