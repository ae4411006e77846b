import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import fc from 'fast-check';
import { type MakeProbe, writeRequest } from './probe.ts';
import { validCreate } from './valid-create.ts';
import { type MakeCreate, NOTHING_KNOWN } from './valid-fields.ts';
import { validH3 } from './valid-h3.ts';

const JOB_ID = '123e4567-e89b-42d3-a456-426614174000';

const FIELDS = [
  'model',
  'prompt',
  'n',
  'aspect_ratio',
  'seed',
  'subject_reference',
  'width',
  'style',
  'idempotency_key',
  'references',
  'size',
  'area',
  'disable_prompt_enhanced',
  'output_format',
  'response_format',
  'stream',
  'images',
];

const ODD_TEXTS = [
  '',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  '%00',
  '%2F..%2F',
  "'; DROP TABLE jobs; --",
  '灯'.repeat(2_000),
];

/** Values that the schema does not expect. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, -1, 0, 1e308, 2 ** 53, 0.1, -0, [], {}, [[]], ...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const fields = (make: MakeCreate) => make(NOTHING_KNOWN);

/** Shapes beside the bounds of H3, or not written as the contract asks. */
const ODD_SHAPES = [
  ...['1023x640', '5001x4000', '7747x2582', '99999x99999', '100000x1', '0x0', '-5x5', '1e3x1e3', '5000×4000'],
  ...['05000x4000', '5000x4000x2', 'x', 'AUTO', 'auto ', '1024x640\n', '9'.repeat(100_000), `1${'0'.repeat(400)}x1`],
  ...['301:100', '3:0', '0:0', '1:4', '4:1', '1:1:1', '１:１', '1.5:1', ':', '8K', '2k', '4K '],
];

const reference = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    'https://photos.example/a.jpg',
    {},
    [],
    { image_file: null },
    { image_file: '' },
    { image_file: 'upload://' },
    { image_file: `upload://${JOB_ID}` },
    { image_file: 'upload://../../darkroom.sqlite' },
    { image_file: 'file:///etc/passwd' },
    { image_file: 'http://169.254.169.254/latest/meta-data' },
    { image_file: 'data:image/png;base64,' },
    { image_file: `data:image/png;base64,${'A'.repeat(100_000)}` },
    { image_file: 'https://photos.example/a.jpg', type: 'character' },
    { image_url: 'https://photos.example/a.jpg' },
  ),
  oddValue,
);

/** Lists of references that are too long, hold odd items, or are no lists. */
const oddReferences: fc.Arbitrary<unknown> = fc.oneof(
  fc.array(reference, { minLength: 1, maxLength: 20 }),
  fc
    .constantFrom(17, 1_000, 20_000)
    .map((length) => Array(length).fill({ image_file: 'https://photos.example/a.jpg' })),
  oddValue,
);

/** A valid request for H3 with an odd shape, odd references or both. */
const oddH3: fc.Arbitrary<string> = fc
  .tuple(
    validH3,
    fc.record(
      {
        size: fc.constantFrom(...ODD_SHAPES),
        aspect_ratio: fc.constantFrom(...ODD_SHAPES),
        area: fc.constantFrom(...ODD_SHAPES),
        references: oddReferences,
        n: fc.constantFrom<unknown>(0, 11, -1, 1.5, '1', 2 ** 53),
        disable_prompt_enhanced: fc.constantFrom<unknown>(true, 'true', 1),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([make, changes]) => JSON.stringify({ ...fields(make), ...changes }));

/** Fields of two valid requests, which may be for different families. */
const mixedCreate: fc.Arbitrary<string> = fc
  .tuple(validCreate, validCreate, fc.boolean())
  .map(([one, other, keepsModel]) => {
    const { model } = fields(one);
    return JSON.stringify({ ...fields(one), ...fields(other), ...(keepsModel && { model }) });
  });

/** A valid request with some of its fields replaced, removed or joined by unknown ones. */
const oddCreate: fc.Arbitrary<string> = fc
  .tuple(
    validCreate,
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), oddValue), { minLength: 1, maxLength: 4 }),
  )
  .map(([makeCreate, changes]) => JSON.stringify({ ...fields(makeCreate), ...Object.fromEntries(changes) }));

const oddBody: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: oddCreate.map((json) => Buffer.from(json)) },
  { weight: 2, arbitrary: oddH3.map((json) => Buffer.from(json)) },
  { weight: 1, arbitrary: mixedCreate.map((json) => Buffer.from(json)) },
  fc.integer({ min: 100, max: 50_000 }).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
  fc
    .constantFrom(
      '{"__proto__":{"isAdmin":true}}',
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      '{"n":1e999999}',
      `{"seed":${'9'.repeat(5_000)}}`,
      '{"model":"image-01","model":"image-01-live"}',
      '\ufeff{}',
      'null',
      '"',
      '',
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff',
      '--x\r\n\r\n\r\n--x--',
      `--x\r\n${'a: b\r\n'.repeat(3_000)}\r\n--x--`,
    )
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
);

const oddSegment = fc.oneof(
  fc.constantFrom(JOB_ID, '%00', '%2e%2e%2f', '%2F', '%', '%zz', '%ff%fe', '..', '.', 'a'.repeat(9_000), '__proto__'),
  fc.string({ maxLength: 30 }).map(encodeURIComponentOf),
);

const oddQuery = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'wait_seconds',
        'after_version',
        'limit',
        'cursor',
        'status',
        'star_id',
        'expires',
        'signature',
        'batch',
        'input',
        '__proto__',
      ),
      fc.oneof(
        fc.constantFrom('', '-1', '1e9', 'NaN', '%00', '{}', '9'.repeat(40), '[]'),
        fc.string({ maxLength: 40 }).map(encodeURIComponentOf),
      ),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`));

const PROCEDURES = ['create', 'status', 'list', 'cancel', 'delete', 'nothing', 'create,image.status', '__proto__'];

const address: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(
        GENERATION_PATH,
        UPLOADS_PATH,
        '/',
        '/health/ready',
        '/metrics',
        '/openapi.json',
        '/docs',
        '/dev/token',
        '/admin',
        '//',
        '*',
      ),
      fc.tuple(fc.constantFrom(`${GENERATION_PATH}/`, '/files/', '/'), oddSegment).map((parts) => parts.join('')),
      oddSegment.map((segment) => `${GENERATION_PATH}/${segment}/cancel`),
      fc.constantFrom(...PROCEDURES).map((name) => `/trpc/image.${name}`),
      oddSegment.map((segment) => `/trpc/${segment}`),
    ),
    oddQuery,
  )
  .map((parts) => parts.join(''));

const METHODS = [
  'GET',
  'POST',
  'DELETE',
  'PUT',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'CONNECT',
  'BREW',
  'get',
];

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  `multipart/form-data; boundary=${'x'.repeat(300)}`,
  'application/x-www-form-urlencoded',
  'application/json, text/plain',
  '/',
];

/** Additional headers, some of which break the framing of the request. */
const ODD_HEADERS = [
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: nonsense',
  'Content-Encoding: gzip',
  'Host: other.example',
  'Authorization: Bearer a.b.c',
  'Authorization: Basic dXNlcjpwYXNz',
  'X-Access-Token: a.b.c',
  'Cookie: a=b',
  'Expect: 100-continue',
  'Expect: something-else',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Range: bytes=0-',
  'If-None-Match: *',
  'Origin: null',
  'Access-Control-Request-Method: POST',
  'X-Forwarded-For: 127.0.0.1',
  'trpc-accept: application/jsonl',
  'Idempotency-Key: a b',
  `Idempotency-Key: ${'k'.repeat(300)}`,
  `X-Long: ${'a'.repeat(20_000)}`,
  'X-Null: \u0000',
  'no colon at all',
  ': no name',
  ' folded: line',
];

/** Every part is often valid, so that the invalid part of a request gets past the checks before it. */
const request: fc.Arbitrary<MakeProbe> = fc
  .record({
    method: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('GET', 'POST') }, fc.constantFrom(...METHODS)),
    address,
    /** Whether to name an existing job in place of an unknown one. */
    job: fc.option(fc.nat()),
    signedIn: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    type: fc.oneof({ weight: 3, arbitrary: fc.constant('application/json') }, fc.constantFrom(...TYPES)),
    odd: fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>([]) },
      fc.array(fc.constantFrom(...ODD_HEADERS), { minLength: 1, maxLength: 3 }),
    ),
    body: oddBody,
    version: fc.oneof({ weight: 9, arbitrary: fc.constant('HTTP/1.1') }, fc.constantFrom('HTTP/1.0', 'HTTP/9.9', '')),
  })
  .map(({ method, address, job, signedIn, type, odd, body, version }) => ({ token, jobIds }) => {
    const framed = odd.some((header) => /^(content-length|transfer-encoding)/i.test(header));
    const headers = [
      ...(signedIn ? [`Authorization: Bearer ${token}`] : []),
      ...(method === 'GET' || method === 'HEAD' ? [] : [`Content-Type: ${type}`]),
      ...(framed || method === 'GET' ? [] : [`Content-Length: ${body.length}`]),
      ...odd,
    ];
    const jobId = job === null ? undefined : jobIds[job % Math.max(1, jobIds.length)];
    const parts = { method, address: address.replace(JOB_ID, jobId ?? JOB_ID), headers };
    return {
      bytes: writeRequest(method === 'GET' ? parts : { ...parts, body }, version),
      isWhole: false,
      isValid: false,
    };
  });

const noise: fc.Arbitrary<MakeProbe> = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc
      .constantFrom(
        '\r\n\r\n',
        'GET\r\n\r\n',
        'GET / HTTP/1.1\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\u0016\u0003\u0001\u0002\u0000',
      )
      .map((text) => Buffer.from(text)),
  )
  .map((bytes) => () => ({ bytes: Buffer.from(bytes), isWhole: false, isValid: false }));

/** Requests of a malicious client. */
export const maliciousRequest: fc.Arbitrary<MakeProbe> = fc.oneof({ weight: 12, arbitrary: request }, noise);

/** Removes lone surrogates, which cannot be encoded. */
function encodeURIComponentOf(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
