/**
 * `node e2e/h3/peak-memory.ts` prints the most memory that the API holds for the largest order: 16 uploads of 48
 * million pixels as references, by value, and 10 images of 20 million pixels. Checks the images and their AIGC labels.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CompletedJob, UploadedImage } from '@darkroom/contracts';
import { connectSimulator } from '@darkroom/minimax-simulator';
import { apiEnvironment, cleanEnvironment, readListening } from '@darkroom/test-kit/api/api-environment';
import { createUser } from '@darkroom/test-kit/client/user';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { API_MAIN, CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { peakBytes } from '@darkroom/test-kit/process/memory';
import { type Child, spawnChild } from '@darkroom/test-kit/process/spawn-child';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import sharp from 'sharp';
import * as z from 'zod';

const REFERENCES = 16;
const IMAGES = 10;
const SIZE = { width: 5_000, height: 4_000 };
const UPLOAD = { width: 8_000, height: 6_000 };
const GOAL_BYTES = 700_000_000;
const PHOTOS = ['astronaut.png', 'chelsea.png', 'coffee.png', 'hubble_deep_field.jpg', 'rocket.jpg'] as const;

const megabytes = (bytes: number | null) => (bytes === null ? 'unknown' : `${Math.round(bytes / 1e6)} MB`);

/** A photograph with noise that is still there at a quarter of its sides, so that the reference is large as well. */
async function enlarge(name: (typeof PHOTOS)[number]): Promise<Uint8Array<ArrayBuffer>> {
  const [width, height] = [UPLOAD.width / 4, UPLOAD.height / 4];
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const grain = await sharp({ create: { width, height, channels: 3, background: 'gray', noise } })
    .png()
    .toBuffer();
  const photo = sharp(await readPhoto(name)).resize({ width, height, fit: 'fill' });
  const grainy = await photo
    .flatten()
    .composite([{ input: grain, blend: 'hard-light' }])
    .png()
    .toBuffer();
  const enlarged = sharp(grainy).resize({ ...UPLOAD, fit: 'fill', kernel: 'nearest' });
  return new Uint8Array(await enlarged.jpeg({ quality: 80 }).toBuffer());
}

/** The processes that a process has started and that still run. */
function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

const Label = z.array(z.object({ 'XMP-TC260:Aigc': z.string() })).length(1);
const Aigc = z.object({ Label: z.literal('1'), PropagateID: z.string() });

/** What is wrong with the images of the job, and their sizes. */
async function checkImages(job: CompletedJob): Promise<{ faults: string[]; bytes: number[] }> {
  const exiftool = findTool('exiftool');
  const faults = exiftool ? [] : ['exiftool is missing: labels are not checked'];
  const bytes: number[] = [];
  for (const { url, index } of job.assets) {
    const input = Buffer.from(await (await fetch(url)).arrayBuffer());
    bytes.push(input.length);
    const { width, height } = await sharp(input, { limitInputPixels: false }).metadata();
    if (width !== SIZE.width || height !== SIZE.height) faults.push(`image ${index} is ${width}x${height}`);
    if (!exiftool) continue;
    const output = execFileSync(exiftool, ['-json', '-G1', '-XMP:all', '-'], { input, encoding: 'utf8' });
    const [tags] = Label.parse(JSON.parse(output));
    const { PropagateID } = Aigc.parse(JSON.parse(tags?.['XMP-TC260:Aigc'] ?? ''));
    if (PropagateID !== `${job.job_id}-${index}`) faults.push(`image ${index} is labelled ${PropagateID}`);
  }
  if (job.assets.length !== IMAGES) faults.push(`${job.assets.length} images of ${IMAGES}`);
  return { faults, bytes };
}

async function run(dataDir: string, children: Child[]): Promise<string[]> {
  const simulator = spawnChild(
    process.execPath,
    [`${CHECKOUT}packages/minimax-simulator/src/main.ts`, '--port', '0', '--latency-ms', '500'],
    { cwd: dataDir, env: cleanEnvironment() },
  );
  children.push(simulator);
  const providerUrl = await simulator.line((line) => /http:\S+/.exec(line)?.[0] ?? null);
  const env = apiEnvironment({ url: providerUrl }, dataDir, {
    REFERENCE_DELIVERY: 'inline',
    RATE_LIMIT_PER_MINUTE: 0,
    MINIMAX_H3_RPM: 0,
  });
  const api = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
  children.push(api);
  const { url } = await api.line(readListening);
  const { rest, sdk } = createUser(url, '1', new AbortController().signal);
  const tell = (when: string) => console.log(`${when}: ${megabytes(peakBytes(api.pid))}`);
  tell('peak of the API when it listens');

  const photos = await Promise.all(PHOTOS.map(enlarge));
  const uploaded: UploadedImage[] = [];
  let sentBytes = 0;
  for (let number = 0; number < REFERENCES; number++) {
    const photo = photos[number % photos.length] ?? new Uint8Array();
    sentBytes += photo.length;
    uploaded.push((await rest.upload(photo)).data);
  }
  const references = uploaded.map(({ image_file }) => ({ image_file }));
  const kept = uploaded.reduce((sum, { bytes }) => sum + bytes, 0);
  tell(`after ${REFERENCES} uploads of ${megabytes(sentBytes)}, kept as ${megabytes(kept)}`);

  const size = `${SIZE.width}x${SIZE.height}`;
  const started = performance.now();
  const request = { model: 'MiniMax-H3-Image', prompt: 'the largest order', n: IMAGES, size, references } as const;
  const { job_id } = await sdk.create(request);
  let shown = 0;
  const job = await sdk.wait(job_id, {
    onUpdate: (now) => {
      shown = Math.max(shown, now.status === 'PROCESSING' ? (now.assets?.length ?? 0) : 0);
    },
  });
  const seconds = Math.round((performance.now() - started) / 1_000);
  if (job.status === 'FAILED') throw new Error(`The job failed: ${job.error_code}`);
  tell(`after ${job.assets.length} images of ${size} in ${seconds} s, ${shown} of them shown before the end`);

  const [call] = await connectSimulator(providerUrl).calls();
  const { faults, bytes } = await checkImages(job);
  const sent = call?.h3?.references.length ?? 0;
  if (sent !== REFERENCES) faults.push(`${sent} references were sent`);
  console.log(
    `images of ${megabytes(Math.min(...bytes))} to ${megabytes(Math.max(...bytes))}, ${sent} references sent`,
  );
  const others = childrenOf(api.pid).map((pid) => megabytes(peakBytes(pid)));
  console.log(
    `processes started by the API: ${others.join(', ') || 'none'}; simulator: ${megabytes(peakBytes(simulator.pid))}`,
  );
  const peak = peakBytes(api.pid) ?? 0;
  console.log(`peak of the API: ${megabytes(peak)}, goal: below ${megabytes(GOAL_BYTES)}`);
  if (peak >= GOAL_BYTES) faults.push('the peak is above the goal');
  return faults;
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-peak-'));
const children: Child[] = [];
try {
  const faults = await run(dataDir, children);
  for (const fault of faults) console.log(`FAULT ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  for (const child of children) child.signal('SIGKILL');
  await Promise.all(children.map((child) => child.ended));
  await rm(dataDir, { recursive: true, force: true });
}
