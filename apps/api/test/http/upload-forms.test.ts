import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { beforeAll, expect, test } from 'vitest';
import { shareApi } from './running-api.ts';
import { bearer } from './tokens.ts';

const api = shareApi({ RATE_LIMIT_PER_MINUTE: '0' });
const FORM = 'multipart/form-data; boundary=x';
let photo: Buffer;
beforeAll(async () => {
  photo = await readPhoto('rocket.jpg');
});

interface Part {
  headers: string[];
  content: string | Buffer;
}

const file = (
  content: Part['content'],
  headers = ['Content-Disposition: form-data; name="file"; filename="a.jpg"'],
) => ({
  headers,
  content,
});
const field = (name: string, content = 'a value') => file(content, [`Content-Disposition: form-data; name="${name}"`]);

function formOf(parts: Part[], eol = '\r\n'): Buffer {
  const pieces = parts.flatMap(({ headers, content }) => [
    Buffer.from(`--x${eol}${headers.join(eol)}${eol}${eol}`),
    Buffer.from(content),
    Buffer.from(eol),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--x--${eol}`)]);
}

async function send(payload: Buffer | Readable, type = FORM) {
  const headers = { ...bearer('1'), 'content-type': type };
  return api().server.inject({ method: 'POST', url: UPLOADS_PATH, payload, headers });
}

test.each<[string, string[]]>([
  [
    'no file name but a type, as Android clients send it',
    ['Content-Disposition: form-data; name="file"', 'Content-Type: image/jpeg'],
  ],
  ['neither file name nor type', ['Content-Disposition: form-data; name="file"']],
  ['only an extended file name', [`Content-Disposition: form-data; name="file"; filename*=UTF-8''a.jpg`]],
  ['an empty file name', ['Content-Disposition: form-data; name="file"; filename=""']],
  [
    'application/octet-stream',
    ['Content-Disposition: form-data; name="file"', 'Content-Type: application/octet-stream'],
  ],
  [
    'a type that differs from the image’s',
    ['Content-Disposition: form-data; name="file"; filename="a"', 'Content-Type: text/plain; charset=utf-8'],
  ],
  ['an unquoted name', ['Content-Disposition: form-data; name=file; filename=a.jpg']],
  ['header names in another case', ['CONTENT-DISPOSITION: Form-Data; NAME="file"; FILENAME="a.jpg"']],
  ['parameters in another order', ['Content-Disposition: form-data; filename="a; name=b.jpg"; name="file"']],
  ['a binary transfer encoding', ['Content-Disposition: form-data; name="file"', 'Content-Transfer-Encoding: binary']],
])('accepts a file with %s', async (_name, headers) => {
  const { statusCode, body } = await send(formOf([file(photo, headers)]));
  expect(body).toContain('upload://');
  expect(statusCode).toBe(201);
});

test('accepts a file in base64', async () => {
  const lines = photo.toString('base64').replace(/.{76}/g, '$&\r\n');
  const headers = [
    'Content-Disposition: form-data; name="file"; filename="a.jpg"',
    'Content-Transfer-Encoding: BASE64',
  ];
  expect((await send(formOf([file(lines, headers)]))).statusCode).toBe(201);
});

test.each([
  'multipart/form-data; boundary="x"',
  'multipart/form-data; charset=utf-8; boundary=x',
  'multipart/form-data; boundary=x; charset=utf-8',
  'Multipart/Form-Data;Boundary=x',
])('accepts a form of the type %s', async (type) => {
  expect((await send(formOf([file(photo)]), type)).statusCode).toBe(201);
});

test('accepts a file among ten text fields, with a preamble and an epilogue', async () => {
  const fields = Array.from({ length: 10 }, (_, number) => field(`field-${number}`));
  const form = formOf([...fields.slice(0, 5), file(photo), ...fields.slice(5)]);
  const around = Buffer.concat([Buffer.from('a preamble\r\n'), form, Buffer.from('an epilogue')]);
  expect((await send(around)).statusCode).toBe(201);
});

const CONTENT_TYPE = ['Content-Type'];
const FILE = ['file'];

test.each<[string, () => Buffer, string, object]>([
  [
    'no boundary',
    () => formOf([file(photo)]),
    'multipart/form-data',
    { code: 400, issues: [{ path: CONTENT_TYPE, message: expect.stringContaining('boundary') }] },
  ],
  [
    'an empty boundary',
    () => formOf([file(photo)]),
    'multipart/form-data; boundary=',
    { code: 400, issues: [{ path: CONTENT_TYPE, message: expect.stringContaining('boundary') }] },
  ],
  [
    'another boundary than it says',
    () => formOf([file(photo)]),
    'multipart/form-data; boundary=y',
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('boundary') }] },
  ],
  [
    'bare line feeds',
    () => formOf([file(photo)], '\n'),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('CRLF') }] },
  ],
  [
    'two files',
    () => formOf([file(photo), file(photo)]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('一次只能上传一张') }] },
  ],
  [
    'a second file in another field',
    () => formOf([file(photo), file(photo, ['Content-Disposition: form-data; name="more"; filename="b"'])]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('一次只能上传一张') }] },
  ],
  [
    'a file in another field',
    () => formOf([file(photo, ['Content-Disposition: form-data; name="image"; filename="b"'])]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('image') }] },
  ],
  [
    'a file in a field without a name',
    () => formOf([file(photo, ['Content-Disposition: form-data; filename="b"'])]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('file') }] },
  ],
  [
    'text fields alone',
    () => formOf([field('prompt')]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('prompt') }] },
  ],
  [
    'no part at all',
    () => formOf([]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('没有图片文件') }] },
  ],
  [
    'a file without a byte',
    () => formOf([file('')]),
    FORM,
    { code: 415, error_code: 'unsupported_image', issues: [{ path: FILE, message: expect.stringContaining('空') }] },
  ],
  [
    'an unknown transfer encoding',
    () =>
      formOf([
        file(photo, ['Content-Disposition: form-data; name="file"', 'Content-Transfer-Encoding: quoted-printable']),
      ]),
    FORM,
    { code: 400, issues: [{ path: FILE, message: expect.stringContaining('Content-Transfer-Encoding') }] },
  ],
  [
    'JSON',
    () => Buffer.from('{}'),
    'application/json',
    {
      code: 415,
      error_code: 'unsupported_media_type',
      issues: [{ path: CONTENT_TYPE, message: expect.stringContaining('multipart/form-data') }],
    },
  ],
  [
    'the bare image',
    () => photo,
    'image/jpeg',
    {
      code: 415,
      error_code: 'unsupported_media_type',
      issues: [{ path: CONTENT_TYPE, message: expect.stringContaining('file') }],
    },
  ],
  [
    'another kind of multipart',
    () => formOf([file(photo)]),
    'multipart/mixed; boundary=x',
    { code: 415, error_code: 'unsupported_media_type' },
  ],
])('refuses %s, gives the reason, and keeps no file', async (_name, makeBody, type, refusal) => {
  const kept = await readdir(path.join(api().dataDir, 'files'), { recursive: true });
  expect((await send(makeBody(), type)).json()).toMatchObject({ data: null, ...refusal });
  expect(await readdir(path.join(api().dataDir, 'files'), { recursive: true })).toEqual(kept);
});

test('refuses a form that is too large around its file, with or without a length', async () => {
  const form = Buffer.concat([Buffer.alloc(21 * 1024 * 1024, 'a'), Buffer.from('\r\n'), formOf([file(photo)])]);
  expect((await send(form)).json()).toMatchObject({ code: 413, error_code: 'payload_too_large' });
  async function* pieces() {
    for (let start = 0; start < form.length; start += 65_536) yield form.subarray(start, start + 65_536);
  }
  expect((await send(Readable.from(pieces()))).json()).toMatchObject({ code: 413, error_code: 'payload_too_large' });
});
