import type { CompletedJob, FailedJob } from '@darkroom/contracts';
import { expect } from 'vitest';
import type { Api } from '../harness/api.ts';
import { readAttempts } from '../harness/attempts.ts';
import { order } from '../harness/order.ts';
import type { Provider } from '../harness/provider.ts';
import type { Ending } from './endings.ts';
import { PROVIDER_WORDS, type Row } from './fault-table.ts';

/** In brackets, so that no prompt is part of another. */
const promptOf = ({ fault }: Row) => `[${fault}]`;

/** Orders every row at once, each by a user of its own, and compares all ends with the table. */
export async function checkRows(api: Api, provider: Provider, rows: Row[]): Promise<void> {
  provider.script(...rows.map((row) => ({ ...row.script, prompt: promptOf(row) })));
  await Promise.all(
    rows.map(async (row, index) => {
      const { sdk } = api.user(String(index + 1));
      const job = await sdk.wait(await sdk.create(order(promptOf(row), { n: row.n ?? 1 })));
      expectEnding(row.fault, endOf(job, api, provider.callsFor(promptOf(row))), row.ends);
    }),
  );
  expectDiscretion(api);
}

/** A fault that does not end as expected is reported, and the others still are looked at. */
export function expectEnding(fault: string, ends: Ending, expected: Ending): void {
  expect.soft(ends, fault).toEqual({
    ...expected,
    ...(expected.status === 'FAILED' && { error_msg: expect.stringMatching(new RegExp(`^${expected.error_msg}`)) }),
  });
  if (ends.status === 'FAILED') expect.soft(ends.error_msg, fault).not.toMatch(NOT_FOR_USERS);
}

/** Hosts, keys, trace ids, and anything of MiniMax's own words. */
const NOT_FOR_USERS = new RegExp(`127\\.0\\.0\\.1|localhost|https?:|[0-9a-f]{32}|a-key-of-the-tests|${PROVIDER_WORDS}`);

/** The log names hosts and trace ids, and keeps keys, signed links and words to itself. */
export function expectDiscretion(api: Api): void {
  expect.soft(api.process.stderr).toEqual([]);
  expect.soft(api.process.stdout.join('\n')).not.toMatch(new RegExp(`a-key-of-the-tests|Signature=|${PROVIDER_WORDS}`));
}

export function endOf(job: CompletedJob | FailedJob, api: Api, calls: number): Ending {
  const attempts = readAttempts(api).filter(({ job_id }) => job_id === job.job_id);
  const atProvider = { charged: job.charged, calls, attempts: attempts.map(({ outcome }) => outcome ?? 'open') };
  if (job.status === 'FAILED') {
    const { status, error_code, error_msg, retryable } = job;
    return { status, error_code, error_msg, retryable, ...atProvider };
  }
  const { status, failed_count } = job;
  const pictures = job.assets.map(({ content_type, width, compressed }) => ({ content_type, width, compressed }));
  return { status, failed_count, pictures, ...atProvider };
}
