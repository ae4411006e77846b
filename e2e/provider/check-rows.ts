import type { CompletedJob, CreateImageInput, FailedJob } from '@darkroom/contracts';
import type { Call } from '@darkroom/minimax-simulator';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import type { RunningApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import type { Provider } from '@darkroom/test-kit/provider/start-provider';
import { expect } from 'vitest';
import type { Ending } from './endings.ts';
import { PROVIDER_TEXT, type Row } from './fault-table.ts';

/** In brackets, so that no prompt contains another. */
const promptOf = ({ fault }: Row) => `[${fault}]`;

/** Sends every row at once, each for its own user, and compares all results with the table. */
export async function checkRows(
  api: RunningApi,
  provider: Provider,
  rows: Row[],
  createRequest: (prompt: string, more: { n: number }) => CreateImageInput = imageRequest,
): Promise<void> {
  provider.script(...rows.map((row) => ({ ...row.script, prompt: promptOf(row) })));
  await Promise.all(
    rows.map(async (row, index) => {
      const { sdk } = api.user(String(index + 1));
      const job = await sdk.wait(await sdk.create(createRequest(promptOf(row), { n: row.n ?? 1 })));
      const calls = provider.calls().filter((call) => call.prompt === promptOf(row));
      checkEnding(row.fault, row.ends, { job, api, calls: calls.length });
      checkCharge(row.fault, job, calls);
    }),
  );
  checkLog(api);
}

/** Reports a job that ends differently without failing at once, so that the remaining jobs are checked too. */
export function checkEnding(
  fault: string,
  expected: Ending,
  { job, api, calls }: { job: CompletedJob | FailedJob; api: RunningApi; calls: number },
): void {
  expect.soft({ ...outcomeOf(job), ...recordsOf(job, api), calls }, fault).toEqual({
    ...expected,
    ...(expected.status === 'FAILED' && { error_msg: expect.stringMatching(new RegExp(`^${expected.error_msg}`)) }),
  });
  expect.soft(JSON.stringify(job).replaceAll(api.url, ''), fault).not.toMatch(NOT_FOR_USERS);
}

/** Compares what the job says of its charge with the number of images that the provider has charged. */
function checkCharge(fault: string, { charged }: CompletedJob | FailedJob, calls: Call[]): void {
  const images = calls.reduce((sum, call) => sum + call.charged, 0);
  if (charged === 'no') expect.soft(images, `${fault}: images charged, although the job says none`).toBe(0);
  if (charged === 'yes') expect.soft(images, `${fault}: images charged`).toBeGreaterThan(0);
}

/** Hosts, keys, trace ids, and MiniMax's own texts. */
const NOT_FOR_USERS = new RegExp(`127\\.0\\.0\\.1|a-key-of-the-tests|\\b[0-9a-f]{32}\\b|${PROVIDER_TEXT}`);

/** The log may contain hosts and trace ids, but no keys, signed links or texts of MiniMax. */
export function checkLog({ process }: RunningApi): void {
  expect.soft(process.stderr).toEqual([]);
  expect.soft(process.stdout.join('\n')).not.toMatch(new RegExp(`a-key-of-the-tests|Signature=|${PROVIDER_TEXT}`));
}

function outcomeOf(job: CompletedJob | FailedJob) {
  if (job.status === 'FAILED') {
    const { status, error_code, error_msg, retryable } = job;
    return { status, error_code, error_msg, retryable };
  }
  const { status, failed_count } = job;
  const images = job.assets.map(({ content_type, width, compressed }) => ({ content_type, width, compressed }));
  return { status, failed_count, images };
}

function recordsOf({ job_id, charged }: CompletedJob | FailedJob, api: RunningApi) {
  const attempts = readAttempts(api).filter((attempt) => attempt.job_id === job_id);
  return { charged, attempts: attempts.map(({ outcome }) => outcome) };
}
