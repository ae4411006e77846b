import type { CompletedJob } from '@darkroom/contracts';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { readAstronaut } from '@darkroom/test-kit/process/checkout';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';

/** A service with data for everything that a page can show. */
export interface SeededService {
  url: string;
  /** A user's data on a device, in the form of the app's storage. */
  regular: Storage;
  newcomer: Storage;
  editor: Storage;
  /** The jobs of the regular user, by state. */
  jobs: Record<'whole' | 'partial' | 'failed' | 'generating' | 'waiting', string>;
}

export type Storage = Record<string, unknown>;

const PROMPT = '宇航员走在向日葵花田里，清晨，胶片质感';
const BLOCKED = '不合适的内容';
const SHORT = '山谷里的灯火，三张只来了一张';
const HELD = '雪夜的车站';

/**
 * Creates jobs until every state exists: the first call ended long ago, one is held open, and one job waits behind it.
 */
export async function seedService(): Promise<SeededService> {
  const provider = await startProvider({ images: 'poster' });
  provider.script(
    { prompt: BLOCKED, fault: { kind: 'base_resp', code: 1026 } },
    { prompt: SHORT, fault: { kind: 'fewer_images', delivered: 1 } },
    { prompt: HELD, hold: true },
  );
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
  const { sdk, rest, token } = api.user('1');
  const { image_file, url } = (await rest.upload(await readAstronaut())).data;
  const photo = { image_file, url };
  const subject_reference = [{ type: 'character' as const, image_file }];

  const end = async (prompt: string, n: number) =>
    sdk.wait(await sdk.create({ model: 'image-01', prompt, n, aspect_ratio: '3:4', subject_reference }));
  const whole = completed(await end(PROMPT, 2));
  const partial = completed(await end(SHORT, 3));
  const failed = await end(BLOCKED, 1);
  const { generating, waiting } = await createBehindOneAnother(api, provider);

  return {
    url: api.url,
    regular: { 'darkroom.token': token, 'darkroom.form': { prompt: PROMPT, aspect_ratio: '3:4', n: 4, photo } },
    newcomer: { 'darkroom.token': api.user('2').token },
    editor: {
      'darkroom.token': token,
      'darkroom.form': {
        model: 'MiniMax-H3-Image',
        prompt: '把图 2 的人放进图 1',
        aspect_ratio: '7:5',
        area: '4K',
        n: 5,
        references: [photo, photo],
        extras: { seed: 42, disable_prompt_enhanced: true },
      },
    },
    jobs: { whole: whole.job_id, partial: partial.job_id, failed: failed.job_id, generating, waiting },
  };
}

async function createBehindOneAnother(api: Api, provider: Provider) {
  const { sdk } = api.user('1');
  const generating = await sdk.create({ model: 'image-01', prompt: HELD });
  await provider.held(1);
  const waiting = await sdk.create({ model: 'image-01', prompt: '海边的邮筒', n: 2 });
  return { generating: generating.job_id, waiting: waiting.job_id };
}

function completed(job: { status: string; job_id: string }): Pick<CompletedJob, 'job_id'> {
  if (job.status !== 'COMPLETED') throw new Error(`It ended otherwise: ${JSON.stringify(job)}`);
  return job;
}
