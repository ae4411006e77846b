import { LIST_LIMIT_MAX } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import fc from 'fast-check';
import { type KnownData, type MakeProbe, type Parts, writeRequest } from './probe.ts';
import { idempotencyKey, validCreate } from './valid-create.ts';
import { TINY_JPEG, TINY_PNG } from './valid-fields.ts';

/** Unusual headers that must have no effect. */
const INNOCENT_HEADERS = [
  'Cookie: session=1; session=2',
  'Cookie: token=eyJhbGciOiJub25lIn0.e30.',
  'X-Forwarded-For: 127.0.0.1, 8.8.8.8',
  'X-Forwarded-Host: evil.example',
  'X-HTTP-Method-Override: DELETE',
  'X-Original-URL: /admin',
  'Range: bytes=0-0',
  'If-None-Match: *',
  'Origin: null',
  'Accept: application/xml;q=0.9, */*;q=0.1',
  'Accept-Encoding: gzip, br, zstd',
  'Expect: 100-continue',
  'User-Agent: \xff\xfe',
  'X-Empty:',
  `X-Long: ${'a'.repeat(4_000)}`,
];

const innocentHeaders = fc.array(fc.constantFrom(...INNOCENT_HEADERS), { maxLength: 2 });

type MakeParts = (known: KnownData) => Parts;

const JSON_TYPE = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'Application/JSON');

const create: fc.Arbitrary<MakeParts> = fc
  .tuple(validCreate, fc.option(idempotencyKey, { nil: undefined }), fc.boolean(), JSON_TYPE)
  .map(([makeCreate, key, onTrpc, type]) => (known) => {
    const request = makeCreate(known);
    const call = onTrpc && key !== undefined ? { ...request, idempotency_key: key } : request;
    return {
      method: 'POST',
      address: onTrpc ? '/trpc/image.create' : GENERATION_PATH,
      headers: [`Content-Type: ${type}`, ...(onTrpc || key === undefined ? [] : [`Idempotency-Key: ${key}`])],
      body: Buffer.from(JSON.stringify(call)),
    };
  });

const upload: fc.Arbitrary<MakeParts> = fc
  .tuple(fc.constantFrom(TINY_JPEG, TINY_PNG), fc.constantFrom('photo.jpg', '../../etc/passwd', '照片.png', ''))
  .map(([image, filename]) => () => {
    const head = `--x\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\n\r\n`;
    return {
      method: 'POST',
      address: UPLOADS_PATH,
      headers: ['Content-Type: multipart/form-data; boundary=x'],
      body: Buffer.concat([Buffer.from(head), image, Buffer.from('\r\n--x--\r\n')]),
    };
  });

const list: fc.Arbitrary<MakeParts> = fc
  .record(
    {
      limit: fc.integer({ min: 1, max: LIST_LIMIT_MAX }),
      status: fc.constantFrom('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'),
      star_id: fc.constantFrom('0', '2', '9223372036854775807'),
    },
    { requiredKeys: [] },
  )
  .chain((query) =>
    fc.boolean().map((onTrpc) => () => ({
      method: 'GET',
      address: onTrpc
        ? `/trpc/image.list?input=${encodeURIComponent(JSON.stringify(query))}`
        : `${GENERATION_PATH}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
      headers: [],
    })),
  );

/** Jobs that existed at some time and may be deleted by now. */
const ofAJob: fc.Arbitrary<MakeParts> = fc
  .tuple(
    fc.constantFrom('status', 'status', 'status', 'cancel', 'delete'),
    fc.boolean(),
    fc.nat(),
    fc.record({ wait_seconds: fc.constantFrom(0, 0.01, 0.3), after_version: fc.nat({ max: 5 }) }, { requiredKeys: [] }),
  )
  .map(([verb, onTrpc, pick, query]) => ({ jobIds }) => {
    const job_id = jobIds[pick % Math.max(1, jobIds.length)] ?? '123e4567-e89b-42d3-a456-426614174000';
    if (onTrpc) return trpcCall(verb, verb === 'status' ? { job_id, ...query } : { job_id });
    const one = `${GENERATION_PATH}/${job_id}`;
    if (verb === 'cancel') return { method: 'POST', address: `${one}/cancel`, headers: ['Content-Length: 0'] };
    if (verb === 'delete') return { method: 'DELETE', address: one, headers: [] };
    const text = Object.entries(query).map(([name, value]) => `${name}=${value}`);
    return { method: 'GET', address: `${one}?${text.join('&')}`, headers: [] };
  });

function trpcCall(verb: string, input: object): Parts {
  const json = JSON.stringify(input);
  if (verb === 'status')
    return { method: 'GET', address: `/trpc/image.status?input=${encodeURIComponent(json)}`, headers: [] };
  const headers = ['Content-Type: application/json'];
  return { method: 'POST', address: `/trpc/image.${verb}`, headers, body: Buffer.from(json) };
}

/** Several reads in one request. */
const batch: fc.Arbitrary<MakeParts> = fc.array(fc.nat(), { minLength: 1, maxLength: 10 }).map((picks) => (known) => {
  const inputs = picks.map((pick) => ({ job_id: known.jobIds[pick % Math.max(1, known.jobIds.length)] ?? 'none' }));
  const names = picks.map(() => 'image.status').join(',');
  const address = `/trpc/${names}?batch=1&input=${encodeURIComponent(JSON.stringify({ ...inputs }))}`;
  return { method: 'GET', address, headers: [] };
});

const probe =
  (isValid: boolean) =>
  ([makeParts, odd]: [MakeParts, string[]]): MakeProbe =>
  (known) => {
    const { headers, body, ...parts } = makeParts(known);
    const length = body ? [`Content-Length: ${body.length}`] : [];
    const all = [`Authorization: Bearer ${known.token}`, ...headers, ...length, ...odd];
    return { bytes: writeRequest({ ...parts, headers: all, body }), isWhole: true, isValid };
  };

/** Valid requests, at the contract's bounds and with unusual headers: the normal work during the malicious load. */
export const validRequest: fc.Arbitrary<MakeProbe> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(create, innocentHeaders).map(probe(true)) },
  { weight: 1, arbitrary: fc.tuple(upload, innocentHeaders).map(probe(true)) },
  { weight: 1, arbitrary: fc.tuple(list, innocentHeaders).map(probe(true)) },
  { weight: 5, arbitrary: fc.tuple(fc.oneof(ofAJob, batch), innocentHeaders).map(probe(false)) },
);
