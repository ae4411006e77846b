import { REQUEST_ERROR_CODES } from '@darkroom/contracts';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { h3Request, imageRequest } from '@darkroom/test-kit/client/image-request';
import { residentBytes } from '@darkroom/test-kit/process/memory';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { maliciousRequest } from './malicious-request.ts';
import type { KnownData, Probe } from './probe.ts';
import { type Answer, sendBytes } from './send-bytes.ts';
import { validRequest } from './valid-request.ts';

/**
 * The long form, which also replays a seed, is `FUZZ_REQUESTS=10000 FUZZ_SEED=1 npx vitest run --project e2e
 * e2e/abuse`.
 */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 800);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const AT_ONCE = 8;
const LONGEST_ANSWER_MS = 10_000;
const LONGEST_RUN_MS = 60_000 + 60 * REQUESTS;
/** After this many requests all code is loaded, and memory should stay constant. */
const WARM_AFTER = Math.min(REQUESTS / 2, 1_000);
/** The maximum growth of the process's memory from the warm state to the end. */
const GROWTH_MAX_BYTES = 150 * 1024 * 1024;

const errorCode = z.enum(REQUEST_ERROR_CODES);
const RestError = z.object({ code: z.number(), message: z.string(), data: z.null(), error_code: errorCode });
const TrpcError = z.object({ error: z.object({ message: z.string(), data: z.object({ error_code: errorCode }) }) });
const AnyError = z.union([RestError, TrpcError, z.array(z.union([TrpcError, z.object({ result: z.unknown() })]))]);

/** Describes the fault of an answer; null if it is correct. */
function faultOf(answer: Answer | null, { bytes, isValid }: Probe): string | null {
  if (!answer) return isValid ? 'closed without an answer' : null;
  const { status, head, body } = answer;
  if (status < 400) return null;
  if (status === 503) return /^retry-after:/im.test(head) || /"reason"/.test(body) ? null : 'a 503 without a reason';
  if (status >= 500) return `a ${status}`;
  // An upload is deleted together with the last job that refers to it.
  if (isValid && !body.includes('upload_not_found')) return `refused: ${status} ${body.slice(0, 200)}`;
  if (bytes.subarray(0, 5).toString() === 'HEAD ') return null; // HEAD has no body to check
  const parsed = AnyError.safeParse(parseJson(body));
  return parsed.success ? null : `not in the shape of an error: ${status} ${body.slice(0, 200)}`;
}

/** Collects the jobs and uploads in an answer, so that later requests can refer to them. */
function remember(known: KnownData, { status, body }: Answer): void {
  if (status === 200 && body.includes('"openapi"')) return; // its examples do not exist
  const [, jobId] = /"job_id":"([^"]+)"/.exec(body) ?? [];
  const [, upload] = /"image_file":"(upload:[^"]+)","url"/.exec(body) ?? [];
  if (status < 300 && jobId !== undefined) known.jobIds.push(jobId);
  if (status === 201 && upload !== undefined) known.uploads.push(upload);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One request in four is valid. */
const anyRequest = fc.oneof({ weight: 3, arbitrary: maliciousRequest }, validRequest);

test(`answers ${REQUESTS} malicious requests (seed ${SEED}) without a 5xx or a hang, and completes a job afterwards`, {
  timeout: LONGEST_RUN_MS,
}, async () => {
  const settings = {
    RATE_LIMIT_PER_MINUTE: 0,
    USER_ACTIVE_LIMIT: 100_000,
    QUEUE_LIMIT: 100_000,
    MINIMAX_H3_RPM: 0,
    MINIMAX_H3_CONCURRENCY: 4,
  };
  const provider = await startProvider({ scale: 0.1 }); // images of 20 million pixels would take minutes
  const api = await startApi(provider, settings);
  const known: KnownData = { token: api.user('666').token, jobIds: [], uploads: [] };
  const waiting = fc.sample(anyRequest, { numRuns: REQUESTS, seed: SEED });
  const faults: { fault: string; sent: string }[] = [];
  const statuses: Record<string, number> = {};
  let sent = 0;
  let warmBytes = residentBytes(api.process.pid);

  async function sendWaiting(): Promise<void> {
    for (let make = waiting.pop(); make; make = waiting.pop()) {
      const probe = make(known);
      const manner = { timeoutMs: LONGEST_ANSWER_MS, halfClose: !probe.isWhole };
      const answer = await sendBytes(api.port, probe.bytes, manner).catch((error: Error) => error);
      const fault = answer instanceof Error ? answer.message : faultOf(answer, probe);
      if (fault !== null) faults.push({ fault, sent: probe.bytes.toString('latin1').slice(0, 600) });
      if (answer && !(answer instanceof Error)) remember(known, answer);
      const status = answer instanceof Error ? 'hang' : (answer?.status ?? 'closed');
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (++sent === WARM_AFTER) warmBytes = residentBytes(api.process.pid);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendWaiting));

  expect(faults.slice(0, 10)).toEqual([]);
  for (const request of [imageRequest('after the storm'), h3Request('after the storm')]) {
    expect(await api.user('1').sdk.generate(request)).toMatchObject({ status: 'COMPLETED' });
  }
  const endBytes = residentBytes(api.process.pid);
  console.log(`seed ${SEED}:`, JSON.stringify(statuses), `${known.jobIds.length} job ids were returned;`);
  if (warmBytes !== null && endBytes !== null) {
    const [warm, end] = [warmBytes, endBytes].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
    console.log(`${warm} after ${WARM_AFTER} requests, ${end} after ${REQUESTS}`);
    expect(endBytes - warmBytes).toBeLessThan(GROWTH_MAX_BYTES);
  }
  expect(api.process.stderr).toEqual([]);
  expect(api.process.stdout.filter((line) => line.includes('"level":50'))).toEqual([]);
});
