import type { ScenarioInput } from '@darkroom/minimax-simulator';
import type { Settings } from '@darkroom/test-kit/api/api-environment';
import {
  AUTH,
  BALANCE,
  BLOCKED_INPUT,
  BLOCKED_OUTPUT,
  delivered,
  deliveredAfter,
  type Ending,
  ERROR,
  FLAT_JPEG,
  LOST,
  MISDIRECTED,
  NO_IMAGES,
  NOT_FETCHED,
  RATE_LIMITED,
  REJECTED,
  TIMEOUT,
} from './endings.ts';

/** The text in every answer of the provider that has one. It must never reach a user. */
export const PROVIDER_TEXT = 'the text of cluster-7.internal';

export type Fault = NonNullable<ScenarioInput['fault']>;
type ImageFault = Extract<Fault, { kind: 'image' }>['image'];

export interface Row {
  fault: string;
  script: Omit<ScenarioInput, 'prompt'>;
  /** The number of images requested; default 1. */
  n?: number;
  ends: Ending;
}

/** Rows that share one API. */
export interface FaultGroup {
  when: string;
  settings: Settings;
  rows: Row[];
}

/** `times` is the number of calls that meet the fault; by default all of them. */
function row(name: string, fault: Fault | undefined, ends: Ending, more: { times?: number; n?: number } = {}): Row {
  const { times, n } = more;
  return { fault: name, script: { ...(fault && { fault }), ...(times && { times }) }, ends, ...(n && { n }) };
}

const baseResp = (code: number | string, message = PROVIDER_TEXT): Fault => ({ kind: 'base_resp', code, message });
const http = (status: number, headers: Record<string, string> = {}): Fault => ({
  kind: 'http',
  status,
  headers,
  body: `<html><body>${PROVIDER_TEXT}</body></html>`,
});

const json = (body: unknown, status = 200): Fault => ({
  kind: 'http',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** Only the start and end markers of a JPEG. It passes as complete, so it is delivered unchanged. */
const STUB = Buffer.from([0xff, 0xd8, 0xff, 0xd9]).toString('base64');
const STUB_DELIVERED = { content_type: 'image/jpeg', width: null, compressed: false };
const SUCCESS = { status_code: 0, status_msg: 'success' };

/** minimax-api.md, section 4. MiniMax sends its codes as numbers and as text. */
const CODES: [code: number, ends: Ending][] = [
  [1000, ERROR],
  [1001, ERROR],
  [1002, RATE_LIMITED],
  [1004, AUTH],
  [1008, BALANCE],
  [1013, ERROR],
  [1024, ERROR],
  [1026, BLOCKED_INPUT],
  [1027, BLOCKED_OUTPUT],
  [1028, BALANCE],
  [1030, BALANCE],
  [1033, ERROR],
  [1039, RATE_LIMITED],
  [1041, RATE_LIMITED],
  [1042, REJECTED],
  [2013, REJECTED],
  [2038, AUTH],
  [2045, RATE_LIMITED],
  [2049, AUTH],
  [2056, BALANCE],
  [2061, BALANCE],
  [9999, ERROR], // an undocumented code
];

const NOT_OK: [status: number, ends: Ending][] = [
  [204, LOST],
  [301, MISDIRECTED],
  [302, MISDIRECTED],
  [307, MISDIRECTED],
  [308, MISDIRECTED],
  [400, REJECTED],
  [401, AUTH],
  [403, AUTH],
  [404, MISDIRECTED],
  [405, MISDIRECTED],
  [407, MISDIRECTED],
  [410, MISDIRECTED],
  [408, LOST],
  [413, REJECTED],
  [421, LOST],
  [422, REJECTED],
  [429, RATE_LIMITED],
  [500, LOST],
  [501, MISDIRECTED],
  [511, MISDIRECTED],
  [502, LOST],
  [503, LOST],
  [504, LOST],
  [520, LOST],
];

/** Every fault that is a complete answer. */
const ANSWERS: Row[] = [
  ...CODES.map(([code, ends]) => row(`base_resp ${code}`, baseResp(code), ends)),
  ...CODES.map(([code, ends]) => row(`base_resp "${code}"`, baseResp(String(code)), ends)),
  row('base_resp "busy"', baseResp('busy'), ERROR),
  row('1000, disallowed image url', baseResp(1000, `disallowed image url, ${PROVIDER_TEXT}`), REJECTED),
  row('1002 twice, then images', baseResp(1002), deliveredAfter(2), { times: 2 }),
  row('1002 four times, then images', baseResp('1002'), deliveredAfter(4), { times: 4 }),

  ...NOT_OK.map(([status, ends]) => row(`HTTP ${status}`, http(status, { location: '/elsewhere' }), ends)),
  row('HTTP 429 once, then images', http(429), deliveredAfter(1), { times: 1 }),
  row('HTTP 429 with Retry-After, then images', http(429, { 'retry-after': '1' }), deliveredAfter(1), { times: 1 }),
  row('HTTP 503 with Retry-After', http(503, { 'retry-after': '1' }), LOST),
  row('HTTP 500 with base_resp 1002', { kind: 'base_resp', code: 1002, status: 500 }, RATE_LIMITED),
  row('HTTP 400 with base_resp 1026', { kind: 'base_resp', code: 1026, status: 400 }, BLOCKED_INPUT),
  row('HTTP 404 with base_resp 2013', { kind: 'base_resp', code: 2013, status: 404 }, REJECTED),
  row('HTTP 429 with base_resp 1008', { kind: 'base_resp', code: 1008, status: 429 }, BALANCE),
  row('HTTP 429 with base_resp 0', json({ data: { image_urls: [] }, base_resp: SUCCESS }, 429), NO_IMAGES),

  row('HTML under HTTP 200', http(200), LOST),
  row('nothing under HTTP 200', { kind: 'http', status: 200 }, LOST),
  row('JSON that stops half-way', { kind: 'truncated_json' }, LOST),
  row('a reset instead of an answer', { kind: 'reset', at: 'headers' }, LOST),
  row('a reset in the middle of the answer', { kind: 'reset', at: 'body' }, LOST),
  row('an orderly end instead of an answer', { kind: 'close', at: 'headers' }, LOST),
  row('an orderly end in the middle of the answer', { kind: 'close', at: 'body' }, LOST),
  row('an answer without an end', { kind: 'endless' }, LOST),
  row('an answer that inflates to 200 MB', { kind: 'gzip_bomb', bytes: 200_000_000 }, LOST),
  row('headers past all bounds', http(200, { 'x-flood': 'a'.repeat(100_000) }), LOST),
  row('gzip that is none', http(200, { 'content-encoding': 'gzip' }), LOST),

  row('null for an answer', json(null), ERROR),
  row('a list for an answer', json([]), ERROR),
  row('a text for an answer', json('ok'), ERROR),
  row('a number for an answer', json(5), ERROR),
  row('an answer of nothing', json({}), ERROR),
  row('base_resp: null', json({ base_resp: null }), ERROR),
  row('base_resp without a code', json({ base_resp: { status_msg: PROVIDER_TEXT } }), ERROR),
  row('base_resp -1', baseResp(-1), ERROR),
  row('base_resp " 1002 "', baseResp(' 1002 '), ERROR),
  row('a list of images that is none', json({ data: { image_urls: PROVIDER_TEXT }, base_resp: SUCCESS }), NO_IMAGES),
  row('images that are no text', json({ data: { image_urls: [null, 7, ''] }, base_resp: SUCCESS }), NO_IMAGES),
  row(
    'more images than requested',
    json({ data: { image_base64: Array(50).fill(STUB) }, base_resp: SUCCESS }),
    delivered([STUB_DELIVERED]),
  ),
  row(
    'success "0"',
    json({ data: { image_base64: [STUB] }, base_resp: { status_code: '0' } }),
    delivered([STUB_DELIVERED]),
  ),
  row(
    'images beside 1002',
    json({ data: { image_base64: [STUB] }, base_resp: { status_code: 1002 } }),
    delivered([STUB_DELIVERED]),
  ),
  row('base64 that is none', json({ data: { image_base64: ['%%%'] }, base_resp: SUCCESS }), NOT_FETCHED),
  row(
    'base64 as a data URL, beside a list that is none',
    json({ data: { image_base64: [`data:image/jpeg;base64,${STUB}`], image_urls: '' }, base_resp: SUCCESS }),
    delivered([STUB_DELIVERED]),
  ),
  row('links that are none', json({ data: { image_urls: ['../etc/passwd'] }, base_resp: SUCCESS }), NOT_FETCHED),

  row(
    'a data URL among links',
    json({ data: { image_urls: [`data:image/jpeg;base64,${STUB}`, null] }, base_resp: SUCCESS }),
    delivered([STUB_DELIVERED]),
  ),
  row('data: null', { kind: 'null_data' }, NO_IMAGES),
  row('success without an image', { kind: 'fewer_images', delivered: 0 }, NO_IMAGES, { n: 2 }),
  row('one image of two', { kind: 'fewer_images', delivered: 1 }, delivered([FLAT_JPEG], 1), { n: 2 }),
  row('images without base_resp', { kind: 'no_base_resp', images: true }, delivered()),
  row('neither images nor base_resp', { kind: 'no_base_resp', images: false }, ERROR),
];

/** The forms in which relays return the same images. */
const SHAPES: Row[] = (['swapped_lists', 'data_urls', 'openai', 'both_lists'] as const).map((shape) =>
  row(`images as a relay gives them: ${shape}`, { kind: 'reshaped', shape }, delivered([FLAT_JPEG, FLAT_JPEG]), {
    n: 2,
  }),
);

const INTERIM: Row[] = [
  row('100 Continue before the answer', { kind: 'interim' }, delivered()),
  row('interim answers before the answer', { kind: 'interim', statuses: [103, 100, 102], inPieces: true }, delivered()),
];

const SILENCES: Row[] = [
  row('no answer', { kind: 'hang', at: 'headers' }, TIMEOUT),
  row('half of an answer', { kind: 'hang', at: 'body' }, TIMEOUT),
  row('an answer that trickles', { kind: 'trickle' }, TIMEOUT),
];

/** An image of which only the header can be read is delivered unchanged. */
const BOMB = { content_type: 'image/png', width: 30_000, compressed: false };
const CORRUPT = { content_type: 'image/jpeg', width: null, compressed: false };

export const brokenImage = (fault: string, image: ImageFault, ends: Ending): Row =>
  row(fault, { kind: 'image', image }, ends);

/** Faults of the image bytes, delivered by link and as base64. */
const BYTES: Row[] = [
  brokenImage('HTML instead of an image', { kind: 'html' }, NOT_FETCHED),
  brokenImage('one byte', { kind: 'one_byte' }, NOT_FETCHED),
  brokenImage('a corrupt JPEG', { kind: 'corrupt_jpeg' }, delivered([CORRUPT])),
  brokenImage('a bomb', { kind: 'bomb' }, delivered([BOMB])),
];

const BY_VALUE: Row[] = [
  row('none', undefined, delivered()),
  row(
    '40 MB',
    { kind: 'image', image: { kind: 'padded', bytes: 3_330_000 } },
    delivered(Array(9).fill({ ...FLAT_JPEG, compressed: true })),
    { n: 9 },
  ),
  row('1002 once, then images', baseResp(1002), deliveredAfter(1), { times: 1 }),
  row(
    'one byte for one image of two',
    { kind: 'image', image: { kind: 'one_byte' }, position: 0 },
    delivered([FLAT_JPEG], 1),
    { n: 2 },
  ),
  ...BYTES,
  ...SHAPES,
  ...INTERIM,
];

/** Transient faults. */
const PASSING: [fault: string, image: ImageFault][] = [
  ['429', { kind: 'status', status: 429 }],
  ['500', { kind: 'status', status: 500 }],
  ['503', { kind: 'status', status: 503 }],
  ['a hang', { kind: 'hang' }],
  ['a trickle', { kind: 'trickle' }],
  ['a reset half-way', { kind: 'reset' }],
  ['an end half-way', { kind: 'cut_short' }],
];

const LASTING: [fault: string, image: ImageFault][] = [
  ['403', { kind: 'status', status: 403 }],
  ['404', { kind: 'status', status: 404 }],
  ['410', { kind: 'status', status: 410 }],
  ['401', { kind: 'status', status: 401 }],
  ['too many bytes', { kind: 'padded', bytes: 1_000_001 }],
  ["a redirect to the cloud's metadata", { kind: 'redirect', location: 'http://169.254.169.254/latest/meta-data/' }],
  ['a redirect to a private network', { kind: 'redirect', location: 'http://10.0.0.1/' }],
  ['a redirect to a file', { kind: 'redirect', location: 'file:///etc/passwd' }],
  ['a redirect in circles', { kind: 'redirect', location: '' }],
];

const BY_LINK: Row[] = [
  ...[...PASSING, ...LASTING].map(([fault, image]) => brokenImage(fault, image, NOT_FETCHED)),
  ...PASSING.map(([fault, image]) => row(`${fault}, then the image`, { kind: 'image', image, times: 1 }, delivered())),
  row('404 twice, then the image', { kind: 'image', image: { kind: 'status', status: 404 }, times: 2 }, delivered()),
  row(
    '404 for one image of two',
    { kind: 'image', image: { kind: 'status', status: 404 }, position: 0 },
    delivered([FLAT_JPEG], 1),
    { n: 2 },
  ),
  ...BYTES,
];

export const FAULT_GROUPS: FaultGroup[] = [
  { when: 'MiniMax answers', settings: {}, rows: [...ANSWERS, ...SHAPES, ...INTERIM] },
  { when: 'MiniMax does not answer in time', settings: { MINIMAX_TIMEOUT_MS: 1_500 }, rows: SILENCES },
  { when: 'images come by value', settings: { MINIMAX_RESPONSE_FORMAT: 'base64' }, rows: BY_VALUE },
  {
    when: 'images come by link',
    settings: { DOWNLOAD_TIMEOUT_MS: 1_000, DOWNLOAD_RETRY_FOR_MS: 6_000, DOWNLOAD_MAX_BYTES: 1_000_000 },
    rows: BY_LINK,
  },
];
