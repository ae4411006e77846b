import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMiniMaxClient, type GeneratedImage } from '../src/index.ts';

const JPEG = Buffer.from('ffd8ffe000104a464946000101fbffbe3e3f01', 'hex');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452fbff', 'hex');
const WEBP = Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1');
const AVIF = Buffer.from('\x00\x00\x00\x1cftypavif\x00\x00\x00\x00', 'latin1');
const jpeg = JPEG.toString('base64');
const LINK = 'https://cdn.example.com/a%2Fb.jpeg?Signature=x%2Fy';

let server: Server;
let baseUrl: string;
let answer: unknown;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A listening TCP server always has an address with a port.
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function imagesIn(body: unknown): Promise<GeneratedImage[]> {
  answer = body;
  const client = createMiniMaxClient({ apiKey: 'key', baseUrl });
  return (await client.generateImage({ model: 'image-01', prompt: 'a red fox' })).images;
}

/** The link, or the decoded bytes as hex. */
const contentOf = (image: GeneratedImage) =>
  'url' in image ? image.url : Buffer.from(image.base64, 'base64').toString('hex');

const hex = (bytes: Buffer) => bytes.toString('hex');

describe('an image in the list of the other kind', () => {
  test.each<[string, unknown, string]>([
    ['a data URL', { image_urls: [`data:image/jpeg;base64,${jpeg}`] }, hex(JPEG)],
    ['a data URL of image/jpg', { image_urls: [`data:image/jpg;base64,${jpeg}`] }, hex(JPEG)],
    ['a data URL in capitals', { image_urls: [`DATA:IMAGE/JPEG;BASE64,${jpeg}`] }, hex(JPEG)],
    ['a data URL with parameters', { image_urls: [`data:image/png;name=a.png;base64,${jpeg}`] }, hex(JPEG)],
    ['a data URL without a type', { image_urls: [`data:;base64,${jpeg}`] }, hex(JPEG)],
    ['a percent-encoded data URL', { image_urls: [`data:image/jpeg;base64,${encodeURIComponent(jpeg)}`] }, hex(JPEG)],
    ['bare base64 of a JPEG', { image_urls: [jpeg] }, hex(JPEG)],
    ['bare base64 of a PNG', { image_urls: [PNG.toString('base64')] }, hex(PNG)],
    ['bare base64 of a WebP', { image_urls: [WEBP.toString('base64')] }, hex(WEBP)],
    ['bare base64 of an AVIF', { image_urls: [AVIF.toString('base64')] }, hex(AVIF)],
    ['URL-safe base64', { image_urls: [JPEG.toString('base64url')] }, hex(JPEG)],
    ['base64 without padding', { image_urls: [jpeg.replace(/=+$/, '')] }, hex(JPEG)],
    ['base64 with line breaks', { image_urls: [jpeg.replace(/.{4}/g, '$&\r\n')] }, hex(JPEG)],
    ['a link', { image_base64: [LINK] }, LINK],
    ['a link with white space around', { image_base64: [` ${LINK}\n`] }, LINK],
    ['a link in capitals', { image_base64: ['HTTPS://CDN.EXAMPLE.COM/A.JPG'] }, 'HTTPS://CDN.EXAMPLE.COM/A.JPG'],
    ['an http link', { image_base64: ['http://cdn.example.com/a.jpg'] }, 'http://cdn.example.com/a.jpg'],
    ['a link without a scheme', { image_base64: ['//cdn.example.com/a.jpg'] }, 'http://cdn.example.com/a.jpg'],
    ['a host and path', { image_base64: ['cdn.example.com/a.jpg'] }, 'http://cdn.example.com/a.jpg'],
  ])('is read by its content: %s', async (_, data, content) => {
    expect((await imagesIn({ data, base_resp: { status_code: 0 } })).map(contentOf)).toEqual([content]);
  });
});

describe('an image in the answer of a relay', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a string in place of the list of links', { data: { image_urls: LINK } }],
    ['a string in place of the list of values', { data: { image_base64: LINK } }],
    ['objects with a link', { data: { image_urls: [{ url: LINK }] } }],
    ['a list with objects without a link', { data: { image_urls: [{}, { url: null }, { url: LINK }] } }],
    ['one object in place of the list', { data: { image_urls: { url: LINK } } }],
    ["OpenAI's list of links", { data: [{ url: LINK, revised_prompt: 'a fox' }] }],
    ['a list in place of data', { data: [LINK] }],
    ['a list named images', { data: { images: [LINK] } }],
    ['a list named images beside data', { images: [{ url: LINK }] }],
    ['the lists beside data', { image_urls: [LINK], data: null }],
    ['only the list of links', { data: { image_urls: [LINK] } }],
    ['nulls and blanks around the link', { data: { image_urls: [null, '', 7, LINK, null] } }],
    ['counts as text', { data: { image_urls: [LINK] }, metadata: { success_count: '1', failed_count: '0' } }],
    ['invalid counts', { data: { image_urls: [LINK] }, metadata: { success_count: 'one', failed_count: {} } }],
  ])('is found: %s', async (_, body) => {
    expect(await imagesIn(body)).toEqual([{ url: LINK }]);
  });

  test('is found in the list of base64 values of OpenAI', async () => {
    expect(await imagesIn({ data: [{ b64_json: jpeg }, { b64_json: PNG.toString('base64'), url: LINK }] })).toEqual([
      { base64: jpeg },
      { base64: PNG.toString('base64') },
    ]);
  });

  test('is not read from a string outside a list that looks like no image', async () => {
    const body = { data: { image_urls: 'see our page' }, base_resp: { status_code: 0 } };
    expect(await imagesIn(body)).toEqual([]);
  });
});

describe('two lists of images', () => {
  const png = PNG.toString('base64');

  test('yield the values when there are as many links, since values need no download', async () => {
    const data = { image_urls: [LINK, `${LINK}2`], image_base64: [jpeg, png] };
    expect(await imagesIn({ data })).toEqual([{ base64: jpeg }, { base64: png }]);
  });

  test('yield both when the count equals their sum', async () => {
    const data = { image_urls: [LINK], image_base64: [jpeg] };
    expect(await imagesIn({ data, metadata: { success_count: '2' } })).toHaveLength(2);
  });

  test('yield all images, the longer list first', async () => {
    const data = { image_urls: [LINK, `${LINK}2`], image_base64: [jpeg] };
    expect(await imagesIn({ data })).toEqual([{ url: LINK }, { url: `${LINK}2` }, { base64: jpeg }]);
  });

  test('yield each image once when both contain the same strings', async () => {
    expect(await imagesIn({ data: { image_urls: [jpeg, jpeg], image_base64: [jpeg, jpeg] } })).toHaveLength(2);
  });

  test('yield last what only the name of its list marks as an image', async () => {
    const data = { image_urls: ['??', LINK], image_base64: ['%%%'] };
    expect(await imagesIn({ data })).toEqual([{ url: LINK }, { url: '??' }, { base64: '%%%' }]);
  });
});

interface Spelled {
  list: 'image_urls' | 'image_base64' | 'images';
  item: unknown;
  content: string;
}

/** One image in any spelling and any list. */
const spelled: fc.Arbitrary<Spelled> = fc
  .record({
    list: fc.constantFrom('image_urls' as const, 'image_base64' as const, 'images' as const),
    byLink: fc.boolean(),
    tail: fc.uint8Array({ minLength: 4, maxLength: 40 }),
    head: fc.constantFrom(JPEG, PNG, WEBP, AVIF),
    wrap: fc.constantFrom('bare', 'object', 'spaces'),
    base64: fc.constantFrom('plain', 'url_safe', 'data_url', 'lines'),
  })
  .map(({ list, byLink, tail, head, wrap, base64 }) => {
    const bytes = Buffer.concat([head, tail]);
    const plain = bytes.toString('base64');
    const values = {
      plain,
      url_safe: bytes.toString('base64url'),
      data_url: `data:image/jpg;base64,${plain}`,
      lines: plain.replace(/.{7}/g, '$&\n'),
    };
    const link = `https://cdn.example.com/${Buffer.from(tail).toString('hex')}.jpg`;
    const text = byLink ? link : values[base64];
    const key = byLink ? 'url' : 'b64_json';
    const item = wrap === 'object' ? { [key]: text } : wrap === 'spaces' ? ` ${text}\n` : text;
    return { list, item, content: byLink ? link : bytes.toString('hex') };
  });

test('finds every image in any mixture of lists, spellings and blanks', async () => {
  const images = fc.uniqueArray(spelled, { selector: ({ content }) => content, minLength: 1, maxLength: 9 });
  const blanks = fc.array(fc.constantFrom(null, '', 0, {}, [], { url: null }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(images, blanks, async (there, none) => {
      const itemsOf = (name: Spelled['list']) => there.filter(({ list }) => list === name).map(({ item }) => item);
      const data = {
        image_urls: [...none, ...itemsOf('image_urls')],
        image_base64: [...itemsOf('image_base64'), ...none],
        images: itemsOf('images'),
      };
      const found = await imagesIn({ data, metadata: { success_count: String(there.length) } });
      expect(found.map(contentOf).toSorted()).toEqual(there.map(({ content }) => content).toSorted());
    }),
    { numRuns: 150 },
  );
});
