import { startApi, startApiProcess } from '@darkroom/test-kit/api/start-api';
import { ageStoredFiles, readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { openPostgresServer, type PostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { bucketSettings, startS3 } from '@darkroom/test-kit/infrastructure/s3-server';
import { CHECKOUT, readAstronaut } from '@darkroom/test-kit/process/checkout';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const MOVE = `${CHECKOUT}apps/api/src/migrate-to-postgres.ts`;

let server: PostgresServer;
beforeAll(async () => {
  server = await openPostgresServer();
});
afterAll(() => server.close());

/** Runs the command in the environment of the deployment that moves. */
function move(env: NodeJS.ProcessEnv) {
  return startChild(process.execPath, [MOVE], { cwd: CHECKOUT, env });
}

test('moves jobs, keys, references and images to PostgreSQL, and makes each waiting job once', async () => {
  const provider = await startProvider();
  const old = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
  const { sdk, rest } = old.user();
  const { data: photo } = await rest.upload(await readAstronaut());
  const subject_reference = [{ type: 'character' as const, image_file: photo.image_file }];
  const done = await sdk.generate(imageRequest('made before the move', { subject_reference }), {
    idempotencyKey: 'once',
  });
  if (done.status !== 'COMPLETED') throw new Error(done.status);
  provider.script({ hold: true });
  const interrupted = await sdk.create(imageRequest('out while it moves'));
  await provider.held(1);
  const waiting = await sdk.create(imageRequest('waits while it moves'));
  await old.kill();
  provider.release();
  provider.script({});

  const DATABASE_URL = await server.createDatabase();
  const env = { ...old.env, DATABASE_URL };
  const torn = move(env);
  await torn.lineWith('jobs copied');
  torn.signal('SIGKILL'); // at the worst moment: copied, and perhaps not yet set aside
  await torn.ended;
  expect(await move(env).ended).toBe(0);
  const idle = move(env);
  expect(await idle.ended).toBe(0);
  expect(idle.stdout.join('\n')).toMatch(/were moved before/);

  const alone = startApiProcess(old.env);
  expect(await alone.ended).toBe(1);
  expect(alone.stderr.join('\n')).toMatch(/has moved to PostgreSQL: set DATABASE_URL/);

  const moved = (await old.restart({ DATABASE_URL })).user();
  expect(await moved.sdk.status(done.job_id)).toMatchObject({ status: 'COMPLETED', version: done.version });
  const again = await moved.sdk.create(imageRequest('made before the move', { subject_reference }), {
    idempotencyKey: 'once',
  });
  expect(again.job_id).toBe(done.job_id);
  for (const url of done.images) expect((await fetch(url)).status).toBe(200);
  expect(await moved.sdk.wait(waiting.job_id)).toMatchObject({ status: 'COMPLETED' });
  expect(await moved.sdk.wait(interrupted.job_id)).toMatchObject({ status: 'FAILED', error_code: 'outcome_unknown' });
  expect(provider.prompts().toSorted()).toEqual(['made before the move', 'out while it moves', 'waits while it moves']);
});

test('refuses to start on PostgreSQL before the move, and sweeps no image', async () => {
  const old = await startApi(await startProvider());
  const { job_id } = await old.user().sdk.generate(imageRequest('made before the move'));
  await old.kill();
  await ageStoredFiles(old.dataDir);
  const kept = await readFileKeys(old.dataDir);

  const DATABASE_URL = await server.createDatabase();
  const env = { ...old.env, DATABASE_URL };
  const early = startApiProcess(env);
  expect(await early.ended).toBe(1);
  expect(early.stderr).toEqual([
    expect.stringMatching(/has not moved to PostgreSQL: run `npm run migrate:to-postgres`/),
  ]);
  expect(await readFileKeys(old.dataDir)).toEqual(kept);

  expect(await move(env).ended).toBe(0);
  const job = await (await old.restart({ DATABASE_URL })).user().sdk.status(job_id);
  if (job.status !== 'COMPLETED') throw new Error(job.status);
  for (const url of job.images) expect((await fetch(url)).status).toBe(200);
});

test('moves into a bucket, and refuses a bucket with the files of another deployment', async () => {
  const s3 = await startS3({ dir: await createTempDir() });
  onTestFinished(() => s3.close());
  const bucket = await s3.createBucket('images');
  const settings = bucketSettings(bucket);
  const provider = await startProvider();
  const [old, other] = [await startApi(provider), await startApi(provider)];
  const { job_id } = await old.user().sdk.generate(imageRequest('goes into the bucket'));
  await other.user().sdk.generate(imageRequest('stays where it is'));
  await old.kill();
  await other.kill();

  const DATABASE_URL = await server.createDatabase();
  expect(await move({ ...old.env, ...settings, DATABASE_URL }).ended).toBe(0);
  const refused = move({ ...other.env, ...settings, DATABASE_URL: await server.createDatabase() });
  expect(await refused.ended).toBe(1);
  expect(refused.stderr).toEqual([expect.stringMatching(/^S3_BUCKET images has the files of another deployment/)]);

  const job = await (await old.restart({ ...settings, DATABASE_URL })).user().sdk.status(job_id);
  if (job.status !== 'COMPLETED') throw new Error(job.status);
  for (const url of job.images) expect((await fetch(url)).status).toBe(200);
});

test('refuses to move into a database that is in use or has jobs of its own', async () => {
  const provider = await startProvider();
  const DATABASE_URL = await server.createDatabase();
  const other = await startApi(provider, { DATABASE_URL });
  await other.user().sdk.generate(imageRequest('of somebody else'));
  const old = await startApi(provider);
  await old.user().sdk.generate(imageRequest('stays where it is'));

  const running = move({ ...old.env, DATABASE_URL });
  expect(await running.ended).toBe(1);
  expect(running.stderr.join('\n')).toMatch(/is in use by another Darkroom process/);

  await old.kill();
  const refused = move({ ...old.env, DATABASE_URL });
  expect(await refused.ended).toBe(1);
  expect(refused.stderr.join('\n')).toMatch(/^DATABASE_URL: has jobs of its own/m);
  const { sdk } = (await old.restart()).user();
  expect((await sdk.list()).jobs).toHaveLength(1);
});
