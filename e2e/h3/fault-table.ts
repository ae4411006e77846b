import {
  AUTH,
  BALANCE,
  BLOCKED_INPUT,
  BLOCKED_OUTPUT,
  delivered,
  deliveredAfter,
  type Ending,
  FLAT_JPEG,
  LOST,
  MISDIRECTED,
  NO_IMAGES,
  NOT_FETCHED,
  RATE_LIMITED,
  REJECTED,
  TIMEOUT,
} from '../provider/endings.ts';
import { type Fault, type FaultGroup, PROVIDER_TEXT, type Row } from '../provider/fault-table.ts';

type Script = Omit<Row['script'], 'fault'>;
type Oddity = Extract<Fault, { kind: 'odd_event' }>['oddity'];

/** Every request is for three images. */
function row(name: string, fault: Fault | undefined, ends: Ending, script: Script = {}): Row {
  return { fault: name, script: { ...script, ...(fault && { fault }) }, ends, n: 3 };
}

const ALL = delivered(Array(3).fill(FLAT_JPEG));
const TWO = delivered(Array(2).fill(FLAT_JPEG), 1);

const error = (status: number, more: { retryAfterS?: number; code?: string } = {}): Fault => ({
  kind: 'error',
  status,
  message: PROVIDER_TEXT,
  ...more,
});
const page = (status: number): Fault => ({ kind: 'http', status, body: `<html><body>${PROVIDER_TEXT}</body></html>` });

/** Errors before the headers of a stream. */
const REFUSALS: Row[] = [
  row('error 400', error(400), REJECTED),
  row('error 400, a prompt that is blocked', error(400, { code: 'input_sensitive' }), BLOCKED_INPUT),
  row('error 401', error(401), AUTH),
  row('error 402', error(402), BALANCE),
  row('error 403', error(403), AUTH),
  row('error 404', error(404), REJECTED),
  row('error 413', error(413), REJECTED),
  row('error 422', error(422), REJECTED),
  row('error 429', error(429), RATE_LIMITED),
  row('error 429 once', error(429), { ...ALL, ...attemptsOf(deliveredAfter(1)) }, { times: 1 }),
  row(
    'error 429 with Retry-After',
    error(429, { retryAfterS: 1 }),
    { ...ALL, ...attemptsOf(deliveredAfter(1)) },
    { times: 1 },
  ),
  row('error 500', error(500), LOST),
  row('error 502', error(502), LOST),
  row('error 503', error(503), LOST),
  row('a page with 404', page(404), MISDIRECTED),
  row('a page with 429', page(429), RATE_LIMITED),
  row('a page with 502', page(502), LOST),
  row('a page with 200', page(200), LOST),
  row('base_resp 1002', { kind: 'base_resp', code: 1002, message: PROVIDER_TEXT }, RATE_LIMITED),
  row('base_resp 1008', { kind: 'base_resp', code: 1008, message: PROVIDER_TEXT }, BALANCE),
  row('a reset instead of headers', { kind: 'reset', at: 'headers' }, LOST),
  row('an end instead of headers', { kind: 'close', at: 'headers' }, LOST),
];

/** Streams that end early: before the first image, and after two of three. */
const ENDS: Row[] = [
  row('an error event', { kind: 'stream_error', after: 0, message: PROVIDER_TEXT }, LOST),
  row('an error event after two images', { kind: 'stream_error', after: 2, message: PROVIDER_TEXT }, TWO),
  row(
    'an error event with 429 after the headers',
    { kind: 'stream_error', after: 0, status: 429, message: PROVIDER_TEXT },
    { ...RATE_LIMITED, charged: 'unknown', attempts: ['unknown'], calls: 1 },
  ),
  row('keepalives, then an error event', { kind: 'stream_error', after: 0, message: PROVIDER_TEXT }, LOST, {
    latencyMs: 1_000,
    h3Wire: { keepaliveMs: 100, headers: 'at_once' },
  }),
  ...(['reset', 'close', 'end'] as const).flatMap((how) => [
    row(`a stream cut by ${how}`, { kind: 'stream_cut', how, after: 0 }, LOST),
    row(`a stream cut by ${how} after two images`, { kind: 'stream_cut', how, after: 2 }, TWO),
    row(`a stream cut by ${how} in the third event`, { kind: 'stream_cut', how, after: 2, inEvent: true }, TWO),
  ]),
];

/** The second of three events. */
const odd = (oddity: Oddity, bytes?: number): Fault => ({
  kind: 'odd_event',
  after: 1,
  oddity,
  ...(bytes !== undefined && { bytes }),
});

const CONTENT: Row[] = [
  row('none', undefined, ALL),
  row('all images blocked', { kind: 'blocked' }, BLOCKED_OUTPUT),
  row('one image blocked', { kind: 'blocked', positions: [1] }, TWO),
  row('one image blocked, without an event', { kind: 'blocked', positions: [1] }, TWO, {
    h3Wire: { failedEvents: 'omitted' },
  }),
  row('no image at all', { kind: 'fewer_images', delivered: 0 }, NO_IMAGES),
  row('two images of three', { kind: 'fewer_images', delivered: 2 }, TWO),
  row('an event twice', odd('repeated'), ALL),
  row('an index twice', odd('duplicate_index'), ALL),
  row('an index beyond n', odd('index_beyond_n'), ALL),
  row('images out of order', { kind: 'completion_order', order: [2, 0, 1] }, ALL),
  row('an event of half a megabyte', odd('giant', 500_000), ALL),
  row('an event of two megabytes', odd('giant', 2_000_000), TWO),
  row('an event that is not JSON', odd('malformed_json'), TWO),
  row('an event without a link', odd('no_url'), TWO),
  row('an event of an unknown type', odd('unknown_type'), ALL),
  row('JSON instead of a stream', { kind: 'json_for_stream' }, ALL),
  row('404 for one image', { kind: 'image', image: { kind: 'status', status: 404 }, position: 1 }, TWO),
  row('404 for all images', { kind: 'image', image: { kind: 'status', status: 404 } }, NOT_FETCHED),
  row('a link to a private network', { kind: 'image_url', url: 'http://10.0.0.1/a.jpg', position: 1 }, TWO),
];

const SILENCES: Row[] = [
  row('no headers', { kind: 'hang', at: 'headers' }, TIMEOUT),
  row('silence in the stream', { kind: 'stream_cut', how: 'silence', after: 0 }, TIMEOUT),
  row('silence after two images', { kind: 'stream_cut', how: 'silence', after: 2 }, TWO),
];

export const FAULT_GROUPS: FaultGroup[] = [
  { when: 'MiniMax refuses the call', settings: {}, rows: REFUSALS },
  { when: 'a stream ends early', settings: {}, rows: ENDS },
  { when: 'images are missing or odd', settings: {}, rows: CONTENT },
  { when: 'a stream falls silent', settings: { MINIMAX_H3_TIMEOUT_MS: 3_000 }, rows: SILENCES },
];

function attemptsOf({ attempts, calls }: Ending): Pick<Ending, 'attempts' | 'calls'> {
  return { attempts, calls };
}
