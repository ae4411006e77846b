import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, test } from 'vitest';

const spooled = ({ dataDir }: Api, ending: string): string[] => {
  try {
    return readdirSync(path.join(dataDir, 'answers')).filter((name) => name.endsWith(ending));
  } catch {
    return []; // the folder does not exist yet
  }
};

/** Sends SIGKILL as soon as a complete answer is on disk. */
async function killAfterTheLastByte(api: Api): Promise<void> {
  while (spooled(api, '.answer').length === 0) await yieldToEventLoop();
  await api.kill();
}

test.each([
  ['base64 values, 40 MB in total', 'base64', { kind: 'image', image: { kind: 'padded', bytes: 3_330_000 } } as const],
  ['links', 'url', undefined],
])('loses no image when killed between the last byte of an answer and its commit: %s', async (_, format, fault) => {
  const provider = await startProvider();
  provider.script({ fault });
  const api = await startApi(provider, { MINIMAX_RESPONSE_FORMAT: format });
  const { job_id } = await api.user().sdk.create(imageRequest('paid', { n: 9 }));

  await killAfterTheLastByte(api);
  if (format === 'base64') expect(readAttempts(api)).toMatchObject([{ outcome: null }]); // not committed yet
  const next = await api.restart();

  const job = await next.user().sdk.wait(job_id);
  expect(job).toMatchObject({ status: 'COMPLETED', failed_count: 0, charged: 'yes' });
  expect(provider.callsFor('paid')).toBe(1);
  expect(readAttempts(next)).toMatchObject([{ outcome: 'answered' }]);
  await expect.poll(() => spooled(next, ''), { timeout: 20_000 }).toEqual([]);
});

test('records outcome_unknown after kill -9 in the middle of an answer, and repeats no call', async () => {
  const provider = await startProvider();
  provider.script({ fault: { kind: 'hang', at: 'body' } });
  const api = await startApi(provider);
  const { job_id } = await api.user().sdk.create(imageRequest('half', { n: 2 }));
  await expect.poll(() => spooled(api, '.partial'), { timeout: 20_000 }).toHaveLength(1);

  await api.kill();
  const next = await api.restart();

  expect(await next.user().sdk.wait(job_id)).toMatchObject({ error_code: 'outcome_unknown', charged: 'unknown' });
  expect(provider.callsFor('half')).toBe(1);
});
