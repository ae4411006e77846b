import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { readListening } from '@darkroom/test-kit/api/api-environment';
import { type Api, startApi, startApiProcess } from '@darkroom/test-kit/api/start-api';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';

/** The backup of a running API, as described in docs/operating.md. */
function backUp({ dataDir }: Api): string {
  const backup = path.join(dataDir, 'backup.sqlite');
  const database = new Sqlite(path.join(dataDir, 'darkroom.sqlite'));
  database.prepare('VACUUM INTO ?').run(backup);
  database.close();
  return backup;
}

async function restore({ dataDir }: Api, backup: string): Promise<void> {
  const file = path.join(dataDir, 'darkroom.sqlite');
  for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true });
  await rename(backup, file);
}

test('makes no provider call for jobs of a backup that is restored as docs/operating.md describes', async () => {
  const provider = await startProvider();
  provider.script({ prompt: 'to be repeated', fault: { kind: 'base_resp', code: 1002 } });
  provider.script({ prompt: 'out', hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 2, MINIMAX_RETRY_BASE_MS: 10_000 });
  const { sdk } = api.user();
  const out = await sdk.create(imageRequest('out'));
  await provider.held(1);
  const repeating = await sdk.create(imageRequest('to be repeated'));
  await api.process.lineWith('"outcome":"not_taken"');
  const waiting = await sdk.create(imageRequest('waits'));

  const backup = backUp(api);
  await api.kill();
  await restore(api, backup);
  const calls = provider.prompts().length;
  const restored = startApiProcess({
    ...api.env,
    PORT: String(api.port),
    PUBLIC_URL: api.url,
    QUEUE_TTL_MS: '1',
    MINIMAX_RETRY_BASE_MS: '1',
    MINIMAX_BASE_URL: 'http://127.0.0.1:9',
  });
  await restored.line(readListening);

  expect(await sdk.wait(out.job_id)).toMatchObject({ error_code: 'outcome_unknown' });
  expect(await sdk.wait(waiting.job_id)).toMatchObject({ error_code: 'expired', charged: 'no' });
  expect(await sdk.wait(repeating.job_id)).toMatchObject({ error_code: 'provider_unavailable', charged: 'no' });
  expect(provider.prompts()).toHaveLength(calls);
});

test('keeps a deleted job deleted after an older backup is restored', async () => {
  const api = await startApi(await startProvider());
  const { sdk } = api.user();
  const kept = await sdk.generate(imageRequest('kept'));
  const deleted = await sdk.generate(imageRequest('deleted since'));
  const backup = backUp(api);
  await sdk.delete(deleted.job_id);
  const files = await readFileKeys(api.dataDir);
  await api.kill();
  await restore(api, backup);

  const restored = (await api.restart()).user();

  await expect(restored.sdk.status(deleted.job_id)).rejects.toMatchObject({ code: 'job_not_found' });
  expect((await fetch(deleted.images[0] ?? '')).status).toBe(404);
  expect(await restored.sdk.status(kept.job_id)).toMatchObject({ status: 'COMPLETED' });
  expect((await fetch(kept.images[0] ?? '')).status).toBe(200);
  expect((await restored.sdk.list()).jobs.map(({ job_id }) => job_id)).toEqual([kept.job_id]);
  expect(await readFileKeys(api.dataDir)).toEqual(files);
});
