import { CreateImage } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { bothFaces } from './surfaces.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ RATE_LIMIT_PER_MINUTE: '0', USER_ACTIVE_LIMIT: '1000' });
const order = { model: 'image-01', prompt: 'a lighthouse at dawn' };
const live = { ...order, model: 'image-01-live' };
const reference = (image_file: unknown, type: unknown = 'character') => ({
  ...order,
  subject_reference: [{ type, image_file }],
});
const JPEG = '/9j/4AAQSkZJRgABAQAAAQABAAD/';

/** Every way in which a request can be invalid, with the fields that the answer must name. */
const WRONG: [name: string, input: unknown, paths: string[]][] = [
  ['a null body', null, ['']],
  ['a list in place of an object', [], ['']],
  ['a text in place of an object', 'image-01', ['']],
  ['no fields', {}, ['model', 'prompt']],
  ['an unknown field', { ...order, promt: 'x' }, ['promt']],
  ['two unknown fields', { ...order, size: '1:1', count: 2 }, ['size', 'count']],
  ['an unknown model', { ...order, model: 'image-02' }, ['model']],
  ['an empty prompt', { ...order, prompt: '' }, ['prompt']],
  ['a blank prompt', { ...order, prompt: ' \n\t ' }, ['prompt']],
  ['a prompt that is no text', { ...order, prompt: 5 }, ['prompt']],
  ['a prompt of 1500 characters', { ...order, prompt: '灯'.repeat(1_500) }, ['prompt']],
  ['a prompt of 1500 code points beyond the first plane', { ...order, prompt: '🖼'.repeat(1_500) }, ['prompt']],
  ['U+0000 in the prompt', { ...order, prompt: 'a\u0000b' }, ['prompt']],
  ['half a character in the prompt', { ...order, prompt: 'a\ud83d' }, ['prompt']],
  ['an unknown aspect ratio', { ...order, aspect_ratio: '2:1' }, ['aspect_ratio']],
  ['a width alone', { ...order, width: 1024 }, ['height']],
  ['a height alone', { ...order, height: 1024 }, ['width']],
  ['both an aspect ratio and a size', { ...order, aspect_ratio: '1:1', width: 512, height: 512 }, ['aspect_ratio']],
  ['a width below the minimum', { ...order, width: 504, height: 512 }, ['width']],
  ['a height above the maximum', { ...order, width: 512, height: 2056 }, ['height']],
  ['a width that is no multiple of 8', { ...order, width: 513, height: 512 }, ['width']],
  ['a fractional width', { ...order, width: 512.5, height: 512 }, ['width']],
  ['a size as text', { ...order, width: '512', height: 512 }, ['width']],
  ['a negative number of images', { ...order, n: -1 }, ['n']],
  ['ten images', { ...order, n: 10 }, ['n']],
  ['a fractional number of images', { ...order, n: 1.5 }, ['n']],
  ['a number as text', { ...order, n: '2' }, ['n']],
  ['a null where a value is needed', { ...order, model: null }, ['model']],
  ['a seed that is no whole number', { ...order, seed: 1.5 }, ['seed']],
  ['a prompt_optimizer that is no boolean', { ...order, prompt_optimizer: 'yes' }, ['prompt_optimizer']],
  ['an aigc_watermark that is no boolean', { ...order, aigc_watermark: 1 }, ['aigc_watermark']],
  ['a style of the other model', { ...order, style: { style_type: '漫画' } }, ['style']],
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
  ['a reference that is no list', { ...order, subject_reference: {} }, ['subject_reference']],
  [
    'two references',
    { ...order, subject_reference: Array(2).fill({ type: 'character', image_file: 'https://a.example/a.jpg' }) },
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
  for (const face of bothFaces(api().server)) {
    const answer = face.read(await face.create(input));
    expect(answer, face.name).toEqual({ status: 400, error_code: 'invalid_request', paths });
  }
});

test.each(['', 'a b', 'ключ', 'a'.repeat(256), 'a\u007f'])(
  'rejects the idempotency key %j on REST and tRPC',
  async (key) => {
    const [rest, trpc] = bothFaces(api().server);
    const refusal = { status: 400, error_code: 'invalid_request' };
    const header = Buffer.from(key).toString('latin1'); // as it is sent in the header
    const onRest = rest.read(await rest.create(order, { ...bearer('1'), 'idempotency-key': header }));
    expect(onRest).toEqual({ ...refusal, paths: ['Idempotency-Key'] });
    const onTrpc = trpc.read(await trpc.create({ ...order, idempotency_key: key }));
    expect(onTrpc).toEqual({ ...refusal, paths: ['idempotency_key'] });
  },
);

test('creates one job per idempotency key, on REST or tRPC and in any field order', async () => {
  const [rest, trpc] = bothFaces(api().server);
  const full = { ...order, n: 2, aspect_ratio: '1:1', seed: 7, prompt: '  a lighthouse at dawn ' };
  const backwards = Object.fromEntries(Object.entries(full).toReversed());
  const first = rest.read(await rest.create(full, { ...bearer('1'), 'idempotency-key': 'one-tap' }));
  const second = trpc.read(await trpc.create({ ...backwards, idempotency_key: 'one-tap' }));
  expect(second).toEqual(first);
  const other = trpc.read(await trpc.create({ ...full, n: 3, idempotency_key: 'one-tap' }));
  expect(other).toEqual({ status: 422, error_code: 'idempotency_mismatch', paths: null });
});

test('creates one job per idempotency key, whether absent fields are null, empty, 0 or left out', async () => {
  const [rest, trpc] = bothFaces(api().server);
  const absent = { aspect_ratio: '', n: 0, width: 0, height: 0, seed: null, style: null, subject_reference: null };
  const first = rest.read(await rest.create({ ...order, ...absent }, { ...bearer('1'), 'idempotency-key': 'sparse' }));
  expect(first).toMatchObject({ data: { request: { ...order, n: 1 } } });
  const second = trpc.read(await trpc.create({ ...order, idempotency_key: 'sparse' }));
  expect(second).toEqual(first);
  const third = trpc.read(await trpc.create({ ...order, ...absent, subject_reference: [], idempotency_key: 'sparse' }));
  expect(third).toEqual(first);
});

test.each([
  ['the required fields only', order],
  ['the required fields, with null for every optional one', { ...order, aspect_ratio: null, n: null, style: null }],
  [
    'all optional fields at their limits',
    { ...live, prompt: '🖼'.repeat(1_499), n: 9, seed: -1, style: { style_type: '水彩', style_weight: 1 } },
  ],
  ['a size', { ...order, width: 512, height: 2048, prompt_optimizer: true, aigc_watermark: false }],
  ['a reference by its URL', reference('HTTPS://a.example/a.jpg?x=%2F')],
])('creates the same job on REST and tRPC from %s', async (_, input) => {
  for (const face of bothFaces(api().server)) {
    const answer = face.read(await face.create(input));
    expect(answer, face.name).toMatchObject({ data: { status: 'PENDING', request: CreateImage.parse(input) } });
  }
});
