import { type PhotoName, readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { beforeAll, describe, expect, test } from 'vitest';
import { ASPECT_RATIOS, CreateImage, CreateImageCall, issuesOf, STYLE_TYPES } from '../src/index.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const live = { ...request, model: 'image-01-live' };
const referring = (image_file: unknown) => [{ type: 'character', image_file }];

/** The paths of the faults; empty if the request is accepted. */
function faults(input: unknown): string[] {
  const result = CreateImage.safeParse(input);
  return result.success ? [] : issuesOf(result.error).map(({ path }) => path.join('.'));
}

describe('CreateImage for valid requests', () => {
  test.each<[string, object]>([
    ['only the required fields', request],
    ['image-01-live', live],
    ['a prompt at its limit', { ...request, prompt: '光'.repeat(1499) }],
    ['a prompt at its limit in code points, twice that in UTF-16', { ...request, prompt: '🌅'.repeat(1499) }],
    ['space around a prompt at its limit', { ...request, prompt: ` \n${'a'.repeat(1499)}\t　` }],
    ['the smallest size', { ...request, width: 512, height: 512 }],
    ['the largest size', { ...request, width: 2048, height: 2048 }],
    ['a step between', { ...request, width: 520, height: 2040 }],
    ['one image', { ...request, n: 1 }],
    ['nine images', { ...request, n: 9 }],
    ['seed 0', { ...request, seed: 0 }],
    ['a negative seed', { ...request, seed: -1 }],
    ['the largest seed that JSON represents exactly', { ...request, seed: Number.MAX_SAFE_INTEGER }],
    ['boolean switches', { ...request, prompt_optimizer: true, aigc_watermark: false }],
    ['an empty list of references', { ...request, subject_reference: [] }],
    ['a style without weight', { ...live, style: { style_type: '水彩' } }],
    ['a style of weight 1', { ...live, style: { style_type: '漫画', style_weight: 1 } }],
    [
      'a style of the smallest positive weight',
      { ...live, style: { style_type: '漫画', style_weight: Number.MIN_VALUE } },
    ],
    ...ASPECT_RATIOS.map((aspect_ratio): [string, object] => [aspect_ratio, { ...request, aspect_ratio }]),
    ...ASPECT_RATIOS.slice(0, 7).map((aspect_ratio): [string, object] => [
      `live ${aspect_ratio}`,
      { ...live, aspect_ratio },
    ]),
    ...STYLE_TYPES.map((style_type): [string, object] => [style_type, { ...live, style: { style_type } }]),
  ])('accepts %s', (_name, input) => {
    expect(faults(input)).toEqual([]);
  });

  test('sets n to 1 by default, trims the prompt and adds nothing else', () => {
    expect(CreateImage.parse({ ...request, prompt: '  a lighthouse ' })).toEqual({
      model: 'image-01',
      prompt: 'a lighthouse',
      n: 1,
    });
  });
});

describe('CreateImage for invalid requests', () => {
  test.each<[string, unknown, string[]]>([
    ['undefined', undefined, ['']],
    ['null', null, ['']],
    ['a list', [], ['']],
    ['text', 'a lighthouse', ['']],
    ['an empty request', {}, ['model', 'prompt']],

    ['no model', { prompt: 'x' }, ['model']],
    ['a model that does not exist', { ...request, model: 'image-02' }, ['model']],
    ['a model in capitals', { ...request, model: 'Image-01' }, ['model']],
    ['a model that is null', { ...request, model: null }, ['model']],

    ['no prompt', { model: 'image-01' }, ['prompt']],
    ['an empty prompt', { ...request, prompt: '' }, ['prompt']],
    ['a prompt of white space', { ...request, prompt: ' \n\t　' }, ['prompt']],
    ['a prompt that is no text', { ...request, prompt: 7 }, ['prompt']],
    ['a prompt in a list', { ...request, prompt: ['x'] }, ['prompt']],
    ['a prompt one too long', { ...request, prompt: 'a'.repeat(1500) }, ['prompt']],
    ['a prompt one code point too long', { ...request, prompt: '🌅'.repeat(1500) }, ['prompt']],
    ['a prompt with U+0000', { ...request, prompt: 'a\u0000b' }, ['prompt']],
    ['a prompt with a lone high surrogate', { ...request, prompt: 'a\ud83cb' }, ['prompt']],
    ['a prompt with a lone low surrogate', { ...request, prompt: '\udf05' }, ['prompt']],
    ['a prompt with surrogates the wrong way round', { ...request, prompt: '\udf05\ud83c' }, ['prompt']],

    ['a ratio that does not exist', { ...request, aspect_ratio: '5:4' }, ['aspect_ratio']],
    ['21:9 on image-01-live', { ...live, aspect_ratio: '21:9' }, ['aspect_ratio']],

    ['a width alone', { ...request, width: 512 }, ['height']],
    ['a height alone', { ...request, height: 512 }, ['width']],
    ['a width one step too small', { ...request, width: 504, height: 512 }, ['width']],
    ['a height one step too large', { ...request, width: 512, height: 2056 }, ['height']],
    ['a width that is no multiple of 8', { ...request, width: 513, height: 512 }, ['width']],
    ['a width half a step off', { ...request, width: 516, height: 512 }, ['width']],
    ['a fractional height', { ...request, width: 512, height: 512.5 }, ['height']],
    ['a width as text', { ...request, width: '512', height: 512 }, ['width']],
    ['both sides wrong', { ...request, width: 8, height: -8 }, ['width', 'height']],
    ['a size and a ratio', { ...request, width: 512, height: 512, aspect_ratio: '1:1' }, ['aspect_ratio']],
    ['a size on image-01-live', { ...live, width: 512, height: 512 }, ['width']],

    ['a negative number of images', { ...request, n: -1 }, ['n']],
    ['ten images', { ...request, n: 10 }, ['n']],
    ['one and a half images', { ...request, n: 1.5 }, ['n']],
    ['a number of images as text', { ...request, n: '2' }, ['n']],
    ['a prompt that is null', { ...request, prompt: null }, ['prompt']],
    ['NaN images', { ...request, n: Number.NaN }, ['n']],

    ['a fractional seed', { ...request, seed: 0.5 }, ['seed']],
    ['a seed above the safe integers', { ...request, seed: 2 ** 53 }, ['seed']],
    ['a seed as text', { ...request, seed: '7' }, ['seed']],
    ['an infinite seed', { ...request, seed: Number.POSITIVE_INFINITY }, ['seed']],

    ['a switch as text', { ...request, prompt_optimizer: 'true' }, ['prompt_optimizer']],
    ['a switch as a number', { ...request, aigc_watermark: 1 }, ['aigc_watermark']],

    ['a style on image-01', { ...request, style: { style_type: '漫画' } }, ['style']],
    ['a style that does not exist', { ...live, style: { style_type: '油画' } }, ['style.style_type']],
    ['a style without type', { ...live, style: {} }, ['style.style_type']],
    ['a style whose type is null', { ...live, style: { style_type: null } }, ['style.style_type']],
    ['a style_weight of 0', { ...live, style: { style_type: '漫画', style_weight: 0 } }, ['style.style_weight']],
    ['a style_weight above 1', { ...live, style: { style_type: '漫画', style_weight: 1.01 } }, ['style.style_weight']],
    ['a style with an unknown key', { ...live, style: { style_type: '漫画', strength: 1 } }, ['style.strength']],
    ['a style as text', { ...live, style: '漫画' }, ['style']],

    [
      'two references',
      { ...request, subject_reference: [...referring('https://a.example/1'), ...referring('https://a.example/2')] },
      ['subject_reference'],
    ],
    [
      'a reference outside a list',
      { ...request, subject_reference: referring('https://a.example/1')[0] },
      ['subject_reference'],
    ],
    [
      'an empty reference',
      { ...request, subject_reference: [{}] },
      ['subject_reference.0.type', 'subject_reference.0.image_file'],
    ],
    [
      'a reference of another type',
      { ...request, subject_reference: [{ type: 'style', image_file: 'https://a.example/1' }] },
      ['subject_reference.0.type'],
    ],
    [
      'a reference with an unknown key',
      { ...request, subject_reference: [{ type: 'character', image_file: 'https://a.example/1', weight: 1 }] },
      ['subject_reference.0.weight'],
    ],

    ['a misspelt key', { ...request, promt: 'x' }, ['promt']],
    ['two unknown keys', { ...request, response_format: 'url', N: 2 }, ['response_format', 'N']],
    ['the idempotency_key of a call', { ...request, idempotency_key: 'k' }, ['idempotency_key']],
    ['several invalid fields at once', { model: 'image-01', prompt: '', n: 10, width: 512 }, ['prompt', 'n', 'height']],
  ])('refuses %s with the path of each field', (_name, input, paths) => {
    expect(faults(input)).toEqual(paths);
  });

  test('explains every issue in Chinese', () => {
    const result = CreateImage.safeParse({ prompt: '', n: 10, width: '1', seed: 0.5, style: 7, promt: 'x' });
    if (result.success) throw new Error('accepted');
    for (const { message } of issuesOf(result.error)) expect(message).toMatch(/\p{Script=Han}/u);
  });
});

describe('image_file of a reference', () => {
  const photographs = { jpeg: '', png: '' };
  beforeAll(async () => {
    const read = async (name: PhotoName) => (await readPhoto(name)).toString('base64');
    photographs.jpeg = await read('rocket.jpg');
    photographs.png = await read('astronaut.png');
  });

  const path = 'subject_reference.0.image_file';
  const faultsOf = (image_file: unknown) => faults({ ...request, subject_reference: referring(image_file) });

  test.each([
    'https://a.example/face.jpg',
    'http://a.example/face.jpg',
    'HTTPS://A.EXAMPLE/face.jpg',
    'https://a.example:8443/p%2Fq.jpg?Expires=1&Signature=a%2Bb#top',
    'https://例子.测试/脸.jpg',
    'https://192.0.2.1/face.jpg',
    'https://[2001:db8::1]/face.jpg',
    `https://a.example/${'a'.repeat(4096 - 18)}`,
    'upload://123e4567-e89b-12d3-a456-426614174000',
    'upload://123E4567-E89B-12D3-A456-426614174000',
  ])('accepts the reference %s', (image_file) => {
    expect(faultsOf(image_file)).toEqual([]);
  });

  test.each([
    ['an empty text', ''],
    ['a number', 7],
    ['null', null],
    ['a file name', 'face.jpg'],
    ['a path', '/etc/passwd'],
    ['a file URL', 'file:///etc/passwd'],
    ['ftp', 'ftp://a.example/face.jpg'],
    ['javascript', 'javascript:alert(1)'],
    ['no host', 'https://'],
    ['an invalid port', 'https://a.example:99999/face.jpg'],
    ['a space inside', 'https://a.example/a face.jpg'],
    ['a leading space', ' https://a.example/face.jpg'],
    ['a line break', 'https://a.example/face\n.jpg'],
    ['a NUL', 'https://a.example/face\0.jpg'],
    ['a lone surrogate', 'https://a.example/face\ud800.jpg'],
    ['a user name and password', 'https://user:secret@a.example/face.jpg'],
    ['a user name', 'https://user@a.example/face.jpg'],
    ['a URL one character too long', `https://a.example/${'a'.repeat(4096 - 17)}`],
    ['an upload without an id', 'upload://'],
    ['an upload with an id that is not a UUID', 'upload://1234'],
    ['an upload with a path', 'upload://123e4567-e89b-12d3-a456-426614174000/../x'],
    ['an upload without slashes', 'upload:123e4567-e89b-12d3-a456-426614174000'],
  ])('refuses a reference with %s', (_name, image_file) => {
    expect(faultsOf(image_file)).toEqual([path]);
  });

  test('accepts real photographs as data URLs', () => {
    expect(faultsOf(`data:image/jpeg;base64,${photographs.jpeg}`)).toEqual([]);
    expect(faultsOf(`data:image/png;base64,${photographs.png}`)).toEqual([]);
  });

  test.each<[string, () => string]>([
    ['WebP', () => 'data:image/webp;base64,UklGRg=='],
    ['WebP declared as JPEG', () => 'data:image/jpeg;base64,UklGRiQAAABXRUJQVlA4IBgAAAAw'],
    ['a type other than an image', () => `data:text/html;base64,${photographs.jpeg}`],
    ['no type', () => `data:;base64,${photographs.jpeg}`],
    ['SVG', () => 'data:image/svg+xml;base64,PHN2Zz4='],
    ['data without base64', () => 'data:image/jpeg,abc'],
    ['no data', () => 'data:image/jpeg;base64,'],
    ['base64 with one character too many', () => `data:image/jpeg;base64,${photographs.jpeg.slice(0, 401)}`],
    ['characters outside the base64 alphabet', () => `data:image/jpeg;base64,${photographs.jpeg.slice(0, 399)}!`],
    ['malformed percent escapes', () => 'data:image/jpeg;base64,/9j/%4g%4'],
    ['percent escapes of characters outside the base64 alphabet', () => 'data:image/jpeg;base64,/9j/%21%21%21%21'],
    ['padding inside', () => `data:image/jpeg;base64,/9j/AA==${photographs.jpeg.slice(0, 400)}`],
    ['three padding characters', () => 'data:image/jpeg;base64,/9j/A==='],
  ])('refuses data with %s', (_name, image_file) => {
    expect(faultsOf(image_file())).toEqual([path]);
  });

  const jpegOf = (bytes: number) => {
    const data = Buffer.alloc(bytes);
    data.set([0xff, 0xd8, 0xff, 0xe0]);
    return `data:image/jpeg;base64,${data.toString('base64')}`;
  };

  test('accepts 9,999,999 bytes and refuses 10,000,000, counted in bytes rather than characters', () => {
    expect(faultsOf(jpegOf(9_999_999))).toEqual([]);
    expect(faultsOf(jpegOf(10_000_000))).toEqual([path]);
    expect(faultsOf(jpegOf(9_999_998))).toEqual([]);
    expect(faultsOf(jpegOf(10_000_001))).toEqual([path]);
  });
});

describe('idempotency_key of a call', () => {
  const keyFaults = (idempotency_key: unknown) => {
    const result = CreateImageCall.safeParse({ ...request, idempotency_key });
    return result.success ? [] : issuesOf(result.error).map(({ path }) => path.join('.'));
  };

  test.each(['k', '!~', 'a'.repeat(255), undefined, null])('accepts the key %s', (key) => {
    expect(keyFaults(key)).toEqual([]);
  });

  test.each([[''], ['a b'], ['a\n'], ['a\u007f'], ['é'], ['钥'], ['a'.repeat(256)], [7]])(
    'refuses the key %j',
    (key) => {
      expect(new Set(keyFaults(key))).toEqual(new Set(['idempotency_key']));
    },
  );

  test('applies the rules across fields to a call as to a request', () => {
    const result = CreateImageCall.safeParse({ ...request, width: 512, idempotency_key: 'k' });
    expect(result.success || issuesOf(result.error)).toMatchObject([{ path: ['height'] }]);
  });
});
