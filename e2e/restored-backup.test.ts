import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { startApi, startApiProcess } from './harness/api.ts';
import { readListening } from './harness/api-environment.ts';
import { order } from './harness/order.ts';
import { startProvider } from './harness/provider.ts';

test('a backup that is restored as docs/operating.md says calls nobody again', async () => {
  const provider = await startProvider();
  provider.script({ prompt: 'to be repeated', fault: { kind: 'base_resp', code: 1002 } });
  provider.script({ prompt: 'out', hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 2, MINIMAX_RETRY_BASE_MS: 10_000 });
  const { sdk } = api.user();
  const out = await sdk.create(order('out'));
  await provider.held(1);
  const repeating = await sdk.create(order('to be repeated'));
  await api.process.line((line) => (line.includes('"outcome":"not_taken"') ? line : null));
  const waiting = await sdk.create(order('waits'));

  const file = path.join(api.dataDir, 'darkroom.sqlite');
  const backup = path.join(api.dataDir, 'backup.sqlite');
  const database = new Sqlite(file);
  database.prepare('VACUUM INTO ?').run(backup);
  database.close();
  await api.kill();
  for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true });
  await rename(backup, file);
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
