import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseSnapshot, readPostgresSnapshot, readSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { openPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import pg from 'pg';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';

/** Far less on an idle machine. */
const GONE_WITHIN_MS = 20_000;
/** On a shared database a worker's lease of 15 s must be lost first. */
const GONE_WITHIN_SHARED_MS = 60_000;

/** Every write has its own fault in apps/api/test/faults; the figures in docs/reliability.md are of KILLS=32. */
const KILLS = Number(process.env.KILLS ?? 4);

const SMALL = { width: 512, height: 512 };
const photograph = () =>
  sharp({ create: { ...SMALL, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();

interface Options {
  kills: number;
  settings: Record<string, string>;
  goneWithinMs: number;
  read(api: Api): Promise<DatabaseSnapshot>;
}

/** Creates jobs with their own references and images. */
async function completeJobs(api: Api, jobs: number) {
  const { sdk, rest } = api.user();
  return Promise.all(
    Array.from({ length: jobs }, async (_, number) => {
      const image_file = (await rest.upload(await photograph())).data.image_file;
      const subject_reference = [{ type: 'character' as const, image_file }];
      const job = await sdk.generate(imageRequest(`to be deleted ${number}`, { ...SMALL, n: 2, subject_reference }));
      if (job.status !== 'COMPLETED') throw new Error(job.status);
      return job;
    }),
  );
}

/**
 * Kills the process around its deletions, repeatedly. Deleted data must stay deleted, and no file may be left behind.
 */
async function killAroundDeletes({ kills, settings, goneWithinMs, read }: Options): Promise<void> {
  const provider = await startProvider();
  const limits = { RATE_LIMIT_PER_MINUTE: 0, MINIMAX_RPM: 0, USER_ACTIVE_LIMIT: 1_000 };
  let api = await startApi(provider, { ...limits, ...settings });
  const slowest: number[] = [];
  let answered = 0;

  for (let kill = 0; kill < kills; kill++) {
    const jobs = await completeJobs(api, 4);
    const { sdk, rest } = api.user();
    const deleted = new Set<string>();
    // New jobs and uploads run at the same time, so that a kill leaves files that are half-written or not yet
    // referenced.
    const underWay = [
      ...jobs.map(({ job_id }) => sdk.delete(job_id).then(() => deleted.add(job_id))),
      ...[1, 2].map((number) => sdk.create(imageRequest(`under way ${number}`, { ...SMALL, n: 3 }))),
      photograph().then((bytes) => rest.upload(bytes)),
    ];
    for (const request of underWay) request.catch(() => {});
    await sleep(((kill * 5) % 16) ** 2 * 4); // from immediately to after the last answer
    await api.kill();
    answered += deleted.size;

    api = await api.restart({ MINIMAX_RESPONSE_FORMAT: kill % 2 === 0 ? 'base64' : 'url' });
    const startedAt = performance.now();
    for (const { job_id, images } of jobs.filter((job) => deleted.has(job.job_id))) {
      for (const url of images) expect((await fetch(url)).status).toBe(404);
      await expect(api.user().sdk.status(job_id)).rejects.toMatchObject({ code: 'job_not_found' });
    }
    // A client that got no answer repeats its delete, and gets one.
    for (const { job_id } of jobs) expect(await api.user().sdk.delete(job_id)).toEqual({ job_id });
    const current = api;
    await vi.waitFor(
      async () => {
        const { files, jobs: left } = await read(current);
        expect([...(await readFileKeys(current.dataDir)).difference(files)]).toEqual([]);
        expect(left.filter(({ status }) => status === 'PENDING' || status === 'PROCESSING')).toEqual([]);
      },
      { timeout: goneWithinMs, interval: 50 },
    );
    slowest.push(performance.now() - startedAt);
  }
  const longestMs = Math.round(Math.max(...slowest));
  console.log(
    `${kills} kills, ${kills * 4} deletions, ${answered} answered; nothing left after ${longestMs} ms at most`,
  );
}

test('leaves no file of a deleted job after a kill -9 around the deletion and the next start', async () => {
  await killAroundDeletes({
    kills: KILLS,
    settings: {},
    goneWithinMs: GONE_WITHIN_MS,
    read: async ({ dataDir }) => readSnapshot(dataDir),
  });
}, 600_000);

test('leaves no file of a deleted job after a kill -9 on PostgreSQL with files in a folder', async () => {
  const server = await openPostgresServer();
  onTestFinished(server.close);
  const DATABASE_URL = await server.createDatabase();
  await killAroundDeletes({
    kills: Math.ceil(KILLS / 8),
    settings: { DATABASE_URL },
    goneWithinMs: GONE_WITHIN_SHARED_MS,
    async read() {
      const client = new pg.Client(DATABASE_URL);
      await client.connect();
      try {
        return await readPostgresSnapshot(async (statement) => (await client.query(statement)).rows);
      } finally {
        await client.end();
      }
    },
  });
}, 600_000);
