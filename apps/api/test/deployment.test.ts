import { copyFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { bucketSettings, startS3 } from '@darkroom/test-kit/infrastructure/s3-server';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { type Deployment, openDeployment } from '../src/deployment.ts';
import { StoreOpenError } from '../src/store/shared/store-open-error.ts';
import { listAll } from './files/file-store.conformance.ts';
import { SECRET } from './http/tokens.ts';
import { temporaryFolder } from './temporary-folder.ts';

const IMAGE = Buffer.from('paid for');
const log = pino({ level: 'silent' });

async function open(env: Record<string, string>): Promise<Deployment> {
  return openDeployment({
    config: readConfig({ JWT_SECRET: SECRET, ...env }),
    workerId: 'a-worker',
    clock: systemClock,
    log,
  });
}

/** Starts a bucket's server, which can be stopped and started, and returns its settings. */
async function openBucket() {
  const dir = await temporaryFolder();
  let server = await startS3({ dir });
  onTestFinished(() => server.close());
  const bucket = await server.createBucket('pictures');
  return {
    settings: bucketSettings(bucket),
    stop: () => server.close(),
    async start() {
      server = await startS3({ dir, port: Number(new URL(bucket.endpoint).port) });
    },
  };
}

describe('the files of another deployment', () => {
  test('is refused at the start in a shared bucket', async () => {
    const { settings } = await openBucket();
    const [own, foreign] = [await temporaryFolder(), await temporaryFolder()];
    const first = await open({ DATA_DIR: own, ...settings });
    await first.files.put('a.png', IMAGE);
    await first.close();

    const other = open({ DATA_DIR: foreign, ...settings });
    await expect(other).rejects.toThrow(StoreOpenError);
    await expect(other).rejects.toThrow(/^S3_BUCKET pictures has the files of another deployment: [^\n]*$/);

    const again = await open({ DATA_DIR: own, ...settings });
    onTestFinished(again.close);
    expect(await listAll(again.files)).toMatchObject([{ key: 'a.png' }]);
  });

  test('is refused at the start in a folder whose database was replaced by another one', async () => {
    const DATA_DIR = await temporaryFolder();
    const first = await open({ DATA_DIR });
    await first.files.put('a.png', IMAGE);
    await first.close();

    const database = path.join(DATA_DIR, 'darkroom.sqlite');
    await rename(database, `${database}.aside`);
    await expect(open({ DATA_DIR })).rejects.toThrow(`DATA_DIR ${DATA_DIR} has the files of another deployment`);

    await copyFile(`${database}.aside`, database);
    const restored = await open({ DATA_DIR });
    onTestFinished(restored.close);
    expect(await listAll(restored.files)).toMatchObject([{ key: 'a.png' }]);
  });

  test('is refused before listing files in a bucket that was unavailable at the start', async () => {
    const bucket = await openBucket();
    const first = await open({ DATA_DIR: await temporaryFolder(), ...bucket.settings });
    await first.files.put('a.png', IMAGE);
    await first.close();

    await bucket.stop();
    const other = await open({ DATA_DIR: await temporaryFolder(), ...bucket.settings });
    onTestFinished(other.close);
    await expect(listAll(other.files)).rejects.toMatchObject({ code: 'unavailable' });
    await bucket.start();
    await expect(listAll(other.files)).rejects.toThrow(StoreOpenError);
  });
});
