import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startApi, startApiProcess } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { API_MAIN } from '@darkroom/test-kit/process/checkout';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

/** Runs an API and ends it cleanly; returns its folder and the settings it was started with. */
async function leaveDataFolder() {
  const api = await startApi(await startProvider());
  api.process.signal('SIGTERM');
  expect(await api.process.ended).toBe(0);
  return { ...api, database: path.join(api.dataDir, 'darkroom.sqlite') };
}

describe('a start that ends with one line', () => {
  test('reports a database file that is not a database', async () => {
    const { env, database } = await leaveDataFolder();
    await writeFile(database, 'this was a database once. '.repeat(1_000));
    const api = startApiProcess(env);
    expect(await api.ended).toBe(1);
    expect(api.stderr).toEqual([`${database} cannot be opened: file is not a database`]);
  });

  test('reports a database with damaged pages', async () => {
    const { env, database } = await leaveDataFolder();
    const file = new Database(database);
    file.pragma('journal_mode = DELETE');
    const pageSize = Number(file.pragma('page_size', { simple: true }));
    const pages = Number(file.pragma('page_count', { simple: true }));
    file.close();
    await writeFile(database, Buffer.alloc(pageSize * (pages - 1), 0xa5), { flag: 'r+', flush: true });
    const api = startApiProcess(env);
    expect(await api.ended).toBe(1);
    expect(api.stderr).toEqual([expect.stringContaining(database)]);
  });

  test('reports a database of a newer version, and leaves it unchanged', async () => {
    const { env, database } = await leaveDataFolder();
    const file = new Database(database);
    file.exec(`INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2030-01-01T00:00:00.000Z')`);
    file.close();
    const api = startApiProcess(env);
    expect(await api.ended).toBe(1);
    expect(api.stderr).toEqual([
      `${database} cannot be brought up to date: a newer version of Darkroom has written it (9999-later)`,
    ]);
  });

  test('reports a folder that it may only read', async () => {
    const { env, dataDir, database } = await leaveDataFolder();
    await makeReadOnly(dataDir);
    const api = startAsStranger(env);
    expect(await api.ended).toBe(1);
    expect(api.stderr).toEqual([`${database} cannot be opened: attempt to write a readonly database`]);
  });
});

test('answers 404 for image files deleted on disk, keeps their jobs and completes new ones', async () => {
  const api = await startApi(await startProvider());
  const { sdk } = api.user();
  const before = await sdk.generate(imageRequest('before'));
  const [url = ''] = before.images;
  expect((await fetch(url)).status).toBe(200);

  await rm(path.join(api.dataDir, 'files'), { recursive: true });

  const gone = await fetch(url);
  expect(gone.status).toBe(404);
  expect(await gone.json()).toMatchObject({ data: null, error_code: 'not_found' });
  expect(await sdk.status(before.job_id)).toMatchObject({ status: 'COMPLETED' });
  const after = await sdk.generate(imageRequest('after'));
  expect((await fetch(after.images[0] ?? '')).status).toBe(200);
  expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
  expect(api.process.stderr).toEqual([]);
});

const isRoot = process.getuid?.() === 0;

async function makeReadOnly(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) await chmod(path.join(folder, name), 0o555);
  await chmod(folder, 0o555);
}

/** Nothing is read-only to root, so root starts the process as user `nobody`. */
function startAsStranger(env: NodeJS.ProcessEnv) {
  if (!isRoot) return startApiProcess(env);
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, API_MAIN];
  return startChild('setpriv', asNobody, { cwd: '/', env });
}
