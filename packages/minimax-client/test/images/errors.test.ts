import type { buildConnector } from 'undici';
import { expect, test } from 'vitest';
import type { MiniMaxErrorKind, Taken } from '../../src/index.ts';
import {
  COMPLETED,
  clientOf,
  failureOf,
  frame,
  jsonOf,
  STREAMED,
  startAnsweringServer,
  streamOf,
  succeeded,
} from './answering-server.ts';

const REQUEST = { ...STREAMED, stream: false } as const;

async function failWith(status: number, body: unknown, headers = {}) {
  const { url, requests } = await startAnsweringServer(jsonOf(body, status, headers));
  const error = await failureOf(clientOf(url).images.generate(REQUEST));
  expect(requests).toHaveLength(1);
  return error;
}

const STATUSES: [number, MiniMaxErrorKind, Taken][] = [
  [400, 'rejected', 'no'],
  [401, 'auth', 'no'],
  [402, 'balance', 'no'],
  [403, 'auth', 'no'],
  [404, 'rejected', 'no'],
  [405, 'misdirected', 'no'],
  [408, 'error', 'unknown'],
  [409, 'error', 'unknown'],
  [413, 'rejected', 'no'],
  [415, 'rejected', 'no'],
  [422, 'rejected', 'no'],
  [429, 'rate_limited', 'no'],
  [500, 'error', 'unknown'],
  [502, 'error', 'unknown'],
  [503, 'error', 'unknown'],
  [504, 'error', 'unknown'],
];

test.each(STATUSES)('maps HTTP %i with an error to %s, taken: %s', async (status, kind, taken) => {
  const body = { error: { code: 'some_code', type: 'some_type', message: 'as they say' }, request_id: 'req-1' };
  const error = await failWith(status, body, { 'retry-after': '7', 'trace-id': 'trace-1' });
  expect(error).toMatchObject({
    kind,
    taken,
    httpStatus: status,
    errorCode: 'some_code',
    providerMessage: 'as they say',
    retryAfterMs: 7_000,
    responseId: 'req-1',
    traceId: 'trace-1',
  });
  expect(error.message).toBe(`MiniMax: error with HTTP ${status} (some_code) from ${error.host}`);
});

test.each<[number, MiniMaxErrorKind, Taken]>([
  [302, 'misdirected', 'no'],
  [308, 'misdirected', 'no'],
  [400, 'rejected', 'no'],
  [402, 'balance', 'no'],
  [404, 'misdirected', 'no'],
  [405, 'misdirected', 'no'],
  [410, 'misdirected', 'no'],
  [429, 'rate_limited', 'no'],
  [500, 'bad_answer', 'unknown'],
  [501, 'misdirected', 'no'],
  [504, 'bad_answer', 'unknown'],
])('maps HTTP %i without an error to %s, taken: %s', async (status, kind, taken) => {
  const { url, requests } = await startAnsweringServer((response) => {
    response.writeHead(status, { location: '/v1/images/generations' }).end('<html>Oops</html>');
  });
  for (const stream of [true, false] as const) {
    expect(await failureOf(clientOf(url).images.generate({ ...STREAMED, stream }))).toMatchObject({ kind, taken });
  }
  expect(requests).toHaveLength(2);
});

test.each<[string, number, unknown, MiniMaxErrorKind, Taken]>([
  ['an old number as code', 400, { error: { code: 1026, message: 'x' } }, 'content_input', 'no'],
  ['an old number as text', 400, { error: { code: '1008' } }, 'balance', 'no'],
  ['an old number in brackets in the message', 400, { error: { message: 'sensitive (1026)' } }, 'content_input', 'no'],
  ['an old number before the message', 403, { error: { message: '1008: insufficient balance' } }, 'balance', 'no'],
  ['an old number marked as a code', 400, { error: { message: 'failed, status_code=1002' } }, 'rate_limited', 'no'],
  ['an old number as the whole error', 400, { error: '(2049) invalid api key' }, 'auth', 'no'],
  ['a number that is a size', 400, { error: { message: 'size 1026x1002 is too large' } }, 'rejected', 'no'],
  ['an old number whose call may be billed', 400, { error: { code: 1000 } }, 'error', 'unknown'],
  ['a blocked output', 400, { error: { code: 1027 } }, 'content_output', 'unknown'],
  ['a blocked output by name', 403, { error: { code: 'output_blocked' } }, 'content_output', 'unknown'],
  ['a blocked prompt by name', 400, { error: { code: 'content_policy_violation' } }, 'content_input', 'no'],
  ['a blocked prompt by type', 403, { error: { type: 'moderation_blocked' } }, 'content_input', 'no'],
  ['a used-up balance under 429', 429, { error: { code: 'insufficient_quota' } }, 'balance', 'no'],
  ['a rate limit under 500', 500, { error: { code: 1002 } }, 'rate_limited', 'unknown'],
  ['an error that is a string', 400, { error: 'bad size' }, 'rejected', 'no'],
  ['an error without details', 429, { error: {} }, 'rate_limited', 'no'],
  ['an error under 200', 200, { error: { code: 'rate_limit_exceeded' } }, 'rate_limited', 'unknown'],
  ['an old number under 200', 200, { error: { code: 1002 } }, 'rate_limited', 'unknown'],
  ['base_resp under 200', 200, { base_resp: { status_code: 1002, status_msg: 'x' } }, 'rate_limited', 'no'],
  ['base_resp as text', 200, { base_resp: { status_code: '1008' }, data: null }, 'balance', 'no'],
  ['base_resp under 404', 404, { base_resp: { status_code: 2013 } }, 'rejected', 'no'],
  ['neither images nor an error', 200, { created: 1 }, 'error', 'unknown'],
  ['a list under 500', 500, { data: [] }, 'bad_answer', 'unknown'],
  ['JSON other than an object', 200, 5, 'error', 'unknown'],
])('maps %s', async (_, status, body, kind, taken) => {
  expect(await failWith(status, body)).toMatchObject({ kind, taken });
});

test.each(['<html>Hello</html>', '', '{"data":[', 'event'])(
  'reports the body %j under 200 as bad_answer',
  async (body) => {
    const { url } = await startAnsweringServer((response) => void response.end(body));
    expect(await failureOf(clientOf(url).images.generate(REQUEST))).toMatchObject({
      kind: 'bad_answer',
      taken: 'unknown',
      httpStatus: 200,
    });
  },
);

test('bounds the message of an error, and drops a code that is no word', async () => {
  const error = await failWith(400, { error: { code: 'x'.repeat(100), message: `\0${'m'.repeat(5_000)}` } });
  expect(error.providerMessage).toBe('m'.repeat(1_000));
  expect(error.errorCode).toBeUndefined();
  expect(error.message).not.toContain('m'.repeat(50));
});

const LATE: [string, string, MiniMaxErrorKind, number][] = [
  ['with the status of the call', frame('error', { error: { http_code: 429, message: 'busy' } }), 'rate_limited', 429],
  ['with a prefix', frame('image_generation.error', { error: { http_code: 402 } }), 'balance', 402],
  ['of edits', frame('image_edit.error', { error: { http_code: 400 } }), 'rejected', 400],
  ['named failed', frame('image_generation.failed', { error: { http_code: 403 } }), 'auth', 403],
  ['with an old number', frame('error', { error: { code: 1026, http_code: 400 } }), 'content_input', 400],
  ['with the fields at the top', frame('error', { code: 1027, message: 'x' }), 'content_output', 200],
  ['with a text', frame('error', { error: '(1008) no balance' }), 'balance', 200],
  ['that is not JSON', 'event: error\ndata: it broke\n\n', 'error', 200],
  ['without details', 'event: error\ndata: {}\n\n', 'error', 200],
  ['whose type is that of the error', 'event: error\ndata: {"type":"rate_limit_error"}\n\n', 'rate_limited', 200],
  ['without a type', 'data: {"error":{"http_code":500}}\n\n', 'error', 500],
  ['as base_resp', 'data: {"base_resp":{"status_code":1002}}\n\n', 'rate_limited', 200],
];

test.each(LATE)('maps an error event %s, which may be billed', async (_, event, kind, httpStatus) => {
  const { url } = await startAnsweringServer(streamOf(`: keepalive\n\n${event}`));
  const error = await failureOf(clientOf(url).images.generate(STREAMED));
  expect(error).toMatchObject({ kind, taken: 'unknown', httpStatus });
});

test.each(LATE)('keeps the images before an error event %s', async (_, event, kind) => {
  const { url } = await startAnsweringServer(streamOf(succeeded(2) + event));
  const { images, error } = await clientOf(url).images.generate(STREAMED);
  expect(images).toMatchObject([{ index: 2 }]);
  expect(error).toMatchObject({ kind, taken: 'unknown' });
});

test('keeps usage and request id of an error event', async () => {
  const event = frame('error', { error: { http_code: 500 }, usage: { total_tokens: 5 }, request_id: 'req-9' });
  const { url } = await startAnsweringServer(streamOf(succeeded(0) + event));
  const result = await clientOf(url).images.generate(STREAMED);
  expect(result).toMatchObject({ usage: { totalTokens: 5 }, requestId: 'req-9', error: { responseId: 'req-9' } });
});

test('maps an error event under an HTTP error by that status', async () => {
  const { url } = await startAnsweringServer((response) => {
    response.writeHead(429, { 'content-type': 'text/event-stream' }).end(frame('error', { error: { http_code: 429 } }));
  });
  expect(await failureOf(clientOf(url).images.generate(STREAMED))).toMatchObject({ kind: 'rate_limited', taken: 'no' });
});

test.each(['', ': keepalive\n\n', frame('note'), `${succeeded(0).slice(0, 60)}`])(
  'rejects when a stream ends after %j without an image',
  async (text) => {
    const { url } = await startAnsweringServer(streamOf(text));
    const error = await failureOf(clientOf(url).images.generate(STREAMED));
    expect(error).toMatchObject({ kind: 'connection_lost', taken: 'unknown' });
    expect(error.message).toBe('MiniMax: the stream ended before its last event');
  },
);

test.each(['reset', 'end'] as const)('keeps the images before a stream breaks off (%s)', async (how) => {
  const { url } = await startAnsweringServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(succeeded(1), () => (how === 'end' ? response.end() : response.socket?.resetAndDestroy()));
  });
  const arrived: number[] = [];
  const onImage = ({ index }: { index: number }) => void arrived.push(index);
  const result = await clientOf(url).images.generate(STREAMED, { onImage });
  expect(arrived).toEqual([1]);
  expect(result).toMatchObject({ images: [{ index: 1 }], error: { kind: 'connection_lost', taken: 'unknown' } });
});

test('maps an HTTP error whose body breaks off by its status', async () => {
  const { url } = await startAnsweringServer((response) => {
    response.writeHead(429, { 'content-length': 100 }).write('{', () => response.socket?.resetAndDestroy());
  });
  expect(await failureOf(clientOf(url).images.generate(STREAMED))).toMatchObject({ kind: 'rate_limited', taken: 'no' });
});

test('keeps the key and the prompt out of the message of an error', async () => {
  const error = await failWith(400, { error: { message: 'a red fox is bad, k3y' } });
  expect(error.message).not.toMatch(/fox|k3y/);
});

test('resolves with the images that arrived when the caller aborts', async () => {
  const { url } = await startAnsweringServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(succeeded(0));
  });
  const caller = new AbortController();
  const result = await clientOf(url).images.generate(STREAMED, {
    signal: caller.signal,
    onImage: () => caller.abort(),
  });
  expect(result).toMatchObject({ images: [{ index: 0 }], error: { kind: 'aborted', taken: 'unknown' } });
});

test('does not send a request whose signal has aborted', async () => {
  const { url, requests } = await startAnsweringServer(streamOf(COMPLETED));
  const error = await failureOf(clientOf(url).images.generate(STREAMED, { signal: AbortSignal.abort() }));
  expect(error).toMatchObject({ kind: 'aborted', taken: 'no' });
  expect(requests).toEqual([]);
});

test('opens a connection for each call', async () => {
  const ports = new Set<number | undefined>();
  const { url } = await startAnsweringServer((response, request) => {
    ports.add(request.socket.remotePort);
    response.end(succeeded(0) + COMPLETED);
  });
  const client = clientOf(url);
  for (let calls = 0; calls < 3; calls++) await client.images.generate({ ...STREAMED, n: 1 });
  expect(ports.size).toBe(3);
});

test('reports a refused connection as not taken', async () => {
  const { url } = await startAnsweringServer(streamOf(COMPLETED));
  const connect: buildConnector.connector = (_target, done) =>
    done(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), null);
  const error = await failureOf(clientOf(url, { connect }).images.generate(STREAMED));
  expect(error).toMatchObject({ kind: 'unreachable', taken: 'no', message: 'MiniMax: no connection (ECONNREFUSED)' });
});
