import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { EXPENSIVE_BODIES } from '@darkroom/test-kit/client/expensive-bodies';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { peakBytes } from '@darkroom/test-kit/process/memory';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';

const AT_ONCE = 6;
const ROUNDS = 8;
const POLL_EVERY_MS = 20;
const ANSWER_MAX_BYTES = 8_192;
/** The memory limit that deploy/ sets for a process. */
const MEMORY_LIMIT_BYTES = 1024 * 1024 * 1024;

const REST = ['REST', GENERATION_PATH] as const;
const TRPC = ['tRPC', '/trpc/image.create'] as const;

interface Outcome {
  status: number;
  bytes: number;
  errorCode: string | undefined;
  retryAfterS: number;
}

/** `from` is believed where the API trusts loopback as a proxy. */
async function send(api: Api, path: string, userId: string, body: string, from = '198.51.100.1'): Promise<Outcome> {
  const headers = {
    authorization: `Bearer ${api.user(userId).token}`,
    'content-type': 'application/json',
    'x-forwarded-for': from,
  };
  const response = await fetch(api.url + path, { method: 'POST', headers, body });
  const text = await response.text();
  return {
    status: response.status,
    bytes: text.length,
    errorCode: /"error_code":"(\w+)"/.exec(text)?.[1],
    retryAfterS: Number(response.headers.get('retry-after') ?? 0),
  };
}

/** The slowest answer to another user's cheap request while the work runs, for the printed figures. */
async function longestPollMs(api: Api, jobId: string, work: Promise<unknown>): Promise<number> {
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  let longest = 0;
  while (!isOver) {
    const requestedAt = performance.now();
    expect((await api.user('1').rest.status(jobId)).status).toBe(200);
    longest = Math.max(longest, performance.now() - requestedAt);
    await sleep(POLL_EVERY_MS);
  }
  return longest;
}

/** Read from /proc; null on other systems. */
function figuresOf(pid: number): { cpuMs: number; peakBytes: number } | null {
  if (process.platform !== 'linux') return null;
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [userTicks, systemTicks] = fields.split(' ').slice(11, 13).map(Number);
  return { cpuMs: ((userTicks ?? 0) + (systemTicks ?? 0)) * 10, peakBytes: peakBytes(pid) ?? 0 };
}

test(`answers ${AT_ONCE} of the costliest bodies at once briefly, within the memory limit and beside other users`, {
  timeout: 600_000,
}, async () => {
  const api = await startApi(await startProvider(), { RATE_LIMIT_PER_MINUTE: 0, TRUST_PROXY: 'loopback' });
  const { job_id } = await api.user('1').sdk.generate(imageRequest('somebody else'));
  let user = 100;
  for (const [index, [name, build]] of EXPENSIVE_BODIES.entries()) {
    const body = build();
    // Both API surfaces parse bodies with the same code, so each gets every second body.
    const [surface, path] = index % 2 === 0 ? REST : TRPC;
    const before = figuresOf(api.process.pid);
    // An address per kind: together they would use up the budget of one.
    const from = `198.51.100.${index + 1}`;
    const outcomes = Promise.all(Array.from({ length: AT_ONCE }, () => send(api, path, String(user++), body, from)));
    const longest = await longestPollMs(api, job_id, outcomes);
    for (const { status, errorCode, bytes } of await outcomes) {
      expect({ status, errorCode }).toEqual({ status: 400, errorCode: 'invalid_request' });
      expect(bytes).toBeLessThan(ANSWER_MAX_BYTES);
    }
    const after = figuresOf(api.process.pid);
    if (!before || !after) continue;
    const cpu = Math.round((after.cpuMs - before.cpuMs) / AT_ONCE);
    console.log(
      `${name}, ${surface}: ${cpu} ms of CPU each, longest poll ${Math.round(longest)} ms, ` +
        `peak so far ${Math.round(after.peakBytes / 1e6)} MB`,
    );
  }
  const figures = figuresOf(api.process.pid);
  if (figures) expect(figures.peakBytes).toBeLessThan(MEMORY_LIMIT_BYTES);
  expect(api.process.stderr).toEqual([]);
  expect(api.process.stdout.filter((line) => line.includes('"level":50'))).toEqual([]);
});

test('answers 429 with Retry-After to a user who keeps sending costly bodies, and to no other user', {
  timeout: 120_000,
}, async () => {
  const api = await startApi(await startProvider(), { RATE_LIMIT_PER_MINUTE: 0 });
  const body = JSON.stringify({ ...imageRequest('x'), prompt: 'a'.repeat(16_000_000) });
  const outcomes: Outcome[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    outcomes.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => send(api, GENERATION_PATH, '2', body)))));
  }
  const limited = outcomes.filter(({ status }) => status === 429);
  expect(outcomes[0]).toMatchObject({ status: 400 });
  expect(limited.length).toBeGreaterThan(0);
  for (const outcome of limited) {
    expect(outcome).toMatchObject({ errorCode: 'rate_limited', retryAfterS: expect.toSatisfy((s: number) => s >= 1) });
  }
  expect(outcomes.every(({ status }) => status === 400 || status === 429)).toBe(true);
  expect(await api.user('3').sdk.generate(imageRequest('an honest one'))).toMatchObject({ status: 'COMPLETED' });
  expect((await send(api, GENERATION_PATH, '3', '{}')).status).toBe(400);
});
