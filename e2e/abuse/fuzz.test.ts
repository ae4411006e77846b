import { readFileSync } from 'node:fs';
import { REQUEST_ERROR_CODES } from '@darkroom/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { startApi } from '../harness/api.ts';
import { order } from '../harness/order.ts';
import { startProvider } from '../harness/provider.ts';
import { hostileRequest } from './hostile-request.ts';
import { type Answer, sendBytes } from './send-bytes.ts';

/** `FUZZ_REQUESTS=10000 FUZZ_SEED=1 npx vitest run --project e2e e2e/abuse` is the long form, and replays a seed. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 1_500);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 8;
const LONGEST_ANSWER_MS = 10_000;
/** What the process may hold more after the requests than before them. */
const GROWTH_MAX_BYTES = 200 * 1024 * 1024;

const errorCode = z.enum(REQUEST_ERROR_CODES);
const RestError = z.object({ code: z.number(), message: z.string(), data: z.null(), error_code: errorCode });
const TrpcError = z.object({ error: z.object({ message: z.string(), data: z.object({ error_code: errorCode }) }) });
const AnyError = z.union([RestError, TrpcError, z.array(z.union([TrpcError, z.object({ result: z.unknown() })]))]);

/** What is wrong with an answer; null for a good one. */
function faultOf(answer: Answer | null, sent: Buffer): string | null {
  if (!answer || answer.status < 400) return null;
  if (answer.status === 503)
    return /^retry-after:/im.test(answer.head) || /"reason"/.test(answer.body) ? null : 'a 503 without a reason';
  if (answer.status >= 500) return `a ${answer.status}`;
  if (sent.subarray(0, 5).toString() === 'HEAD ' || answer.status === 417) return null; // no body to look at
  const parsed = AnyError.safeParse(parseJson(answer.body));
  return parsed.success ? null : `not in the shape of an error: ${answer.status} ${answer.body.slice(0, 200)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function residentBytes(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

test(`${REQUESTS} hostile requests (seed ${SEED}): no fault of ours, no hang, and the work goes on`, async () => {
  const settings = { RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 100_000, QUEUE_LIMIT: 100_000 };
  const provider = await startProvider();
  const api = await startApi(provider, settings);
  const stranger = api.user('666');
  const before = residentBytes(api.process.pid);
  const waiting = fc.sample(hostileRequest, { numRuns: REQUESTS, seed: SEED }).map((build) => build(stranger.token));
  const faults: { fault: string; sent: string }[] = [];
  const statuses: Record<string, number> = {};

  async function sendWaiting(): Promise<void> {
    for (let sent = waiting.pop(); sent; sent = waiting.pop()) {
      const answer = await sendBytes(api.port, sent, LONGEST_ANSWER_MS).catch((error: Error) => error);
      const fault = answer instanceof Error ? answer.message : faultOf(answer, sent);
      if (fault !== null) faults.push({ fault, sent: sent.toString('latin1').slice(0, 600) });
      const status = answer instanceof Error ? 'hang' : (answer?.status ?? 'closed');
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendWaiting));

  console.log(`seed ${SEED}:`, JSON.stringify(statuses));
  expect(faults.slice(0, 10)).toEqual([]);
  expect(await api.user('1').sdk.generate(order('after the storm'))).toMatchObject({ status: 'COMPLETED' });
  const after = residentBytes(api.process.pid);
  if (before !== null && after !== null) expect(after - before).toBeLessThan(GROWTH_MAX_BYTES);
  expect(api.process.stderr).toEqual([]);
  expect(api.process.stdout.filter((line) => line.includes('"level":50'))).toEqual([]);
});
