import type { Settings } from '@darkroom/test-kit/api/api-environment';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { type SharedApi, shareApi } from '@darkroom/test-kit/api/share-api';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { h3Request } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';
import { checkEnding, checkLog, checkRows } from '../provider/check-rows.ts';
import { UNREACHABLE } from '../provider/endings.ts';
import { openRefusing } from '../provider/unreachable-addresses.ts';
import { FAULT_GROUPS } from './fault-table.ts';

/** Runs all rows at once, with retries that do not wait. */
const SETTINGS = { MINIMAX_H3_CONCURRENCY: 100, MINIMAX_H3_RPM: 0, MINIMAX_RETRY_BASE_MS: 10 };

const service = shareApi({ settings: SETTINGS });

/** The shared API, or one of its own for a group with further settings. */
async function apiWith(settings: Settings): Promise<SharedApi> {
  if (Object.keys(settings).length === 0) return service();
  const provider = await startProvider();
  return { provider, api: await startApi(provider, { ...SETTINGS, ...settings }) };
}

describe('an H3 job whose call, stream or download fails', () => {
  test.each(FAULT_GROUPS)('ends as the fault table says when $when', async ({ settings, rows }) => {
    const { provider, api } = await apiWith(settings);

    await checkRows(api, provider, rows, h3Request);

    expect(await api.user().sdk.generate(h3Request('afterwards'))).toMatchObject({ status: 'COMPLETED' });
  });

  test('fails as provider_unavailable after five attempts when the connection is refused', async () => {
    const api = await startApi({ url: await openRefusing() }, SETTINGS);
    const { sdk } = api.user();

    const job = await sdk.wait(await sdk.create(h3Request('refused')));

    checkEnding('refused', UNREACHABLE, { job, api, calls: 0 });
    const reasons = readAttempts(api).map((attempt) => attempt.failure_message);
    expect(reasons).toEqual(Array(5).fill('MiniMax: no connection (ECONNREFUSED)'));
    checkLog(api);
  });
});
