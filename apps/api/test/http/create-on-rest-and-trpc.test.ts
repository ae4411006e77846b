import { CreateImage } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ RATE_LIMIT_PER_MINUTE: '0', USER_ACTIVE_LIMIT: '1000' });
const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const live = { ...request, model: 'image-01-live' };
const reference = (image_file: unknown, type: unknown = 'character') => ({
  ...request,
  subject_reference: [{ type, image_file }],
});
const JPEG = '/9j/4AAQSkZJRgABAQAAAQABAAD/';

/** Every way in which a request can be invalid, with the fields that the answer must name. */
const WRONG: [name: string, input: unknown, paths: string[]][] = [
  ['a null body', null, ['']],
  ['a list in place of an object', [], ['']],
  ['a text in place of an object', 'image-01', ['']],
  ['no fields', {}, ['model', 'prompt']],
  ['an unknown field', { ...request, promt: 'x' }, ['promt']],
  ['two unknown fields', { ...request, size: '1:1', count: 2 }, ['size', 'count']],
  ['an unknown model', { ...request, model: 'image-02' }, ['model']],
  ['an empty prompt', { ...request, prompt: '' }, ['prompt']],
  ['a blank prompt', { ...request, prompt: ' \n\t ' }, ['prompt']],
  ['a prompt that is no text', { ...request, prompt: 5 }, ['prompt']],
  ['a prompt of 1500 characters', { ...request, prompt: '灯'.repeat(1_500) }, ['prompt']],
  ['a prompt of 1500 code points beyond the first plane', { ...request, prompt: '🖼'.repeat(1_500) }, ['prompt']],
  ['U+0000 in the prompt', { ...request, prompt: 'a\u0000b' }, ['prompt']],
  ['half a character in the prompt', { ...request, prompt: 'a\ud83d' }, ['prompt']],
  ['an unknown aspect ratio', { ...request, aspect_ratio: '2:1' }, ['aspect_ratio']],
  ['a width alone', { ...request, width: 1024 }, ['height']],
  ['a height alone', { ...request, height: 1024 }, ['width']],
  ['both an aspect ratio and a size', { ...request, aspect_ratio: '1:1', width: 512, height: 512 }, ['aspect_ratio']],
  ['a width below the minimum', { ...request, width: 504, height: 512 }, ['width']],
  ['a height above the maximum', { ...request, width: 512, height: 2056 }, ['height']],
  ['a width that is no multiple of 8', { ...request, width: 513, height: 512 }, ['width']],
  ['a fractional width', { ...request, width: 512.5, height: 512 }, ['width']],
  ['a size as text', { ...request, width: '512', height: 512 }, ['width']],
  ['a negative number of images', { ...request, n: -1 }, ['n']],
  ['ten images', { ...request, n: 10 }, ['n']],
  ['a fractional number of images', { ...request, n: 1.5 }, ['n']],
  ['a number as text', { ...request, n: '2' }, ['n']],
  ['a null where a value is needed', { ...request, model: null }, ['model']],
  ['a seed that is no whole number', { ...request, seed: 1.5 }, ['seed']],
  ['a prompt_optimizer that is no boolean', { ...request, prompt_optimizer: 'yes' }, ['prompt_optimizer']],
  ['an aigc_watermark that is no boolean', { ...request, aigc_watermark: 1 }, ['aigc_watermark']],
  ['a style of the other model', { ...request, style: { style_type: '漫画' } }, ['style']],
  ['an unknown style', { ...live, style: { style_type: '油画' } }, ['style.style_type']],
  ['a style weight of 0', { ...live, style: { style_type: '漫画', style_weight: 0 } }, ['style.style_weight']],
  [
    'a style weight above the maximum',
    { ...live, style: { style_type: '漫画', style_weight: 1.1 } },
    ['style.style_weight'],
  ],
  ['an unknown part of a style', { ...live, style: { style_type: '漫画', strength: 1 } }, ['style.strength']],
  ['21:9 for live', { ...live, aspect_ratio: '21:9' }, ['aspect_ratio']],
  ['a size for live', { ...live, width: 512, height: 512 }, ['width']],
  ['a reference that is no list', { ...request, subject_reference: {} }, ['subject_reference']],
  [
    'two references',
    { ...request, subject_reference: Array(2).fill({ type: 'character', image_file: 'https://a.example/a.jpg' }) },
    ['subject_reference'],
  ],
  ['an unknown type of reference', reference('https://a.example/a.jpg', 'style'), ['subject_reference.0.type']],
  ...[
    ['a number as the image of a reference', 5],
    ['a path', '/etc/passwd'],
    ['a file URL', 'file:///etc/passwd'],
    ['an address with a password', 'https://user:pass@a.example/a.jpg'],
    ['an address with a blank', 'https://a.example/a b.jpg'],
    ['an address without a host', 'https://'],
    ['an address too long', `https://a.example/${'a'.repeat(4_096)}`],
    ['an upload without an id', 'upload://'],
    ['an upload whose id is none', 'upload://7'],
    ['a GIF', 'data:image/gif;base64,R0lGODlhAQABAAAAACw='],
    ['bytes that are no base64', 'data:image/jpeg;base64,/9j/%%%%'],
    ['a WebP that says it is a JPEG', 'data:image/jpeg;base64,UklGRiQAAABXRUJQVlA4IBgAAAAw'],
    ["an address on the caller's own device", 'http://tmp/wx1234.jpg'],
    ["a file on the caller's own device", 'wxfile://tmp_1234.jpg'],
    ['an address in a private network', 'http://192.168.1.5/a.jpg'],
    ['a JPEG that is only a beginning', `data:image/jpeg;base64,${JPEG}`],
    ['no bytes', 'data:image/jpeg;base64,'],
    ['ten megabytes', `data:image/jpeg;base64,/9j/${'A'.repeat(13_333_332)}`],
  ].map(([name, file]): [string, unknown, string[]] => [
    `a reference: ${name}`,
    reference(file),
    ['subject_reference.0.image_file'],
  ]),
];

test.each(WRONG)('rejects a create with %s in the same way on REST and tRPC', async (_, input, paths) => {
  for (const surface of bothSurfaces(api().server)) {
    const answer = surface.read(await surface.create(input));
    expect(answer, surface.name).toEqual({ status: 400, error_code: 'invalid_request', paths });
  }
});

test.each(['', 'a b', 'ключ', 'a'.repeat(256), 'a\u007f'])(
  'rejects the idempotency key %j on REST and tRPC',
  async (key) => {
    const [rest, trpc] = bothSurfaces(api().server);
    const refusal = { status: 400, error_code: 'invalid_request' };
    const header = Buffer.from(key).toString('latin1'); // as it is sent in the header
    const onRest = rest.read(await rest.create(request, { ...bearer('1'), 'idempotency-key': header }));
    expect(onRest).toEqual({ ...refusal, paths: ['Idempotency-Key'] });
    const onTrpc = trpc.read(await trpc.create({ ...request, idempotency_key: key }));
    expect(onTrpc).toEqual({ ...refusal, paths: ['idempotency_key'] });
  },
);

test('creates one job per idempotency key, on REST or tRPC and in any field order', async () => {
  const [rest, trpc] = bothSurfaces(api().server);
  const full = { ...request, n: 2, aspect_ratio: '1:1', seed: 7, prompt: '  a lighthouse at dawn ' };
  const backwards = Object.fromEntries(Object.entries(full).toReversed());
  const first = rest.read(await rest.create(full, { ...bearer('1'), 'idempotency-key': 'one-tap' }));
  const second = trpc.read(await trpc.create({ ...backwards, idempotency_key: 'one-tap' }));
  expect(second).toEqual(first);
  const other = trpc.read(await trpc.create({ ...full, n: 3, idempotency_key: 'one-tap' }));
  expect(other).toEqual({ status: 422, error_code: 'idempotency_mismatch', paths: null });
});

test('creates one job per idempotency key, whether absent fields are null, empty, 0 or left out', async () => {
  const [rest, trpc] = bothSurfaces(api().server);
  const absent = { aspect_ratio: '', n: 0, width: 0, height: 0, seed: null, style: null, subject_reference: null };
  const first = rest.read(
    await rest.create({ ...request, ...absent }, { ...bearer('1'), 'idempotency-key': 'sparse' }),
  );
  expect(first).toMatchObject({ data: { request: { ...request, n: 1 } } });
  const second = trpc.read(await trpc.create({ ...request, idempotency_key: 'sparse' }));
  expect(second).toEqual(first);
  const third = trpc.read(
    await trpc.create({ ...request, ...absent, subject_reference: [], idempotency_key: 'sparse' }),
  );
  expect(third).toEqual(first);
});

test.each([
  ['the required fields only', request],
  ['the required fields, with null for every optional one', { ...request, aspect_ratio: null, n: null, style: null }],
  [
    'all optional fields at their limits',
    { ...live, prompt: '🖼'.repeat(1_499), n: 9, seed: -1, style: { style_type: '水彩', style_weight: 1 } },
  ],
  ['a size', { ...request, width: 512, height: 2048, prompt_optimizer: true, aigc_watermark: false }],
  ['a reference by its URL', reference('HTTPS://a.example/a.jpg?x=%2F')],
])('creates the same job on REST and tRPC from %s', async (_, input) => {
  for (const surface of bothSurfaces(api().server)) {
    const answer = surface.read(await surface.create(input));
    expect(answer, surface.name).toMatchObject({ data: { status: 'PENDING', request: CreateImage.parse(input) } });
  }
});
