import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { ASTRONAUT, CHECKOUT, readAstronaut } from '@darkroom/test-kit/process/checkout';
import { startChild } from '@darkroom/test-kit/process/start-child';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const exiftool = findTool('exiftool');
const Exif = z.array(z.object({ 'XMP-TC260:Aigc': z.string() }));

async function download(url: string | undefined): Promise<Buffer> {
  const response = await fetch(url ?? 'no image');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/jpeg');
  return Buffer.from(await response.arrayBuffer());
}

describe('creating an image from a photo and a prompt', () => {
  test('completes over REST', async () => {
    const provider = await startProvider();
    const { rest } = (await startApi(provider)).user('9007199254740993');

    const upload = await rest.upload(await readAstronaut());
    expect(upload.status).toBe(201);
    const created = await rest.create({
      model: 'image-01',
      prompt: 'an astronaut in a sunflower field',
      aspect_ratio: '16:9',
      subject_reference: [{ type: 'character', image_file: upload.data.image_file }],
    });
    expect(created).toMatchObject({ status: 202, message: '任务已创建', data: { user_id: '9007199254740993' } });

    const { message, data: job } = await rest.status(created.data.job_id, '?wait_seconds=25');
    if (job.status !== 'COMPLETED') throw new Error(`It is ${job.status}`);
    expect(message).toBe('成功');
    expect(job).toMatchObject({ charged: 'yes', failed_count: 0, assets: [{ width: 1280, height: 720 }] });
    const image = await sharp(await download(job.images[0])).metadata();
    expect(image).toMatchObject({ format: 'jpeg', width: 1280, height: 720 });

    const [call] = provider.calls();
    expect(call?.request?.subject_reference?.[0]?.image_file).toMatch(/^data:image\/(png|jpeg);base64,/);
  });

  test('completes over tRPC, and REST shows the same job', async () => {
    const { sdk, rest } = (await startApi(await startProvider())).user();

    const created = await sdk.create({ model: 'image-01', prompt: 'two cups of coffee', n: 2 });
    const job = await sdk.wait(created);

    expect(job).toMatchObject({ status: 'COMPLETED', assets: [{ width: 1024 }, { width: 1024 }] });
    expect((await rest.status(job.job_id)).data).toEqual(await sdk.status(job.job_id));
  });

  test('completes with the ten-line example script', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const folder = await createTempDir();

    const script = `${CHECKOUT}packages/sdk/examples/first-image.ts`;
    const args = [script, ASTRONAUT, api.user().token, api.url];
    const { ended, stdout } = startChild(process.execPath, args, { cwd: folder, env: api.env });

    expect(await ended).toBe(0);
    expect(stdout.slice(-2)).toEqual(['COMPLETED 100', 'image-0.jpg']);
    expect(await sharp(path.join(folder, 'image-0.jpg')).metadata()).toMatchObject({ format: 'jpeg', width: 1024 });
    expect(provider.prompts()).toEqual(['an astronaut in a sunflower field']);
  });

  test.skipIf(!exiftool)('adds an AIGC label that exiftool reads', async () => {
    const provider = await startProvider({ images: 'poster' }); // large enough to be compressed, and so labelled
    const { sdk } = (await startApi(provider, { AIGC_PROPAGATOR: 'A test studio' })).user();
    const job = await sdk.generate({ model: 'image-01', prompt: 'a labelled image' });

    expect(job.assets[0]?.compressed).toBe(true);
    const input = await download(job.images[0]);
    const output = execFileSync(exiftool ?? '', ['-json', '-G1', '-XMP:all', '-'], { input, encoding: 'utf8' });

    const [tags] = Exif.parse(JSON.parse(output));
    expect(JSON.parse(tags?.['XMP-TC260:Aigc'] ?? '')).toMatchObject({
      Label: '1',
      ContentPropagator: 'A test studio',
      PropagateID: `${job.job_id}-0`,
    });
  });
});
